import MeshBase
import Sharding
import Topology

extension StatusReport {
    /// What is known of one process.
    struct Known {
        var state: ProcessState
        var pid: Int32?
        /// Where it takes its traffic.
        var address: Endpoint?
        /// A cell: the routers that reach it.
        var reachedBy: [String] = []
        /// A router: how many cells it reaches; nil where it has told nothing.
        var reaches: Int?
        /// A cell: what it says of its store; nil where it has told nothing.
        var store: CellVitals?
        /// Why it did not start.
        var reason: String?
    }

    /// - Parameters:
    ///   - customers: per cell, in the order of the topology.
    ///   - use: which cells have some at all.
    ///   - summary: the state of the mesh if not every process's own says it.
    init(
        mesh: String, _ topology: MeshTopology, epoch: UInt32, customers: [Int], use: CellUse, control: Control,
        summary: String?,
        known: (ProcessName) -> Known
    ) {
        let cells = topology.cells.enumerated().map { index, cell -> Cell in
            let region = topology.regions[cell.region]
            let process = known(ProcessName(.cell, cell.name))
            return Cell(
                name: cell.name, region: region.name,
                zone: region.zones.indices.contains(cell.zone) ? region.zones[cell.zone] : "",
                pid: process.pid, state: process.state, address: process.address?.description,
                customers: customers.indices.contains(index) ? customers[index] : 0,
                takesCustomers: use.taking.contains(CellIndex(index)), reachedBy: process.reachedBy,
                hints: process.store?.hints, oldestHint: process.store?.oldestHint, reason: process.reason)
        }
        let routers = topology.routers.map { router -> Router in
            let process = known(ProcessName(.router, router.name))
            return Router(
                name: router.name, pid: process.pid, state: process.state, address: process.address?.description,
                reaches: process.state == .down ? nil : process.reaches, reason: process.reason)
        }
        // What becomes of a cell without customers is nobody's loss; a region that was left is to be taken back.
        let allServe =
            cells.indices.allSatisfy {
                [.serving, .evacuated].contains(cells[$0].state) || use.unused.contains(CellIndex($0))
            }
            && routers.allSatisfy { $0.state == .serving }
        self.init(
            mesh: mesh, seed: topology.seed, epoch: epoch, state: summary ?? (allServe ? "serving" : "degraded"),
            cells: cells, routers: routers, control: control)
    }
}
