import MeshBase
import Resilience
import Topology

/// A group of calls of a service that are made at once: what does not change while the cell runs.
struct CallGroup: Sendable {
    /// Of the service's groups.
    let number: Int
    /// The position of its first call in `Service.calls`.
    let first: Int
    let plan: JoinPlan

    /// Nil for a group that is none.
    init?(_ group: ParallelCalls, number: Int, of service: Service) {
        let members = group.range.map { position in
            let edge = service.calls[position]
            return JoinPlan.Member(
                isCore: edge.criticality == .core, within: edge.joinWithin, isCompensated: edge.compensation != nil)
        }
        guard let plan = JoinPlan(members, within: group.joinWithin) else { return nil }
        self.number = number
        first = group.first
        self.plan = plan
    }

    /// The position behind its last call.
    var end: Int { first + plan.members.count }
}

/// A group of calls under way.
struct CallJoin: Sendable {
    let caller: ServiceGraph.Caller
    /// Of the caller's groups.
    let group: Int
    var state = JoinState()
    /// By member: its call, while it is out.
    var calls = InlineArray<16, SlabKey>(repeating: SlabKey(rawValue: 0))
}
