import Foundation
import MeshBase
import Sharding
import Testing
import Topology

@testable import Evacuation

/// The documents exactly as programs read them.
@Suite struct EvacuationReportTests {
    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func plan(_ blueprint: Blueprint = small) throws -> EvacuationPlan {
        try EvacuationPlan(mesh(blueprints: [blueprint]), region: 0, id: 7, cohorts: 64, percents: [50, 100])
    }

    private static let small = Blueprint(
        name: "small", services: [Service(name: "shop")], store: StoreSettings(tier: .critical))

    @Test func aCompletedEvacuation() throws {
        var report = EvacuationReport(plan: try plan())
        report.outcome = .completed
        report.customersMoved = 10_000
        report.recordsCopied = 33_212
        report.recordsVerified = 100_000
        report.acknowledgedWritesLost = 0
        report.reroutedMilliseconds = 2_250.5
        report.durationMilliseconds = 9_000
        report.writePause = .init(p50: 2, p99: 14.5, max: 31)
        report.endPhases(.completed)
        report.phases[0].startMilliseconds = 500
        report.phases[0].durationMilliseconds = 8_000
        report.phases[1].durationMilliseconds = 4_500
        report.spans = [.init(name: .fill, percent: 50, startMilliseconds: 500, durationMilliseconds: 1_500)]
        report.controlPlanes = 2
        let gate = EvacuationGate(maximumErrorRate: 0.01)
        report.stages = [
            .init(
                percent: 50, requests: 1_000,
                gate: gate.judge(.init(requests: 1_000, failures: 2), watchEnded: true)),
            .init(percent: 100, requests: 0, gate: gate.judge(.init(), watchEnded: true)),
        ]
        let text = try json(report)
        #expect(
            text
                == #"{"acknowledged_writes_lost":0,"control_planes":2,"customers_moved":10000,"duration_ms":9000,"held_back":[],"#
                + #""kind":"evacuate","notes":[],"outcome":"completed","phases":[{"does":"cells of the new shards copy "#
                + #"what they lack from a majority of the old ones while these serve; each cohort is cut over by its "#
                + #"epoch, verified row by row and released","duration_ms":8000,"name":"records","outcome":"completed","#
                + #""service":"records","start_ms":500,"strategy":"bulk-transfer"},{"does":"the cells that take over run it already; "#
                + #"each stage switches its customers' calls to them","duration_ms":4500,"name":"stateless","#
                + #""outcome":"completed","service":"shop","start_ms":null,"strategy":"blue-green"}],"reason":null,"#
                + #""records_copied":33212,"records_verified":100000,"refusals":[],"region":"r1","#
                + #""rerouted_ms":2250.5,"schema":"cellmesh/1","stages":[{"detail":"errors 0.2 % of 1000 (0.03 % to "#
                + #"1.3 %), bound 1 %","error_rate":0.002,"outcome":"green","percent":50},{"detail":"no request "#
                + #"of a moved customer, bound 1 %","error_rate":null,"outcome":"green","percent":100}],"#
                + #""timeline":[{"duration_ms":1500,"name":"fill","stage":50,"start_ms":500}],"#
                + #""write_pause_ms":{"max":31,"p50":2,"p99":14.5}}"#)
        #expect(try JSONDecoder().decode(EvacuationReport.self, from: Data(text.utf8)) == report)
    }

    @Test func aRefusedEvacuation() throws {
        var asked = facts(mesh(), use: 0.3)
        asked.confirmation = .missing
        let report = try EvacuationReport(
            refused: EvacuationPlan(mesh(), region: 0, id: 1, cohorts: 64), verdict: EvacuationChecks.judge(asked))
        let text = try json(report)
        #expect(
            text
                == #"{"acknowledged_writes_lost":null,"control_planes":null,"customers_moved":0,"duration_ms":0,"held_back":[],"#
                + #""kind":"evacuate","notes":[{"code":"shared-domain","text":"members of a shard will share a region "#
                + #"(2 regions left for shards of 3): the loss of one more takes the quorum of customers whose members "#
                + #"share it"}],"outcome":"refused","phases":[],"reason":"the region was not confirmed: type --confirm "#
                + #"r1","records_copied":0,"records_verified":0,"refusals":[{"code":"confirmation","figure":"none "#
                + #"given","next":"type --confirm r1","reason":"the region was not confirmed"}],"region":"r1","#
                + #""rerouted_ms":null,"schema":"cellmesh/1","stages":[],"timeline":[],"write_pause_ms":null}"#)
        #expect(try JSONDecoder().decode(EvacuationReport.self, from: Data(text.utf8)) == report)
    }

