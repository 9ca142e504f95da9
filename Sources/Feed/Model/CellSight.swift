import Evacuation
import Reports
import Sharding
import Topology

/// What the control plane, or a simulation, says of one cell beside its vitals and those of the routers.
package struct CellSight: Sendable, Equatable {
    /// As it judges the process; nil where it does not know.
    package var state: ProcessState?
    /// What its process table says.
    package var process: ProcessWitness
    /// What its own member of the membership believes.
    package var gossip: GossipWitness
    /// Where the cell's present life takes traffic; nil where unknown: then any address of it will do.
    package var address: String?
    /// What a detector calls it: `zombie slowpoke flapper liar amnesiac`.
    package var named: FeedCondition?

    /// Nothing is known unless told.
    package init(
        state: ProcessState? = nil, process: ProcessWitness = .unknown, gossip: GossipWitness = .unknown,
        address: String? = nil, named: FeedCondition? = nil
    ) {
        self.state = state
        self.process = process
        self.gossip = gossip
        self.address = address
        self.named = named
    }

    /// Whether one witness says that the cell lives, and another that it does not.
    package static func differ(
        _ process: ProcessWitness, _ gossip: GossipWitness, _ traffic: TrafficWitness
    ) -> Bool {
        let lives = process == .running || gossip == .alive || traffic == .reached
        let isOut =
            process == .gone || process == .stopped || gossip == .dead || gossip == .left || traffic == .none
        return lives && isOut
    }
}

/// What the control plane, or a simulation, says of one router beside its vitals.
package struct RouterSight: Sendable, Equatable {
    /// As it judges the process; nil where it does not know.
    package var state: ProcessState?
    /// What its process table says.
    package var process: ProcessWitness

    /// Nothing is known unless told.
    package init(state: ProcessState? = nil, process: ProcessWitness = .unknown) {
        self.state = state
        self.process = process
    }
}

/// What the source of a feed knows beside vitals; of lists the first so many are told.
package struct MeshNews: Sendable, Equatable {
    /// Faults in force; hits are counted by the model.
    package var faults: [FeedFault] = []
    /// Cells of which some service does not answer whole by these faults (`ServiceStrike`).
    package var impaired = CellSet()
    /// As of `FeedState`.
    package var evacuation: EvacuationStatus?
    /// As of `FeedState`.
    package var drill: FeedDrill?
    /// As of `FeedState`.
    package var monkey: FeedSwitch?
    /// As of `FeedState`.
    package var halt: FeedSwitch?
    /// As of `FeedState`.
    package var alerts: [FeedAlert] = []
    /// As of `FeedState`.
    package var load: FeedLoad?

    /// Nothing is on.
    package init() {}
}
