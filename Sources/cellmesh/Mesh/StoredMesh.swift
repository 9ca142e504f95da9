import ControlPlane
import Sharding
import Topology

/// The model of a mesh and where its customers live: from the files of its data directory, or from a topology file.
struct StoredMesh {
    var topology: MeshTopology
    var table: PlacementTable
    var placement: Placement

    init(topology: MeshTopology, table: PlacementTable = PlacementTable()) throws {
        self.topology = topology
        self.table = table
        do {
            placement = try Placement(topology, table: table)
        } catch {
            throw CommandFailure("the placement table does not fit the topology: \(error)", next: "cellmesh doctor")
        }
    }

    init(_ mesh: DataDirectory) throws {
        do {
            let topology = try mesh.model()
            let table = SystemFile.exists(mesh.placementPath) ? try mesh.placement() : PlacementTable()
            try self.init(topology: topology, table: table)
        } catch let error as DataDirectoryError {
            throw CommandFailure(error)
        }
    }
}
