import Membership

extension SimDefect {
    /// What a broken build of the membership would tell its driver: the views that the oracles hold against the truth
    /// are distorted so, and nothing else is.
    package enum Membership: Sendable, Hashable, CaseIterable {
        /// A suspicion is followed by the same member alive in the same incarnation.
        case goesBack
        /// A member declared dead is seen alive again without having risen.
        case resurrects
        /// Observers raise the incarnation of a member that they suspect.
        case raisesOthers
        /// A goodbye is taken for a death.
        case reportsLeaversDead
        /// The dead are not noticed.
        case missesDeaths
        /// Members that join are suspected of nothing that they did.
        case suspectsTheSound
        /// With each dead member another one is declared dead that is up.
        case buriesTheLiving
        /// Partitions are not healed at the end, so that no agreement can come.
        case staysSplit

        func distort(_ change: MemberChange, by observer: SimMachine, in simulation: Simulation) -> [MemberChange] {
            var second = change
            second.oldStatus = change.status
            second.oldIncarnation = change.member.incarnation
            switch self {
            case .goesBack where change.status == .suspect:
                second.member.status = .alive
                return [change, second]
            case .resurrects where change.status == .dead:
                second.member.status = .alive
                return [change, second]
            case .raisesOthers where change.status == .suspect:
                second.member.incarnation += 1
                return [change, second]
            case .reportsLeaversDead where change.status == .left:
                second.member.status = .dead
                return [second]
            case .missesDeaths where change.status == .dead:
                return []
            case .suspectsTheSound where change.oldStatus == nil && change.status == .alive:
                second.member.status = .suspect
                return [change, second]
            case .buriesTheLiving where change.status == .dead:
                let others = simulation.mesh.lazy.filter { $0.index != observer.index && $0.isUp && !$0.isPaused }
                guard let other = others.first else { return [change] }
                second.member.profile = simulation.gossip(of: other).profile
                second.member.incarnation = other.highestIncarnation
                return [change, second]
            default:
                return [change]
            }
        }
    }
}
