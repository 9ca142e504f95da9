import MeshBase
import Topology

/// Where a node that opens mesh links to cells writes its orders.
package protocol LinkSink: GossipSink {
    /// Open the mesh link to a cell; answered by `linkUp` or `linkDown`.
    mutating func openLink(to cell: CellIndex, at endpoint: Endpoint)
    mutating func closeLink(to cell: CellIndex)
}
