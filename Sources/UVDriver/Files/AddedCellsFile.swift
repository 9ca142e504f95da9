import FoundationEssentials
import MeshBase
import Reports
import Topology

/// `cells.json` of a data directory: the cells that were added to a mesh since its founding, in the order of their
/// indices. It only grows, and every process of the mesh follows it.
package struct AddedCellsFile: Codable, Sendable, Equatable {
    /// `cellmesh/1`.
    package var schema = "cellmesh/1"
    /// All of them; a cell that was drained stays.
    package var cells: [Cell]

    /// All that was added since the founding.
    package init(_ cells: [Cell]) { self.cells = cells }

    /// Bytes of the largest file that is read.
    package static let largest = 1 << 20

    /// A file that is followed; one that is not there says that nothing was added.
    package static func watched(_ path: String) -> WatchedFile<AddedCellsFile> {
        WatchedFile(path, most: largest) {
            let file = try JSONDecoder().decode(AddedCellsFile.self, from: Data($0.utf8))
            guard file.schema == "cellmesh/1" else { throw HostFailure("its schema is '\(file.schema.prefix(64))'") }
            return file
        }
    }

    /// The topology with what the file at a path adds to it.
    /// - Throws: what is wrong with the file, and where it lies.
    package static func grown(_ topology: MeshTopology, by path: String) throws(HostFailure) -> MeshTopology {
        do {
            guard let file = try watched(path).load() else { return topology }
            return try topology.grown(file.cells)
        } catch {
            throw HostFailure("\(path) cannot be used: \(JSONFailure.describe(error))")
        }
    }
}
