import MeshBase
import Replication
import Reports
import Sharding
import Store
import Topology
import UVDriver

extension Doctor {
    /// Stores that cannot be used, and those that have no vote. The store of a cell that runs is opened and not read
    /// through.
    func storeFindings(_ topology: MeshTopology?, running: Set<ProcessName>) -> [DoctorReport.Finding] {
        missing(topology, running: running) + unusable(running: running)
    }

    /// A cell that runs without its file goes on in one that has no name.
    private func missing(_ topology: MeshTopology?, running: Set<ProcessName>) -> [DoctorReport.Finding] {
        guard let topology else { return [] }
        return topology.cells.indices.compactMap { index in
            let name = topology.cells[index].name
            let path = directory.directory(of: .cell, name) + "/store.sqlite"
            guard running.contains(ProcessName(.cell, name)), topology.blueprint(of: CellIndex(index)).store != nil,
                !SystemFile.exists(path)
            else { return nil }
            return .init(
                code: "store", message: "\(path) is gone while \(name) runs: what it writes is on no disk",
                hint: "'cellmesh restart \(name)': it begins empty and is refilled from the other cells")
        }
    }

    private func unusable(running: Set<ProcessName>) -> [DoctorReport.Finding] {
        SystemFile.names(in: directory.path + "/cells").sorted().compactMap { name in
            let path = directory.directory(of: .cell, name) + "/store.sqlite"
            guard SystemFile.exists(path) else { return nil }
            let identity: StoreIdentity
            do throws(StoreOpenError) {
                identity = try StoreFile.identity(path: path)
                if !running.contains(ProcessName(.cell, name)) { try StoreFile.check(path: path) }
            } catch {
                // An empty file is what a cell begins with.
                if error.code == .foreign, SystemFile.isEmpty(path) { return nil }
                return .init(
                    code: "store", message: "\(error)",
                    hint: "the other cells do without it; 'cellmesh restart \(name)' once it is moved away")
            }
            guard identity.life != .votes else { return nil }
            return .init(
                code: "no-vote",
                message: "the store of \(name) has no vote (\(identity.life.rawValue)): its disk was lost, or its mesh "
                    + "was never whole",
                hint: "'cellmesh store --lost' tells what it waits for")
        }
    }
}
