import Reports
import Sharding

extension CustomerMark {
    /// As the blast radius has it.
    init(_ effect: BlastRadius.Effect) {
        self =
            switch effect {
            case .lost: .lost
            case .degraded: .degraded
            case .untouched: .untouched
            }
    }
}

extension FeedImpact.Counts {
    /// One customer more; who was not seen counts nowhere.
    mutating func count(_ mark: CustomerMark) {
        switch mark {
        case .lost: lost += 1
        case .degraded: degraded += 1
        case .untouched: untouched += 1
        case .unseen: break
        }
    }
}
