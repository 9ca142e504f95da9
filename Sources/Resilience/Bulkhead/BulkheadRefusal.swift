/// Why a bulkhead turned a job away: label `why` of `bulkhead_refused_total`.
public enum BulkheadRefusal: UInt8, Sendable, CaseIterable {
    /// Nothing was free, and nobody may wait, or no more.
    case full
    /// It waited as long as it may.
    case wait
    /// It was older than the age limit when its turn came, or when its place was wanted.
    case aged
    /// It gave way to another.
    case displaced
    /// The bytes it needs were not there.
    case memory

    /// The word of the label.
    public var name: StaticString {
        switch self {
        case .full: "full"
        case .wait: "wait"
        case .aged: "aged"
        case .displaced: "displaced"
        case .memory: "memory"
        }
    }
}

/// What was turned away since the start, by reason; inline, so that counting allocates nothing.
public struct BulkheadRefusals: Sendable, Equatable {
    private var counts = SIMD8<UInt64>.zero

    /// All zero.
    public init() {}

    /// The count of one reason.
    public subscript(_ why: BulkheadRefusal) -> UInt64 {
        get { counts[Int(why.rawValue)] }
        set { counts[Int(why.rawValue)] = newValue }
    }

    /// Of all reasons together.
    public var total: UInt64 { counts.wrappedSum() }
}
