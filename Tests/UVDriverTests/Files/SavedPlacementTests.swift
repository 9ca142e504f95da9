import Glibc
import MeshBase
import Testing

@testable import UVDriver

/// Of a table nothing is presumed but that it has a version; what is done about a file is in `SavedFileTests`.
@Suite("The placement that a process keeps for its next life")
struct SavedPlacementTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path("placement.json") }
    private let founding = SavedPlacement.Loaded(table: .init())

    init() throws { folder = try TemporaryFolder() }

    private func load() -> SavedPlacement.Loaded {
        SavedPlacement.load(mesh: founding.table, own: path, fitting: FaultBench.topology)
    }

    @Test("Without one of its own, or with one that is no newer, a process begins with the mesh's, and says nothing")
    func none() throws {
        #expect(load() == founding)
        let loop = try EventLoop()
        defer { loop.close() }
        let saved = SavedPlacement(path: path, loop: loop) { Issue.record("\($0)") }
        saved.save(founding.table)
        try loop.turn { saved.counters == SavedFileCounters(written: 1) }
        #expect(folder.names == ["placement.json"])
        #expect(load() == founding)
    }

    @Test("A damaged one is moved aside, and the process begins with the mesh's", arguments: ["", "{", "[1]", "{}"])
    func damaged(text: String) throws {
        #expect(SmallFile.replace(path, with: text))
        let loaded = load()
        #expect(loaded.table == founding.table && !loaded.isOwn)
        #expect(loaded.remark?.contains("moved to \(path).damaged; the process begins with the mesh's") == true)
        #expect(folder.names == ["placement.json.damaged"])
    }

    @Test("What a table that could not be written means is said")
    func failure() throws {
        let loop = try EventLoop()
        defer { loop.close() }
        var failures: [String] = []
        let saved = SavedPlacement(path: folder.path("none/placement.json"), loop: loop) { failures.append($0) }
        saved.save(founding.table)
        try loop.turn { saved.counters.failed == 1 }
        #expect(failures.count == 1 && failures.first?.contains("ENOENT") == true)
        #expect(failures.first?.contains("older placement") == true)
        saved.close()
    }
}
