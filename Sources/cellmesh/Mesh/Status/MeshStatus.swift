import ControlPlane
import MeshBase
import Reports
import Sharding
import Topology

/// The states of a mesh's cells, as its control plane sees them.
struct MeshStatus {
    let report: StatusReport

    init(_ report: StatusReport) { self.report = report }

    init(_ api: APIClient) throws { report = try api.get("/v1/status") }

    /// The status of the mesh where its control plane answers; nil where it does not.
    static func ifRunning(_ mesh: DataDirectory) -> MeshStatus? {
        guard mesh.controlHolder != nil, let api = try? APIClient(mesh) else { return nil }
        return try? MeshStatus(api)
    }

    /// By the processes alone.
    var state: String { report.state }

    /// By all that is told: the worse of what the processes say and what the feed judges. What nobody has been heard of yet begins.
    var word: String {
        guard ["serving", "degraded"].contains(state), let word = report.headline?.word else { return state }
        return switch word {
        case .serving: state
        case .unknown: state == "serving" ? "starting" : state
        case .degraded, .down: word.rawValue
        }
    }

    /// Whether the mesh is in one of `StatusReport.states`, with all that is told; one that is down is degraded too.
    func isIn(_ wanted: String) -> Bool { word == wanted || wanted == "degraded" && word == "down" }

    /// How many cells there are, of each kind.
    var count: CellCount {
        var count = CellCount()
        let evacuated = Set(report.evacuated ?? [])
        for cell in report.cells {
            if cell.takesCustomers {
                count.taking += 1
            } else if cell.state == .drained {
                // Of whichever region.
                count.drained += 1
            } else if evacuated.contains(cell.region) || cell.state == .evacuated {
                count.evacuated += 1
            } else {
                count.drained += 1
            }
            guard cell.takesCustomers else { continue }
            // As `top` and the page count them: one that serves with restrictions serves.
            if cell.serves { count.serving += 1 }
            if cell.serves, cell.state != .serving { count.degraded += 1 }
        }
        return count
    }

    func serves(_ cell: String) -> Bool { state(of: cell)?.serves ?? false }

    /// Whether customers of one router are served by the cell.
    func reaches(_ router: String, _ cell: String) -> Bool {
        guard let state = state(of: cell), state.serves else { return false }
        return state.reachedBy?.contains(router) ?? true
    }

    func state(of cell: String) -> StatusReport.Cell? { report.cells.first { $0.name == cell } }

    /// The cells that are to serve customers, and do not.
    func dead(_ topology: MeshTopology) -> CellSet {
        var dead = CellSet()
        for cell in report.cells where cell.takesCustomers && !cell.serves {
            if let index = topology.cellIndex(named: cell.name) { dead.insert(index) }
        }
        return dead
    }
}

extension StatusReport.Cell {
    /// Whether a router may send customers there.
    var serves: Bool { [.serving, .degraded, .refilling, .evacuated].contains(state) && reachedBy != [] }
}

extension StatusReport.Router {
    /// Whether clients get answers there.
    var runs: Bool { state == .serving || state == .degraded || state == .starting }
}
