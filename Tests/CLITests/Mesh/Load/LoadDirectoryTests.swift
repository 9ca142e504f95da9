import ControlPlane
import Glibc
import LoadGenerator
import Testing
import UVDriver

@testable import cellmesh

@Suite struct LoadDirectoryTests {
    private let scratch = Scratch()
    private var directory: LoadDirectory { LoadDirectory(DataDirectory(path: scratch.path)) }

    @Test func whatIsNotThereYetIsNoReport() throws {
        #expect(try directory.report() == nil && directory.process == nil)
        // The process that is to write it has the file open from its begin.
        scratch.write("load/report.json", "")
        #expect(try directory.report() == nil)
    }

    @Test(arguments: [
        ("[1", "report.json cannot be read: "), (#"{"schema":"cellmesh/1"}"#, "the key 'seed' is missing"),
    ])
    func whatIsDamagedIsToldWithItsPlace(_ text: String, _ words: String) throws {
        scratch.write("load/report.json", text)
        do {
            _ = try directory.report()
            Issue.record("'\(text)' was read")
        } catch let failure as CommandFailure {
            #expect(failure.message.contains(words), "\(failure.message)")
        }
    }

    /// What could not tell in the end what it found is not begun, and what was found before stays.
    @Test func aLoadWithoutRoomIsNotStarted() throws {
        scratch.write("load/report.json", "former")
        var isStarted = false
        let failure = #expect(throws: CommandFailure.self) {
            try directory.begin(reportRoom: 1 << 50) { _, _ in
                isStarted = true
                return .current
            }
        }
        #expect(failure?.message.contains("the load was not started, for its result would have no place") == true)
        #expect(!isStarted && directory.process == nil)
        #expect(SystemFile.names(in: directory.path) == ["report.json"])
        #expect(try SystemFile.read(directory.reportPath) == Array("former".utf8))
    }

    @Test func theRoomIsKeptBeforeTheLoadBegins() throws {
        scratch.write("load/report.json", "former")
        var facts = stat()
        let identity = try directory.begin { output, _ in
            fstat(output, &facts)
            #expect(write(output, "new", 3) == 3)
            return .current
        }
        #expect(facts.st_size == 0 && facts.st_blocks * 512 >= 256 << 10)
        #expect(directory.process == identity)
        #expect(try SystemFile.read(directory.reportPath) == Array("new".utf8))
        #expect(SystemFile.names(in: directory.path) == ["log", "process.json", "report.json"])
    }

    @Test func whatWasComparedIsKept() throws {
        let text =
            #"{"arms":[],"difference":{"success":{"value":0.5}},"different":["success"],"share":0.25}"#
        scratch.write("load/comparison.json", text)
        let comparison = try #require(try directory.comparison())
        #expect(comparison.difference["success"]?.value == 0.5)
        scratch.write("load/comparison.json", "")
        try directory.keep(comparison)
        #expect(try directory.comparison() == comparison)
    }
}
