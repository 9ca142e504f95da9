import ControlPlane
import Drills
import MeshBase
import Reports
import Testing

@testable import cellmesh

@Suite struct DrillViewTests {
    private let plain = TableStyle(isWide: false, hasColors: false)

    private static let steps: [(String, DrillReport.Step.Part)] = [
        ("validate", .before), ("cut", .injects), ("cut ended", .takesBack), ("tidy", .tidies),
    ]

    private func report(_ claims: [DrillClaim], tiers: [TierChoice] = []) -> DrillReport {
        var report = DrillReport(
            id: "20260301-120000000-partition", drill: "partition", mesh: "tiers", target: "region/east",
            began: "2026-03-01T12:00:00.000Z", command: "cellmesh drill run partition east")
        report.steps = Self.steps.enumerated().map { place, step in
            DrillReport.Step(
                name: step.0, part: step.1, outcome: .done, startMilliseconds: Double(place) * 500,
                durationMilliseconds: 500, detail: "\(step.0) it was")
        }
        (report.claims, report.tiers, report.outcome, report.exposed) = (claims, tiers, .passed, true)
        let open = claims.filter { $0.verdict != .met }
        if claims.contains(where: { $0.verdict == .deviated }) { report.outcome = .deviated }
        report.conclusive = open.isEmpty
        if !open.isEmpty { report.reason = "undecided: " + open.map(\.name).joined(separator: "; ") }
        report.durationMilliseconds = 2_000
        return report
    }

    @Test func aReportTellsStepsClaimsAndTheChoicePerTier() {
        let report = report(
            [
                .count("writes lost", 0), .share("answered", 30_000, of: 30_000, atLeast: 0.9999),
                .timing("agreed", .milliseconds(250), atMost: .seconds(10), noise: DrillNoise()),
            ],
            tiers: [
                TierChoice(
                    tier: "critical", side: "east", requests: 80, ok: 0, refused: 79, failed: 1, stale: 0, lost: 0)
            ])
        #expect(
            DrillView.report(report).table(plain) == """
                drill partition on region/east: passed in 2.0 s

                STEP       OUTCOME       AT    TOOK  WHAT WAS DONE
                validate   done     0.00 ms  500 ms  validate it was
                cut        done      500 ms  500 ms  cut it was
                cut ended  done       1.0 s  500 ms  cut ended it was
                tidy       done       1.5 s  500 ms  tidy it was

                CLAIM              BOUND   OBSERVED  VERDICT      FROM         TO
                writes lost         <= 0          0  met             0          0
                answered     >= 99.990 %  100.000 %  met      99.991 %  100.000 %
                agreed         <= 10.0 s     250 ms  met        250 ms     250 ms

                TIER      CLIENTS IN  REQUESTS  OK  REFUSED  FAILED  STALE READS  WRITES LOST
                critical  east              80   0       79       1            0            0

                """)
        #expect(DrillView.report(report).names == ["drill/20260301-120000000-partition"])
    }

    @Test func theDocumentHasEveryKeyOfTheContractFirst() {
        let shown = DrillView.report(report([.count("writes lost", nil)]))
        let document = shown.fields
        #expect(
            shown.json(.compact).hasPrefix(
                #"{"schema":"cellmesh/1","drill":"partition","outcome":"passed","conclusive":false,"reason":"#
                    + #""undecided: writes lost","claims":[{"name":"writes lost","class":"count","comparison":"#),
            "\(shown.json(.compact))")
        #expect(document["outcome"].text == "passed" && document["conclusive"].flag == false)
        #expect(document["reason"].text == "undecided: writes lost" && document["report"].isNull)
        let claim = document["claims"].elements[0]
        #expect(claim["observed"].isNull && claim["verdict"].text == "undecided")
        #expect(document["steps"].elements.count == Self.steps.count)
    }

    @Test func whatWasNeverRunSaysSo() throws {
        let evacuation = try #require(DrillCatalogue.all.first { $0.name == "region-evacuation" })
        let partition = try #require(DrillCatalogue.all.first { $0.name == "partition" })
        let rows = [
            DrillCatalogue.row(evacuation, [], nil, nil, now: 0),
            DrillCatalogue.row(partition, [report([.count("lost", 1)])], nil, nil, now: 0),
        ]
        let list = DrillView.list(DrillsReport(drills: rows, reports: []))
        let text = list.table(plain)
        #expect(text.contains("never run") && text.contains("deviated"))
        #expect(list.fields["drills"].elements[0]["last"].isNull)
        #expect(list.fields["drills"].elements[1]["last"]["outcome"].text == "deviated")
        #expect(list.names == ["drill/region-evacuation", "drill/partition"])
    }
}
