import Drills
import Foundation
import MeshBase
import Reports
import Telemetry
import Testing
import UVDriver

@testable import ControlPlane

@Suite("Drills that are begun from the API")
struct DrillDeskTests {
    /// A program in place of this one, with what it does.
    private func program(_ scratch: Scratch, _ text: String) throws -> String {
        let path = scratch.path + "/program"
        try Data("#!/bin/sh\necho \"$@\" > \"$0.words\"\n\(text)\n".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    @Test("One at a time, by the command; what it refuses is told with its reason")
    func begins() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        let loop = try EventLoop()
        let path = try program(scratch, "echo 'baseline ...'; echo 'error: not today' >&2; echo 'next: x' >&2; exit 2")
        let desk = DrillDesk(loop: loop, directory: directory, executable: path)
        #expect(desk.look() == nil && !desk.isRunning)
        #expect(throws: APIFailure.self) { try desk.end() }
        let begun = try desk.begin("kill-cell")
        #expect(begun.drill == "kill-cell" && begun.pid > 0 && desk.isRunning)
        let again = #expect(throws: APIFailure.self) { try desk.begin("zone-outage") }
        #expect(again?.status == 409 && again?.detail.contains("kill-cell") == true)
        loop.run()
        #expect(!desk.isRunning)
        #expect(try String(contentsOfFile: path + ".words", encoding: .utf8) == "drill run kill-cell --mesh shop\n")
        let told = try #require(desk.look())
        #expect(told.name == "kill-cell" && told.outcome == "refused" && told.detail == "error: not today")
        desk.close()
        loop.close()
    }

    @Test("Who is told to end before it says that it runs is ended all the same")
    func ends() throws {
        let scratch = try Scratch()
        let loop = try EventLoop()
        let desk = DrillDesk(
            loop: loop, directory: try scratch.mesh(), executable: try program(scratch, "exec sleep 600"))
        let begun = try desk.begin("kill-cell")
        #expect(try desk.end() == begun)
        loop.run()
        #expect(!desk.isRunning && desk.look()?.outcome == "ended")
        desk.close()
        loop.close()
    }

    @Test("What became of a drill is told with its claims and its report, whoever has run it")
    func concludes() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        let loop = try EventLoop()
        let desk = DrillDesk(loop: loop, directory: directory, executable: "/bin/false")
        var report = DrillReport(
            id: "20260301-120000000-evacuation", drill: "evacuation", mesh: "shop", target: nil,
            began: "2026-03-01T12:00:00.000Z", command: "")
        report.claims = [.count("lost", 2)]
        (report.outcome, report.conclusive, report.exposed) = (.deviated, true, true)
        report.reason = "not kept: lost"
        let since = try #require(Timestamp.parse(report.began)) / 1_000_000

        func notice(_ since: Int64) throws {
            let lock = try FileLock(path: directory.drillLockPath)
            var drill = RunningDrill("evacuation", step: "hold", since: since)
            drill.detail = "evacuate: completed"
            drill.claims = FeedDrill.claims(report.claims)
            try SystemFile.replace(directory.drillRunPath, with: ReportJSON.encode(drill), isDurable: false)
            #expect(desk.isRunning)
            let told = try #require(desk.look())
            #expect(told.outcome == nil && told.step == "hold" && told.detail == "evacuate: completed")
            #expect(told.claims == [FeedClaim(name: "lost", verdict: "deviated", text: "2, bound <= 0")])
            #expect(throws: APIFailure.self) { try desk.begin("kill-cell") }
            try SystemFile.remove(directory.drillRunPath)
            lock.release()
        }
        // Before there is a report, and where the newest one is of an earlier run.
        try notice(since)
        #expect(desk.look()?.outcome == "ended" && desk.look()?.report == nil)
        try ReportStore(directory).add(report.id, [("report.json", ReportJSON.encode(report))])
        try notice(since + 60_000)
        #expect(desk.look()?.outcome == "ended" && desk.look()?.report == nil)
        try notice(since)
        let told = try #require(desk.look())
        #expect(told.outcome == "deviated" && told.report == report.id && told.detail == "not kept: lost")
        #expect(desk.look() == told)
        loop.close()
    }

    @Test("The feed has as many claims as fit, and short ones")
    func bounds() throws {
        let claims = (0..<40).map { DrillClaim.count(String(repeating: "\u{1F600}", count: 300) + "\($0)", 0) }
        let told = FeedDrill.claims(claims)
        #expect(told.count == FeedDrill.mostClaims)
        #expect(told.dropLast().allSatisfy { $0.name.count == FeedDrill.longestText })
        #expect(told.last?.name.hasPrefix("and ") == true && told.last?.name.hasSuffix(" more") == true, "\(told)")
        var drill = RunningDrill("x", step: "method", since: 1)
        drill.claims = told
        drill.detail = String(repeating: "\u{1F600}", count: FeedDrill.longestText)
        #expect(ReportJSON.encode(drill).count < RunningDrill.mostBytes)
    }
}
