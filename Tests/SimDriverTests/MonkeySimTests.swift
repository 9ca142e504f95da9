import Blueprints
import Foundation
import MeshBase
import Scenarios
import Testing
import Topology

@testable import SimDriver

/// The monkey on a mesh in virtual time, by a calendar of days.
@Suite struct MonkeySimTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private static func topology() throws -> MeshTopology {
        try #require(MeshFiles.load(topology: "\(root)/topology/three-regions.yaml").topology)
    }

    private static func run(
        seed: UInt64, crashes: Double = 0, defect: SimDefect? = nil,
        _ change: (inout SimMonkey.Settings) -> Void = { _ in }
    ) throws -> SimMonkeyReport {
        var plan = MonkeyPlan(seed: seed)
        plan.within = [ScheduleWindow(text: "mon-fri 09:00-11:00")!]
        plan.words = ["mon-fri 09:00-11:00"]
        plan.probability = 0.2
        var settings = SimMonkey.Settings(plan)
        settings.length = .hours(36)
        settings.rate = 40
        (settings.crashes, settings.defect) = (crashes, defect)
        change(&settings)
        return try SimMonkey.run(settings, on: topology(), seed: seed)
    }

    @Test func twoMorningsAreKilledThroughByItsRules() throws {
        let report = try Self.run(seed: 1)
        #expect(report.simulation.isOk, "\(report.simulation.verdicts.filter { !$0.ok })")
        // Two hours a day of six draws an hour.
        #expect(report.monkey.counts.draws == 24)
        let kills = report.monkey.rows.filter { !$0.isSpared }
        #expect(kills.count >= 3 && kills.count == Int(report.monkey.counts.killed), "\(report.monkey.counts)")
        #expect(kills.allSatisfy { $0.outcome == "passed" && $0.claims.count == 5 }, "\(kills)")
        #expect(kills.allSatisfy { $0.before?.requests ?? 0 > 500 && $0.returnedMilliseconds != nil })
        #expect(Set(report.days.map(\.date)).isSubset(of: ["2023-11-13", "2023-11-14"]))
        #expect(report.days.map(\.killed).reduce(0, +) == kills.count)
        // The nights are skipped, and the time between draws.
        #expect(report.calendar.livedMilliseconds < 3_600_000 && report.calendar.to >= "2023-11-14T12:00:00")
        for rule in ["monkey-hours", "monkey-newest", "monkey-least", "monkey-alone"] {
            #expect(report.simulation.verdict(rule)?.standing == .judged)
        }
        #expect(report.exitCode == 0 || report.exitCode == 3)
    }

    @Test func aRunIsAFunctionOfItsSeed() throws {
        let (first, again, other) = (try Self.run(seed: 3), try Self.run(seed: 3), try Self.run(seed: 4))
        #expect(first.simulation.traceHash == again.simulation.traceHash && first.monkey == again.monkey)
        #expect(first.simulation.traceHash != other.simulation.traceHash)
    }

    /// Cells end by themselves before draws, so that fewer serve and another one is the newest.
    @Test func itsRulesHoldWhileCellsCrash() throws {
        var tooFew = 0
        for seed: UInt64 in 1...4 {
            let report = try Self.run(seed: seed, crashes: 1) {
                $0.plan.probability = 0.4
                $0.excepted = ["us-east-1"]
                $0.length = .hours(12)
            }
            let again =
                "sim run --monkey --within 'mon-fri 09:00-11:00' --probability 0.4 --except us-east-1 --for 12h "
                + "--rate 40 --crashes 1 --seed \(seed)"
            #expect(report.simulation.isOk, "\(again): \(report.simulation.verdicts.filter { !$0.ok })")
            #expect(report.monkey.counts.hits == report.monkey.counts.killed + report.monkey.counts.spared, "\(again)")
            #expect(!report.monkey.rows.contains { $0.cell == "us-east-1" }, "\(again)")
            #expect(report.monkey.counts.killed > 0, "\(again)")
            tooFew += report.monkey.rows.count { $0.reason?.contains("more than 3 have to") == true }
        }
        #expect(tooFew > 0)
    }

    /// The oracle is told of kills that the monkey would not do.
    @Test func theOracleSeesEachRuleBroken() throws {
        var configuration = SimConfiguration(topology: try Self.topology(), seed: 1)
        configuration.isReactive = true
        let simulation = try Simulation(configuration)
        defer { simulation.dispose() }
        simulation.boot()
        var guardian = SimGuardian(eventLimit: .max) { _ in true }
        #expect(simulation.run(atMost: .seconds(30), &guardian, until: { $0.isWhole }) == true)
        var plan = MonkeyPlan(seed: 1)
        plan.within = [ScheduleWindow(text: "mon 09-10")!]
        let cells = simulation.mesh.filter { $0.role == .cell && $0.region == 0 }
        let newest = try #require(cells.max { $0.startedAt < $1.startedAt })
        let other = try #require(cells.first { $0 !== newest })
        let monday: Int64 = 1_699_833_600_000_000_000 + 9 * 3_600_000_000_000
        func broken(_ change: (inout MonkeyOracle) -> Void, excepted: Set<String> = []) -> [String] {
            var oracle = MonkeyOracle(plan, excepted: excepted)
            change(&oracle)
            return oracle.verdicts.filter { !$0.ok }.map(\.oracle)
        }
        func kill(_ machine: SimMachine, at wall: Int64 = monday, least: [SimMachine]? = nil) -> (inout MonkeyOracle) ->
            Void
        {
            { $0.kills(machine, for: .seconds(60), in: least ?? simulation.mesh, at: wall, now: simulation.now) }
        }
        #expect(broken(kill(other)).isEmpty)
        #expect(broken(kill(other, at: monday + 3_600_000_000_000)) == ["monkey-hours"])
        #expect(broken(kill(newest)) == ["monkey-newest"])
        #expect(
            broken(kill(other, least: [other, newest, cells.first { $0 !== other && $0 !== newest }!])) == [
                "monkey-least"
            ])
        #expect(broken(kill(other), excepted: [other.name]) == ["monkey-least"])
        #expect(
            broken {
                kill(other)(&$0)
                kill(other)(&$0)
            } == ["monkey-alone"])
        #expect(MonkeyOracle(plan, excepted: []).verdicts.allSatisfy { $0.standing == .vacuous })
    }
}
