import ArgumentParser
import Blueprints
import Foundation
import Laboratories
import MeshBase
import Reports
import Testing
import Topology

@testable import cellmesh

/// Laboratories that go by a file: a topology, a blueprint or a recorded run.
@Suite struct LabFileTests {
    private static let run = """
        {"schema": "cellmesh/1", "duration_ms": 20000, "requests": 2000, "ok": 1850, "dropped": 50, "latency_ms": \
        {"p50": 4.5, "p90": 9, "p99": 21.25, "p999": 40, "max": 80}, "by_priority": {"low": {"requests": 200, "ok": 100, \
        "shed": 60}}}
        """

    private func file(_ text: String) throws -> String {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json")
        try text.write(to: url, atomically: true, encoding: .utf8)
        return url.path
    }

    @Test func figuresOfALoadRun() throws {
        let run = try ReportJSON.read(RecordedRun.self, Array(Self.run.utf8))
        let recording = LabRecording(run, name: "run.json")
        #expect(recording.p50 == .microseconds(4_500) && recording.p99 == .microseconds(21_250))
        #expect(recording.longest == .milliseconds(80) && recording.rate == 100)
        // Of 2000, 50 were not sent and 60 shed; of 1890, 40 failed.
        #expect(abs(try #require(recording.failures) - 40.0 / 1_890) < 1e-12)
        let empty = LabRecording(try ReportJSON.read(RecordedRun.self, Array("{}".utf8)), name: "x")
        #expect(empty.p50 == nil && empty.rate == nil && empty.failures == nil)
    }

    @Test func aRunStandsInForWhatIsNotGiven() throws {
        let path = try file(Self.run)
        defer { try? FileManager.default.removeItem(atPath: path) }
        var options = RecordingOptions()
        options.from = path
        var settings = HedgeLab.Settings()
        try options.apply { (run) throws(LabRefusal) in try settings.take(run) }
        #expect(settings.p99 == .microseconds(21_250) && settings.from == path)
        for (text, words) in [("nothing", "no document"), ("{}", "latency_ms.p50"), ("[1]", "no document")] {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            do {
                try options.apply { (run) throws(LabRefusal) in try settings.take(run) }
                Issue.record("'\(text)' was taken")
            } catch let failure as CommandFailure {
                #expect(failure.status == .usage && failure.message.contains(words))
            }
        }
        options.from = path + "-not-there"
        #expect(throws: CommandFailure.self) { try options.recording() }
    }

    private func model(_ words: [String]) throws -> LabModel {
        try LabModelOptions.parse(words).model(Console(format: .json, color: .never))
    }

    /// The same sums as `validate` has: what it warns about is what does not fit.
    @Test func theFilesTimesFitAsValidateSays() throws {
        let read = try #require(TopologyFile.embedded().topology)
        let resolver = read.policies(ofBlueprint: 0)
        let needs = TimeNeeds(read.blueprints[0], policies: resolver)
        let report = try TimeoutLab.run(
            TimeoutLab.Settings(
                cells: [TimeoutLab.Cell("storefront", needs.hierarchy, entries: needs.entries)]))
        #expect(report.ok && report.criticalPath == ["router", "checkout", "payment"])
        let checkout = try #require(report.requests.first { $0.service == "checkout" })
        #expect(checkout.need == .milliseconds(774) + .microseconds(20))
        let engine = try #require(checkout.callees)
        #expect(abs((engine - checkout.need).nanoseconds) < 1_000)
    }

    @Test func policiesAreChangedAsUpDoes() throws {
        let text = """
            cell: shop
            services:
              - name: page
                pool: {workers: 8}
                calls: [{to: order, timeout: 100ms}]
              - name: order
                pool: {workers: 8}
            """
        let path = try file(text)
        defer { try? FileManager.default.removeItem(atPath: path) }
        func level(_ words: [String]) throws -> MaturityReport {
            let read = try model([path] + words)
            return try MaturityLab.run(
                MaturityLab.Settings(cells: read.cells.map { MaturityLab.Cell($0.blueprint, $0.policies) }))
        }
        #expect(try level([]).level == .resilient && level(["--policies", "off"]).level == .fragile)
        #expect(try model([path, "--policies", "seed"]).cells[0].policies.service(0).profile == .seed)
        #expect(throws: CommandFailure.self) { try model([path, "--policies", "lokal"]) }
        #expect(throws: CommandFailure.self) { try model([path + "-not-there"]) }
        try "title: x\nmethod: []\n".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: CommandFailure.self) { try model([path]) }
    }
}
