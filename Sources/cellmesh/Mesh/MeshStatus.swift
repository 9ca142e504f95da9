import ControlPlane
import MeshBase
import Sharding
import Topology

/// The states of a mesh's cells, as its control plane sees them.
struct MeshStatus {
    let document: JSONValue

    init(_ document: JSONValue) { self.document = document }

    init(_ api: APIClient) throws { document = try api.get("/v1/status") }

    /// The status of the mesh where its control plane answers; nil where it does not.
    static func ifRunning(_ mesh: DataDirectory) -> MeshStatus? {
        guard mesh.controlHolder != nil, let api = try? APIClient(mesh) else { return nil }
        return try? MeshStatus(api)
    }

    var state: String { document["state"].text ?? "unknown" }

    struct CellState {
        var name: String
        var state: String
        /// Whether a router may send customers there.
        var serves: Bool { state == "serving" || state == "degraded" }
    }

    var cells: [CellState] {
        document["cells"].elements.compactMap { cell in
            guard let name = cell["name"].text, let state = cell["state"].text else { return nil }
            return CellState(name: name, state: state)
        }
    }

    func state(of cell: String) -> CellState? { cells.first { $0.name == cell } }

    /// The cells that do not serve now.
    func dead(_ topology: MeshTopology) -> CellSet {
        var dead = CellSet()
        for cell in cells where !cell.serves {
            if let index = topology.cellIndex(named: cell.name) { dead.insert(index) }
        }
        return dead
    }
}
