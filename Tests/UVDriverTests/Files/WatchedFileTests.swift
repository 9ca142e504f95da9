import Foundation
import Glibc
import MeshBase
import Testing

@testable import UVDriver

@Suite("A file that is followed")
struct WatchedFileTests {
    private struct NoNumber: Error {}

    /// A file that holds a number, and what its follower was told.
    private final class Rig {
        let folder: TemporaryFolder
        let loop: EventLoop
        let file: WatchedFile<Int>
        var taken: [Int] = []
        var refused: [String] = []
        var parsed = 0
        var limit = Int.max
        var path: String { file.path }

        init(absent: Int? = nil) throws {
            folder = try TemporaryFolder()
            loop = try EventLoop()
            var count: () -> Void = {}
            file = WatchedFile(folder.path("number"), most: 8, absent: absent) {
                count()
                guard let number = Int($0) else { throw NoNumber() }
                return number
            }
            count = { [unowned self] in parsed += 1 }
            file.follow(on: loop, every: .milliseconds(1)) { [unowned self] number in
                guard number <= limit else { throw NoNumber() }
                taken.append(number)
            } refuse: { [unowned self] in
                refused.append("\($0)")
            }
        }

        func write(_ text: String) { #expect(SmallFile.replace(path, with: text)) }

        deinit {
            file.close()
            loop.close()
        }
    }

    @Test("A version is read once, and another one is taken")
    func versions() throws {
        let rig = try Rig()
        rig.file.refresh()
        #expect(rig.file.value == nil && rig.taken.isEmpty)
        rig.write("1")
        for _ in 0..<3 { rig.file.refresh() }
        #expect(rig.taken == [1] && rig.parsed == 1)
        rig.write("2")
        rig.file.refresh()
        #expect(rig.taken == [1, 2] && rig.file.value == 2)
    }

    @Test("Without being asked it is looked at by itself, until it is closed")
    func poll() throws {
        let rig = try Rig()
        rig.write("1")
        try rig.loop.turn { rig.taken == [1] }
        rig.file.close()
        #expect(rig.loop.leftovers().isEmpty)
    }

    @Test("Another version with the same content changes nothing")
    func sameContent() throws {
        let rig = try Rig()
        for _ in 0..<2 {
            rig.write("1")
            rig.file.refresh()
        }
        #expect(rig.taken == [1] && rig.parsed == 2)
    }

    @Test("What cannot be understood is told once for each version and counted; what was in force stays")
    func misunderstood() throws {
        let rig = try Rig()
        rig.write("1")
        rig.file.refresh()
        rig.write("?")
        for _ in 0..<3 { rig.file.refresh() }
        #expect(rig.file.value == 1 && rig.taken == [1])
        #expect(rig.refused == ["NoNumber()"] && rig.file.refusals == 1)
        rig.write("!")
        rig.file.refresh()
        #expect(rig.file.refusals == 2, "another version is told of again")
        rig.write("2")
        rig.file.refresh()
        #expect(rig.taken == [1, 2])
    }

    @Test("What is understood and not taken is refused like what is not understood")
    func notTaken() throws {
        let rig = try Rig()
        rig.limit = 1
        rig.write("2")
        for _ in 0..<3 { rig.file.refresh() }
        #expect(rig.file.value == nil && rig.file.refusals == 1 && rig.refused.count == 1)
    }

    @Test("One that is too long, or no file at all, is refused without being waited for")
    func unreadable() throws {
        let rig = try Rig()
        rig.write("123456789")
        for _ in 0..<2 { rig.file.refresh() }
        #expect(rig.refused.count == 1 && rig.refused[0].contains("EFBIG"))
        #expect(rig.parsed == 0)
        unlink(rig.path)
        #expect(mkfifo(rig.path, 0o600) == 0)
        rig.file.refresh()
        #expect(rig.refused.count == 2 && rig.refused[1].contains("EINVAL"))
        unlink(rig.path)
        #expect(mkdir(rig.path, 0o700) == 0)
        rig.file.refresh()
        #expect(rig.refused.count == 3 && rig.refused[2].contains("EISDIR"))
        rmdir(rig.path)
        rig.write("12345678")
        rig.file.refresh()
        #expect(rig.taken == [12_345_678], "the largest that is read")
    }

    @Test("Where there is no file, what was in force stays, or what was said for that case is")
    func absent() throws {
        let (keeps, falls) = (try Rig(), try Rig(absent: 0))
        for rig in [keeps, falls] {
            rig.file.refresh()
            rig.write("1")
            rig.file.refresh()
            unlink(rig.path)
            for _ in 0..<2 { rig.file.refresh() }
        }
        #expect(keeps.taken == [1] && keeps.file.value == 1)
        #expect(falls.taken == [1, 0] && falls.file.value == 0)
        for rig in [keeps, falls] {
            rig.write("1")
            rig.file.refresh()
        }
        #expect(keeps.taken == [1] && falls.taken == [1, 0, 1])
    }

    @Test("A file rewritten in its place with its old time is another version")
    func oldTime() throws {
        let rig = try Rig()
        rig.write("1")
        var times = [timespec(tv_sec: 1_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, rig.path, &times, 0) == 0)
        rig.file.refresh()
        var before = stat()
        #expect(stat(rig.path, &before) == 0)
        // The clock of the file system goes in steps of some milliseconds.
        var after = before
        while after.st_ctim.tv_sec == before.st_ctim.tv_sec && after.st_ctim.tv_nsec == before.st_ctim.tv_nsec {
            try Data("2".utf8).write(to: URL(fileURLWithPath: rig.path))
            #expect(utimensat(AT_FDCWD, rig.path, &times, 0) == 0)
            #expect(stat(rig.path, &after) == 0)
        }
        #expect(after.st_ino == before.st_ino && after.st_mtim.tv_sec == before.st_mtim.tv_sec)
        rig.file.refresh()
        #expect(rig.taken == [1, 2])
    }

    @Test("A process that starts reads it at once, and is told where that fails")
    func load() throws {
        let rig = try Rig()
        #expect(try rig.file.load() == nil)
        rig.write("1")
        #expect(try rig.file.load() == 1)
        rig.write("?")
        for _ in 0..<2 { #expect(throws: NoNumber.self) { try rig.file.load() } }
        #expect(throws: UVError.self) {
            try WatchedFile(rig.folder.path, most: 8) { $0 }.load()
        }
    }
}
