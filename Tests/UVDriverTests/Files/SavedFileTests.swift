import Glibc
import MeshBase
import Testing

@testable import UVDriver

@Suite("The newest of a value in a file")
struct SavedFileTests {
    private final class Rig {
        let folder: TemporaryFolder
        let loop: EventLoop
        private(set) var file: SavedFile<Int>!
        var failures: [String] = []
        var text: String? { SmallFile.read(file.path, most: 100) }

        init(_ name: String = "number") throws {
            folder = try TemporaryFolder()
            loop = try EventLoop()
            file = SavedFile(folder.path(name), loop: loop, encode: { "\($0)" }) { [unowned self] in
                failures.append($0.name)
            }
        }

        func save(_ number: Int) throws {
            let before = ended
            file.save(number)
            try loop.turn { ended > before }
        }

        var ended: UInt64 { file.counters.written + file.counters.failed }

        deinit { loop.close() }
    }

    @Test("A value is on the disk, in the place of the one before, and nothing is left beside it")
    func replaced() throws {
        let rig = try Rig()
        for number in 1...3 { try rig.save(number) }
        #expect(rig.text == "3" && rig.folder.names == ["number"])
        #expect(rig.file.counters == SavedFileCounters(written: 3))
    }

    @Test("Of those that come during a write only the latest is written")
    func latest() throws {
        let rig = try Rig()
        for number in 1...100 { rig.file.save(number) }
        try rig.loop.turn { rig.text == "100" }
        try rig.loop.turn { rig.ended == 2 }
        #expect(rig.file.counters == SavedFileCounters(written: 2, superseded: 98))
    }

    @Test("What was given last is not written again")
    func same() throws {
        let rig = try Rig()
        rig.file.save(1)
        rig.file.save(1)
        try rig.loop.turn { rig.ended == 1 }
        rig.file.save(1)
        #expect(rig.loop.pendingRequests == 0)
        rig.file.save(2)
        rig.file.save(1)
        try rig.loop.turn { rig.text == "1" && rig.ended == 3 }
        #expect(rig.file.counters == SavedFileCounters(written: 3), "under way or not, the latest holds")
    }

    @Test("A failure is told once, each is counted, and the file is as it was; the same value may be given again")
    func failure() throws {
        let rig = try Rig("sub/number")
        for number in [1, 2, 2] { try rig.save(number) }
        #expect(rig.failures == ["ENOENT"] && rig.file.counters == SavedFileCounters(failed: 3))
        #expect(mkdir(rig.folder.path("sub"), 0o700) == 0)
        try rig.save(2)
        #expect(rig.text == "2" && rig.file.counters == SavedFileCounters(written: 1, failed: 3))
        unlink(rig.file.path)
        #expect(mkdir(rig.file.path, 0o700) == 0)
        try rig.save(3)
        #expect(rig.failures == ["ENOENT", "EISDIR"], "another failure is told of again")
        #expect(TemporaryFolder.names(in: rig.folder.path("sub")) == ["number"], "what was half done is taken away")
        rmdir(rig.file.path)
        try rig.save(4)
        #expect(rig.text == "4")
    }

    @Test("Closed, it ends what is under way and begins nothing else")
    func close() throws {
        let rig = try Rig()
        rig.file.save(1)
        rig.file.save(2)
        rig.file.close()
        rig.file.save(3)
        try rig.loop.turn { rig.ended == 1 }
        #expect(rig.loop.pendingRequests == 0)
        #expect(rig.text == "1")
    }

    @Test("A loop that closes in the midst of it leaves the old value or the new one")
    func loopCloses() throws {
        let rig = try Rig()
        try rig.save(1)
        rig.file.save(2)
        rig.file.save(3)
        rig.loop.close()
        #expect(["1", "2", "3"].contains(rig.text) && rig.folder.names == ["number"])
    }

    // MARK: The next life

    private struct NoNumber: Error {}

    private func load(_ rig: Rig) -> SavedFile<Int>.Found {
        SavedFile.load(rig.file.path, most: 8) {
            guard let number = Int($0) else { throw NoNumber() }
            return number
        }
    }

    @Test("The next life finds what was saved, or that nothing was")
    func load() throws {
        let rig = try Rig()
        let none = load(rig)
        #expect(none.value == nil && none.remark == nil)
        try rig.save(12_345_678)
        let found = load(rig)
        #expect(found.value == 12_345_678 && found.remark == nil)
    }

    @Test(
        "A damaged file is moved aside, with a message, and the next is saved again", arguments: ["", "?", "123456789"])
    func damaged(text: String) throws {
        let rig = try Rig()
        for _ in 0..<2 {
            #expect(SmallFile.replace(rig.file.path, with: text))
            let found = load(rig)
            #expect(found.value == nil && found.remark?.contains("moved to \(rig.file.path).damaged") == true)
            #expect(rig.folder.names == ["number.damaged"], "of several the last is kept")
        }
        #expect(SmallFile.read(rig.file.path + ".damaged", most: 100) == text)
        try rig.save(1)
        #expect(load(rig).value == 1)
    }

    @Test("A directory in its place is moved aside too, and where that cannot be, it is said")
    func directory() throws {
        let rig = try Rig()
        #expect(mkdir(rig.file.path, 0o700) == 0)
        #expect(load(rig).remark?.contains("moved to") == true)
        #expect(rig.folder.names == ["number.damaged"])
        #expect(mkdir(rig.file.path + ".damaged/x", 0o700) == 0 && mkdir(rig.file.path, 0o700) == 0)
        #expect(load(rig).remark?.contains("should be removed") == true)
        #expect(rig.folder.names == ["number", "number.damaged"])
    }

    @Test("What cannot be read may be sound: it stays where it is")
    func unreadable() throws {
        let rig = try Rig()
        #expect(symlink("number", rig.file.path) == 0)
        let found = load(rig)
        #expect(found.value == nil && found.remark?.contains("ELOOP") == true)
        #expect(rig.folder.names == ["number"])
    }
}
