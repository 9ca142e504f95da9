import MeshBase

/// What becomes of the work of one service in one cell: every fault on it, made one.
///
/// Delays add, each drawn for itself. Of errors each is drawn for itself in the order in which they came, and the first
/// that strikes says the status. Where one fault hangs, no work goes on.
package struct ServiceEffect: Sendable, Equatable {
    /// A share of calls that fail, and with what.
    package struct Failure: Sendable, Equatable {
        /// 0...1.
        package var share: Double
        /// Of HTTP, 400...599.
        package var status: UInt16

        /// Figures as `FaultRequest` has checked them.
        package init(share: Double, status: UInt16) {
            self.share = share
            self.status = status
        }
    }

    /// Each delays the begin of the work on its own: they add up.
    package private(set) var delays: [Delay] = []
    /// In the order of their faults.
    package private(set) var failures: [Failure] = []
    /// Work does not go on.
    package private(set) var hangs = false

    /// Nothing is done to the work.
    package init() {}

    /// Nothing is done to the work.
    package static let none = ServiceEffect()
    /// Whether the work goes on as it is.
    package var isNone: Bool { !hangs && delays.isEmpty && failures.isEmpty }

    /// Composes one more fault with those in it; see docs/faults.md.
    package mutating func add(_ fault: FaultAction.Service) {
        switch fault {
        case .latency(let delay): delays.append(delay)
        case .errors(let rate, let status): failures.append(Failure(share: rate, status: status))
        case .hang: hangs = true
        }
    }

    /// One draw of how much later the work begins; 0 or more.
    package func delay(_ rng: inout Generator) -> TimeAmount {
        var sum = TimeAmount.zero
        for delay in delays { sum = sum + delay.draw(&rng) }
        return sum
    }

    /// One draw of whether a call fails, and with which status; nil where it does not.
    package func failure(_ rng: inout Generator) -> UInt16? {
        for failure in failures where failure.share >= 1 || rng.chance(failure.share) { return failure.status }
        return nil
    }
}
