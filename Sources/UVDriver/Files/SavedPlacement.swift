import FoundationEssentials
import Sharding
import Topology

/// The placement that this process knows, kept in its own directory for its next life, so that it needs nobody then.
package final class SavedPlacement {
    /// Bytes of the largest file that is read.
    static let largest = 64 << 20

    private let file: SavedFile<PlacementTable>

    /// - Parameters:
    ///   - path: `placement.json` in the process's own directory; see `HostSettings.savedPlacementPath`.
    ///   - onFailure: told what a table that could not be written means: once until one could be, or for another reason.
    package init(path: String, loop: EventLoop, onFailure: @escaping (String) -> Void) {
        file = SavedFile(
            path, loop: loop,
            encode: { table in
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                return String(decoding: try encoder.encode(table), as: UTF8.self) + "\n"
            },
            onFailure: {
                onFailure("\($0): a restart begins with an older placement, and learns the newer from the others")
            })
    }

    /// What became of the tables.
    package var counters: SavedFileCounters { file.counters }

    /// Writes a table beside the requests, unless it is the one that was given last. Of several only the latest is
    /// written; one that fails is not tried again by itself.
    package func save(_ table: PlacementTable) { file.save(table) }

    /// Begins no further write; the one that is under way comes to its end.
    package func close() { file.close() }
}

extension SavedPlacement {
    /// What a process that starts begins with.
    package struct Loaded: Equatable {
        package var table: PlacementTable
        /// It is the one that this process has kept, newer than the mesh's.
        package var isOwn = false
        /// What was wrong with the process's own file, and what was done about it.
        package var remark: String?
    }

    /// Takes of each entry the one of the higher version: the mesh's, or the one that this process has kept.
    ///
    /// One that cannot be understood, or does not fit the topology, is moved aside, and one that cannot be read stays
    /// where it is; with either the process begins with the mesh's, as with none. See `SavedFile.load`.
    ///
    /// - Parameter path: of the process's own file.
    package static func load(mesh: PlacementTable, own path: String, fitting topology: MeshTopology) -> Loaded {
        let own = SavedFile.load(path, most: largest) { text in
            let table = try JSONDecoder().decode(PlacementTable.self, from: Data(text.utf8))
            _ = try Placement(topology, table: table)
            return table
        }
        var table = mesh
        for entry in own.value?.entries ?? [] where own.value?.entries.count == mesh.entries.count {
            table.merge(entry)
        }
        return Loaded(
            table: table, isOwn: table != mesh,
            remark: own.remark.map { $0 + "; the process begins with the mesh's placement" })
    }
}

extension HostSettings {
    /// Where this process keeps the placement that it knows.
    package var savedPlacementPath: String { dataDirectory + "/placement.json" }
}
