import Membership
import MeshBase
import Replication
import Sharding
import Topology

/// What a cell node is made of.
package struct CellConfiguration {
    package var topology: MeshTopology
    package var cell: CellIndex
    package var gossip: GossipConfiguration
    /// Store orders in work at once; further ones are refused.
    package var storeLimit = 10_000
    /// Bytes of values that wait for the store at which it counts as full; its queue bounds what it takes by itself.
    package var storeByteLimit = 64 << 20
    /// Which cells hold which customer.
    package var placement: Placement
    /// The cell's store as it was opened; nil where it has none.
    package var store: StoreIdentity?
    /// When records are compared with those of other members.
    package var repair: RepairRule?
    /// In place of the rule of the store's tier; for tests.
    package var refill: RefillRule?
    /// By which services that are programs (`run`) run as such; nil: they are their `work`.
    package var programs: ProgramRule?
    /// One of so many requests to the cell's own listener is followed unasked; 0 for none.
    package var traceSample: UInt64 = 0
    /// For tests, which show a checker what a wrong build does.
    package var defect: CellDefect?

    package init(
        topology: MeshTopology, cell: CellIndex, gossip: GossipConfiguration, placement: Placement,
        store: StoreIdentity?
    ) {
        self.topology = topology
        self.cell = cell
        self.gossip = gossip
        self.placement = placement
        self.store = store
    }
}
