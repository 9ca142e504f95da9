import MeshBase
import Resilience

/// Results of probes since the start, by kind.
package struct ProbeCounters: Sendable, Equatable {
    private var good = [UInt64](repeating: 0, count: ProbeKind.allCases.count)
    private var bad = [UInt64](repeating: 0, count: ProbeKind.allCases.count)

    package init() {}

    package mutating func count(_ kind: ProbeKind, isGood: Bool) {
        if isGood { good[Int(kind.rawValue)] &+= 1 } else { bad[Int(kind.rawValue)] &+= 1 }
    }

    /// Those of one kind that passed, and that failed.
    package subscript(kind: ProbeKind) -> (passed: UInt64, failed: UInt64) {
        (good[Int(kind.rawValue)], bad[Int(kind.rawValue)])
    }
}

/// What a process says of its health.
package struct CellHealthReport: Sendable, Equatable {
    package struct Probe: Sendable, Equatable {
        package var kind: ProbeKind
        package var verdict: Resilience.Probe.Verdict
        /// Of the last hundred.
        package var good: Int
        package var count: Int
    }
    /// One of a cell's services.
    package struct Service: Sendable, Equatable {
        package var name: String
        /// The share of its last calls that went well, 0...1: for those who called, or by what is its own where that is less.
        package var score: Double
        /// Calls that the share stands on, 0...100.
        package var count: Int

        /// It is not well: it counts against the state of its cell.
        package var isFailing: Bool { HealthState(score: score) > .healthy }
    }
    /// Calls that were accepted and are carried out later.
    package struct Jobs: Sendable, Equatable {
        package var waiting: Int
        package var capacity: Int
        /// For how long the first of them has waited; zero without any.
        package var oldest: TimeAmount

        package init(waiting: Int, capacity: Int, oldest: TimeAmount) {
            self.waiting = waiting
            self.capacity = capacity
            self.oldest = oldest
        }
    }
    /// 0...1.
    package var score: Double
    package var state: HealthState
    package var isReady: Bool
    /// What the score stands on.
    package var detail: String
    /// Why it did not live at the last look; nil if it did.
    package var whyLifeless: String?
    /// Why it could not serve at the last look; nil if it could.
    package var whyUnready: String?
    /// What it needs and does not get: it serves, and not all of it works.
    package var needed: [String] = []
    /// In the order of the blueprint; none of a process that is no cell.
    package var services: [Service] = []
    package var probes: [Probe]
    package var counters: ProbeCounters
    /// Nil where nothing is put off.
    package var jobs: Jobs?
}

/// A change of a process's health.
package enum HealthNews: Sendable, Equatable {
    /// It is better or worse than before, by one step.
    case state(HealthState, was: HealthState, why: String)
    /// The verdict of a probe of itself changed.
    case probe(ProbeKind, isGood: Bool, why: String)
}
