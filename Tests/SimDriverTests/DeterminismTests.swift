import Foundation
import MeshBase
import Testing

@testable import SimDriver

@Suite struct DeterminismTests {
    @Test(arguments: [1, 2, 3] as [UInt64]) func aSeedGivesOneTrace(_ seed: UInt64) throws {
        let configuration = Meshes.faulty(seed: seed)
        let report = try SimRun.checkDeterminism(configuration)
        #expect(report.verdict("determinism")?.ok == true, "\(report.complaint)")
        #expect(report.events > 5_000)
    }

    @Test func anotherSeedGivesAnotherTrace() throws {
        let hashes = try (1...4).map { try SimRun.run(Meshes.configuration(seed: $0, seconds: 1)).traceHash }
        #expect(Set(hashes).count == 4)
    }

    @Test func whatMustNotMatterDoesNot() throws {
        // Watching a run is no part of it.
        var calls = 0
        let configuration = Meshes.configuration(seed: 9, seconds: 3)
        let watched = try SimRun.run(configuration) { _ in
            calls += 1
            return true
        }
        #expect(calls > 0)
        #expect(try SimRun.run(configuration).traceHash == watched.traceHash)
    }

    /// Packets are sealed in real processes: without the cipher the run is the same, event for event.
    @Test(arguments: [3, 4] as [UInt64]) func sealingMattersToNothing(_ seed: UInt64) throws {
        var configuration = Meshes.faulty(seed: seed)
        let plain = try SimRun.run(configuration)
        configuration.seals = true
        let sealed = try SimRun.run(configuration)
        #expect(sealed.traceHash == plain.traceHash, "seed \(seed)")
        #expect(sealed.events == plain.events)
        #expect(sealed.verdicts == plain.verdicts)
    }

    @Test func oneEventMoreIsAnotherTrace() throws {
        let plain = try SimRun.run(Meshes.configuration(seed: 5, seconds: 1)).traceHash
        let faulty = try SimRun.run(
            Meshes.configuration(seed: 5, seconds: 1, faults: [SimFault(at: .milliseconds(990), .pause, "r1-1")]))
        #expect(faulty.traceHash != plain)
    }

    /// Hash tables are seeded anew in every process: a child must come to the same trace.
    @Test func anotherProcessGivesTheSameTrace() throws {
        let own = try SimRun.run(Meshes.faulty(seed: 7)).traceHash
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(
            "sim-trace-\(ProcessInfo.processInfo.processIdentifier)")
        defer { try? FileManager.default.removeItem(at: file) }
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = ["--testing-library", "swift-testing", "--filter", "DeterminismTests/childOfAnotherProcess"]
        var environment = ProcessInfo.processInfo.environment
        environment["CELLMESH_SIM_TRACE"] = file.path
        environment["SWIFT_DETERMINISTIC_HASHING"] = nil
        child.environment = environment
        child.standardOutput = FileHandle.nullDevice
        child.standardError = FileHandle.nullDevice
        try child.run()
        child.waitUntilExit()
        let other = try String(contentsOf: file, encoding: .utf8)
        #expect(other == own)
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["CELLMESH_SIM_TRACE"] != nil))
    func childOfAnotherProcess() throws {
        guard let path = ProcessInfo.processInfo.environment["CELLMESH_SIM_TRACE"] else { return }
        try SimRun.run(Meshes.faulty(seed: 7)).traceHash.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
