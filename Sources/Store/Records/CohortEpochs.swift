import MeshBase

/// The newest placement epoch that a store has seen, per cohort of customers.
struct CohortEpochs: Sendable, Equatable {
    /// Cohorts are the 64 equal ranges of the customer hash: its top six bits.
    static let count = 64

    private var epochs = [Epoch](repeating: Epoch(0), count: Self.count)

    static func cohort(of hash: CustomerHash) -> Int { Int(truncatingIfNeeded: hash.rawValue >> 58) }

    @inline(__always) static func cohort(of customer: [UInt8]) -> Int {
        cohort(of: customer.withUnsafeBytes { CustomerHash($0) })
    }

    /// Epoch 0 means that the cohort was never heard of. A cohort outside 0..<64 traps: cohorts are computed, never
    /// received.
    subscript(cohort: Int) -> Epoch {
        get { epochs[cohort] }
        set { epochs[cohort] = newValue }
    }

    var all: [Epoch] { epochs }
    var highest: Epoch { epochs.max() ?? Epoch(0) }
}
