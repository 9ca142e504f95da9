/// Why a call of a service found no worker.
package enum PoolRefusal: UInt8, Sendable, CaseIterable {
    /// Neither a worker was free nor a place in the queue.
    case full
    /// It gave its place in the queue to what matters more.
    case displaced
    /// It waited in the queue for longer than its turn was worth.
    case aged
    /// The cell holds as many bytes as it may.
    case memory
    /// The cell holds as many calls as it may.
    case calls
    /// The connection that its work needs was not to be had.
    case connection
    /// The processor time that its work needs was not to be had.
    case processor

    /// The word of the label.
    package var name: StaticString {
        switch self {
        case .full: "full"
        case .displaced: "displaced"
        case .aged: "aged"
        case .memory: "memory"
        case .calls: "calls"
        case .connection: "connection"
        case .processor: "processor"
        }
    }
}

/// What was turned away since the start, by reason; inline, so that counting allocates nothing.
package struct PoolRefusals: Sendable, Equatable {
    private var counts = SIMD8<UInt64>.zero

    package init() {}

    /// The count of one reason.
    package internal(set) subscript(_ why: PoolRefusal) -> UInt64 {
        get { counts[Int(why.rawValue)] }
        set { counts[Int(why.rawValue)] = newValue }
    }
    /// Of all reasons together.
    package var total: UInt64 { counts.wrappedSum() }
}
