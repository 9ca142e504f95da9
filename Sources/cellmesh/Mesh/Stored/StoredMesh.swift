import ControlPlane
import Reports
import Sharding
import Topology

extension DataDirectory {
    /// The placements that processes keep for themselves; those that cannot be read are left out.
    fileprivate var keptPlacements: [PlacementTable] {
        ["cells", "routers"].flatMap { folder in
            SystemFile.names(in: "\(path)/\(folder)").compactMap { name in
                ((try? SystemFile.readOwn("\(path)/\(folder)/\(name)/placement.json")) ?? nil)
                    .flatMap { ReportJSON.decode(PlacementTable.self, $0) }
            }
        }
    }

    /// The placement table with all that processes know beyond it: routers and cells learn of moves without the control plane,
    /// and keep what they know.
    fileprivate func merged(_ table: PlacementTable) -> PlacementTable {
        var merged = table
        for kept in keptPlacements where kept.entries.count == table.entries.count {
            for entry in kept.entries { _ = merged.merge(entry) }
        }
        return merged
    }

    /// The newest placement table that any process knows, whether or not it fits the topology.
    func newestTable() throws(DataDirectoryError) -> PlacementTable {
        merged(SystemFile.exists(placementPath) ? try placement() : PlacementTable())
    }
}

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
            do throws(PlacementError) { _ = try Placement(topology, table: table) } catch {
                throw mesh.misfit(error, topology)
            }
            try self.init(topology: topology, table: table)
            let newest = mesh.merged(table)
            if newest.version > table.version, let newer = try? Placement(topology, table: newest) {
                self.table = newest
                placement = newer
            }
        } catch let error as DataDirectoryError {
            throw CommandFailure(error)
        }
    }
}
