import Checkers
import Foundation
import MeshBase
import Testing

@testable import SimDriver

@Suite struct ReportTests {
    @Test func theReportHasTheShapeThatOthersRelyOn() throws {
        var report = try SimRun.run(Meshes.configuration(seed: 1, seconds: 1))
        report.wallMilliseconds = 12.5
        let data = try JSONEncoder().encode(report)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["schema"] as? String == "cellmesh/1")
        #expect(object["scenario"] as? String == "small")
        #expect(object["seed"] as? Int == 1)
        #expect((object["trace_hash"] as? String)?.count == 16)
        #expect((object["simulated_ms"] as? Double).map { $0 > 1000 } == true)
        #expect(object["wall_ms"] as? Double == 12.5)
        #expect(object["events"] as? Int == Int(report.events))
        #expect(object["faults_fired"] as? Int == 0)
        let verdicts = try #require(object["verdicts"] as? [[String: Any]])
        #expect(!verdicts.isEmpty)
        #expect(verdicts.allSatisfy { Set($0.keys) == ["oracle", "ok", "standing", "detail"] })
        #expect(report.exitCode == 0)
    }

    @Test func aRunThatTakesTooLongSaysSo() throws {
        var configuration = Meshes.configuration(seed: 1)
        configuration.eventLimit = 2_000
        let report = try SimRun.run(configuration)
        #expect(report.exitCode == 14)
        #expect(report.verdict("in-time")?.ok == false)
        let stopped = try SimRun.run(Meshes.configuration(seed: 1, seconds: 30)) { _ in false }
        #expect(stopped.exitCode == 14)
    }

    @Test func aMeshThatNeverGetsWholeIsALivenessFailure() throws {
        var configuration = Meshes.configuration(seed: 1, seconds: 1)
        configuration.startLimit = .milliseconds(10)
        let report = try SimRun.run(configuration)
        #expect(report.verdict("start")?.ok == false)
        #expect(report.exitCode == 12)
    }

    @Test func gravestFirst() {
        var report = SimulationReport(
            scenario: "s", seed: 1, traceHash: 255, simulated: .seconds(1), events: 1, faultsFired: 0)
        #expect(report.traceHash == "00000000000000ff")
        #expect(report.exitCode == 0)
        for (finding, code) in [
            (SimulationReport.Finding.liveness, 12), (.outOfTime, 14), (.safety, 11), (.nondeterminism, 13),
        ] as [(SimulationReport.Finding, Int32)] {
            report.add(.init(oracle: "x", ok: false, detail: ""), otherwise: finding)
            #expect(report.exitCode == code)
        }
    }

    /// What was not judged is not ok, and says so to people and programs.
    @Test func whatWasNotJudgedIsNotOk() throws {
        var report = try SimRun.run(Meshes.configuration(seed: 3, seconds: 1))
        #expect(report.verdict("registers")?.word == "ok")
        #expect(report.verdict("membership-goodbye")?.word == "vacuous", "nobody left")
        var lossy = Meshes.configuration(seed: 3, seconds: 1)
        lossy.faults = [SimFault("loss * <> * 5% @100ms for 300ms")!]
        report = try SimRun.run(lossy)
        #expect(report.verdict("blast-radius")?.word == "skipped")
        #expect(report.verdict("no-false-deaths")?.word == "skipped")
        #expect(report.isOk)
        let object = try #require(
            JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
        let verdicts = try #require(object["verdicts"] as? [[String: Any]])
        for verdict in verdicts {
            #expect((verdict["ok"] is NSNull) == (verdict["standing"] as? String == "skipped"), "\(verdict)")
        }
        let decoded = try JSONDecoder().decode(
            [Verdict].self, from: JSONSerialization.data(withJSONObject: verdicts))
        #expect(decoded == report.verdicts)
    }

    @Test func aViolationIsNeverVacuous() {
        #expect(Verdict(oracle: "x", ok: false, .vacuous, detail: "").word == "violated")
    }

    /// Each name that the command line offers makes some oracle say no in a run made for it, or it shows nothing.
    @Test func everyNamedDefectIsThere() {
        #expect(Set(SimDefect.known.map(\.name)).count == SimDefect.known.count)
        for known in SimDefect.known { #expect(SimDefect(named: known.name) == known.defect) }
        #expect(SimDefect(named: "none") == nil)
    }

}
