import MeshBase
import Sharding
import Topology

extension DataDirectory {
    /// Which file is to blame where the placement does not fit the model. Customers on cells beyond those that the mesh was
    /// founded with: the file of further cells is older than the placement, or is missing, for they are written before
    /// anybody moves to them.
    ///
    /// - Parameter topology: with the further cells that are known.
    package func misfit(_ error: PlacementError, _ topology: MeshTopology) -> DataDirectoryError {
        guard case .noSuchCell(let cell) = error, cell.position >= topology.cells.count else {
            return .damaged(path: placementPath, reason: "it does not fit the topology")
        }
        let known = Set(topology.cells.map(\.name))
        let others = SystemFile.names(in: path + "/cells").filter { !known.contains($0) }.sorted()
        let names = others.isEmpty ? "" : " (\(others.prefix(8).joined(separator: ", ")))"
        return .damaged(
            path: cellsPath,
            reason: (SystemFile.exists(cellsPath) ? "it is an old copy" : "it is missing")
                + ": by the placement customers are on further cells\(names)")
    }
}
