import Reports
import Sharding

extension CustomerMark {
    /// As the blast radius has it.
    package init(_ effect: BlastRadius.Effect) {
        self =
            switch effect {
            case .lost: .lost
            case .degraded: .degraded
            case .untouched: .untouched
            }
    }
}
