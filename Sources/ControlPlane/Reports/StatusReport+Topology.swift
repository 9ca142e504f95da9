import MeshBase
import Nodes
import Reports
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
        /// A cell: what it says of its store and its health; nil where it has told nothing.
        var store: CellVitals?
        /// A cell: whether it says that it can serve; nil where it has told nothing.
        var isReady: Bool?
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
                isReady: process.isReady, hints: process.store?.hints, oldestHint: process.store?.oldestHint,
                healthScore: process.store?.healthScore, health: process.store?.health,
                failing: process.store?.services, reason: process.reason, trouble: process.store?.storeTrouble)
        }
        let routers = topology.routers.map { router -> Router in
            let process = known(ProcessName(.router, router.name))
            return Router(
                name: router.name, pid: process.pid, state: process.state, address: process.address?.description,
                reaches: process.state == .down ? nil : process.reaches, reason: process.reason)
        }
        // What becomes of a cell without customers is nobody's loss, in a region that was left as well: 'restore' checks
        // its cells before it begins.
        let allServe =
            cells.indices.allSatisfy {
                [.serving, .evacuated].contains(cells[$0].state) || use.vacant.contains(CellIndex($0))
            }
            && routers.allSatisfy { router in
                // One that only misses cells of nobody's misses nothing.
                router.state == .serving
                    || router.state == .degraded
                        && cells.indices.allSatisfy {
                            use.vacant.contains(CellIndex($0)) || cells[$0].reachedBy?.contains(router.name) == true
                        }
            }
        self.init(
            mesh: mesh, seed: topology.seed, epoch: epoch, state: summary ?? (allServe ? "serving" : "degraded"),
            cells: cells, routers: routers, control: control)
    }
}

extension StatusReport.Tombstones {
    init(_ counters: SweepCounters) {
        self.init(rounds: counters.rounds, swept: counters.dropped, waiting: counters.waiting)
    }
}
