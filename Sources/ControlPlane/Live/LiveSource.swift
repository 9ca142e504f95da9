import Feed
import Reports
import Sharding
import Topology

/// What a control plane knows of its mesh beside the vitals of processes. Each is asked once a tick.
struct LiveSource {
    /// The mesh's name.
    var mesh: String
    /// With the cells that were added.
    var topology: () -> MeshTopology
    /// The placement in force.
    var placement: () -> PlacementTable
    /// Of each cell in the topology's order: process table and membership.
    var sights: () -> [CellSight]
    /// Of each router in the topology's order.
    var routers: () -> [RouterSight]
    /// Whether some router runs; nil where nobody says.
    var routersRun: () -> Bool?
    /// What is in force beside.
    var news: () -> MeshNews
    /// Of the control plane itself, streams and counts of processes left to the desk.
    var control: () -> ControlVitals
}

extension GossipWitness {
    /// What a member's status says of it.
    init(_ status: String) { self = GossipWitness(rawValue: status) ?? .unknown }
}
