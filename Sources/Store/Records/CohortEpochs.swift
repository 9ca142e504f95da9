import MeshBase

/// The newest placement epoch that a store has seen in a write, per cohort of customers.
struct CohortEpochs: Sendable, Equatable {
    private var epochs: [Epoch]

    /// - Parameter count: the cohorts of the placement table, at least 1.
    init(count: Int) { epochs = [Epoch](repeating: Epoch(0), count: max(count, 1)) }

    var count: Int { epochs.count }

    /// Cohorts are equal ranges of the customer hash, as in the placement table.
    func cohort(of hash: CustomerHash) -> Int {
        Int(hash.rawValue.multipliedFullWidth(by: UInt64(epochs.count)).high)
    }

    @inline(__always) func cohort(of customer: [UInt8]) -> Int {
        cohort(of: customer.withUnsafeBytes { CustomerHash($0) })
    }

    /// Epoch 0 means that the cohort was never heard of. A cohort outside 0 ..< `count` traps: cohorts are computed, never
    /// received.
    subscript(cohort: Int) -> Epoch {
        get { epochs[cohort] }
        set { epochs[cohort] = newValue }
    }

    var all: [Epoch] { epochs }
}