    @Test func statuses() throws {
        #expect(
            try json(EvacuationStatus.none(cohorts: 64))
                == #"{"cohorts":{"moved":0,"of":64},"eta_ms":null,"kind":null,"outcome":"none","percent":0,"#
                + #""reason":null,"records":{"copied":0,"verified":0},"region":null,"schema":"cellmesh/1","#
                + #""stage":null,"step":null}"#)
        let running = EvacuationStatus(
            plan: try plan(), outcome: .running, stage: 1, step: "fill", moved: 20,
            records: .init(copied: 500, verified: 0), remaining: .milliseconds(1_500))
        let text = try json(running)
        #expect(
            text
                == #"{"cohorts":{"moved":20,"of":64},"eta_ms":1500,"kind":"evacuate","outcome":"running","percent":50,"#
                + #""reason":null,"records":{"copied":500,"verified":0},"region":"r1","schema":"cellmesh/1","stage":1,"#
                + #""stages":[50,100],"step":"fill"}"#)
        #expect(try JSONDecoder().decode(EvacuationStatus.self, from: Data(text.utf8)) == running)
        let ended = EvacuationStatus(
            plan: try plan(), outcome: .rolledBack, stage: 9, step: nil, moved: 0,
            records: .init(copied: 0, verified: 0), remaining: .seconds(1), reason: "why")
        #expect(ended.remainingMilliseconds == nil && ended.stage == 2 && ended.percent == 100)
        #expect(try json(ended).contains(#""outcome":"rolled-back""#))
    }

    @Test func everyOutcomeHasTheWordOfTheContract() {
        #expect(
            EvacuationOutcome.allCases.map(\.rawValue) == [
                "none", "running", "paused", "completed", "rolled-back", "refused", "aborted",
            ])
        #expect(EvacuationOutcome.allCases.filter(\.isFinal).count == 4)
    }

    /// `--dry-run`: plan, phases and load per cell.
    @Test func aForecast() throws {
        let topology = mesh(blueprints: [Self.small])
        let asked = facts(topology, use: 0.7)
        let forecast = EvacuationForecast(plan: try plan(), facts: asked, verdict: EvacuationChecks.judge(asked))
        #expect(forecast.outcome == .refused && forecast.refusals.map(\.code) == [.headroom])
        #expect(forecast.customersMoved == 10_000 && forecast.stages.map(\.cohorts) == [32, 32])
        let load = try #require(forecast.load)
        #expect(load.cells.map(\.cell) == topology.cells.dropFirst(8).map(\.name))
        #expect(abs(load.factor - 1.5) < 0.04 && abs((load.after ?? 0) - 1.05) < 0.03 && load.limit == 0.85)
        let text = try json(forecast)
        #expect(text.contains(#""schema":"cellmesh/1""#) && text.contains(#""strategy":"bulk-transfer""#))
        #expect(text.contains(#""before":["targets-serve","stores-have-room","old-majority"]"#))
        #expect(try JSONDecoder().decode(EvacuationForecast.self, from: Data(text.utf8)) == forecast)

        var blind = asked
        blind.load = nil
        let unknown = EvacuationForecast(plan: try plan(), facts: blind, verdict: EvacuationChecks.judge(blind))
        #expect(unknown.outcome == .proceeds && unknown.load == nil)
        #expect(try json(unknown).contains(#""load":null"#))
    }

    @Test func estimates() {
        func left(_ moving: Int64, _ moved: Int, _ stages: Int) -> TimeAmount? {
            EvacuationEstimate.remaining(
                moving: .milliseconds(moving), moved: moved, of: 64, stagesLeft: stages, watch: .seconds(2),
                watchLeft: .milliseconds(500))
        }
        #expect(left(100, 0, 5) == nil)
        #expect(left(160, 16, 4) == .milliseconds(480 + 8_000 + 500))
        #expect(left(640, 64, 0) == .milliseconds(500) && left(640, 99, -1) == .milliseconds(500))
    }

    @Test func figuresInSentences() {
        #expect(
            [0.675, 1.05, 0, 0.0004, 0.012, 0.00999, -0.2].map(Figures.percent) == [
                "67.5 %", "105 %", "0 %", "0.04 %", "1.2 %", "1 %", "-20 %",
            ])
        #expect(Figures.percent(.nan) == "unknown" && Figures.percent(.infinity) == "unbounded")
        #expect(Figures.percent(1e300) == "100000000 %")
        #expect(
            Figures.list([]) == "none" && Figures.list(["a"]) == "a" && Figures.list(["a", "b", "c"]) == "a, b and c")
        #expect(Figures.list((1...9).map { "c\($0)" }) == "c1, c2, c3, c4, c5 and 4 more")
        #expect(
            Figures.bytes(1023) == "1023 B" && Figures.bytes(3 << 20) == "3 MiB"
                && Figures.bytes(.max) == "17179869183 GiB")
    }
}
