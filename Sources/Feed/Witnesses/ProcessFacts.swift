import Membership
import MeshBase
import Reports

/// What is known of a process when its state is derived.
package struct ProcessFacts: Sendable {
    /// The process table has it.
    package var isRunning = false
    /// It has reported that it serves.
    package var isReady = false
    /// It has been told to end.
    package var isEnding = false
    /// It was paused from here, or is stopped whoever did it.
    package var isStopped = false
    /// It was taken over although it did not answer.
    package var isSilent = false
    /// It runs and answered several probes in a row not at all.
    package var isLifeless = false
    /// What the control plane's own member believes; nil where it has not heard of it.
    package var status: MemberStatus?
    /// What the member says of itself.
    package var reported: MemberMetadata.State?
    /// Every customer has left its region.
    package var isEvacuated = false
    /// No customer is its.
    package var isUnused = false

    /// What the routers say of a cell; nil where nobody asks them, as for a router.
    package var routers: RouterWitness?
    /// What a router itself says: how many of the cells that run it reaches; nil where it has told nothing.
    package var reach: (cells: Int, of: Int)?
    /// It has served for so short a time that its routers need not have found it yet.
    package var isYoung = false
    /// For how long it has served, or a fault has been over that may have kept it from its routers, whichever is less; nil where
    /// nobody knows.
    package var relieved: TimeAmount?

    /// After a fault's end members find each other again and routers open their links: what no router has reached then is out for
    /// another reason.
    package static let returns = TimeAmount.seconds(15)

    /// Nothing is known.
    package init() {}

    /// The state, from three witnesses: the process table, the routers, and the membership with what the process says
    /// of itself there. Customers come through the routers, so where they tell, they decide; the membership, seen from
    /// the control plane's own place, decides where they do not.
    package var state: ProcessState {
        guard isRunning, !isEnding else { return isUnused ? .drained : .down }
        if isStopped { return .paused }
        guard isReady else { return isSilent ? .unreachable : .starting }
        if isLifeless { return .degraded }
        if let routers { return cellState(routers) }
        if let reach { return reach.cells == reach.of ? .serving : reach.cells > 0 ? .degraded : .unreachable }
        guard let status else { return .starting }
        return status == .alive ? ownState : .unreachable
    }

    /// Whether nobody reaches it now, and customers will in a moment: it serves, and what kept it from its routers is over. What a
    /// fault does that comes is foreseen with such a cell, and not without it.
    package var isReturning: Bool {
        guard isRunning, isReady, !isEnding, !isStopped, !isLifeless, let relieved, relieved < Self.returns else {
            return false
        }
        return [.unreachable, .starting].contains(state)
    }

    private func cellState(_ routers: RouterWitness) -> ProcessState {
        if routers.reaching > 0 {
            // What this life says of itself has not come yet, such as that it refills its store.
            guard status != nil else { return .starting }
            let own = ownState
            return routers.reaching < routers.told && own == .serving ? .degraded : own
        }
        if routers.live == 0 || routers.wasReached { return .unreachable }
        if let status, status != .alive { return .unreachable }
        // Not found yet, by routers that have told or that begin themselves.
        return isYoung || routers.told == 0 ? .starting : .unreachable
    }

    /// As it says itself.
    private var ownState: ProcessState {
        if isUnused { return .drained }
        if isEvacuated || reported == .evacuated { return .evacuated }
        switch reported {
        case .some(.degraded), .some(.notReady): return .degraded
        case .some(.refilling): return .refilling
        case .some(.starting): return .starting
        default: return .serving
        }
    }
}
