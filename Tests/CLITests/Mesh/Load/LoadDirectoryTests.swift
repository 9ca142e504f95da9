import ControlPlane
import LoadGenerator
import Testing

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
