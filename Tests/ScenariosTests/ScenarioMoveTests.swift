import Drills
import MeshBase
import Reports
import Testing
import Topology

@testable import Scenarios

/// Evacuations, and cuts with clients on both sides: what is claimed of them, and when nothing is known.
@Suite struct ScenarioMoveTests {
    private static let objectives = [
        "moves_completed==2", "off<=5s", "write_pause<=100ms", "rows_left==0", "customers_astray==0",
        "customers_moved==0", "cells_poorer==0",
    ]

    private static func evacuation() throws -> Scenario {
        var evacuate = ScenarioAction("evacuate", try ScenarioDeed(text: "evacuate region/a"))
        evacuate.pauseAfter = .seconds(5)
        let restore = ScenarioAction("restore", try ScenarioDeed(text: "restore region/a"))
        var scenario = Scenario(name: "x", title: "X", method: [.action(evacuate), .action(restore)])
        scenario.objectives = try objectives.map { try MeasureBound(text: $0) }
        return scenario
    }

    private static func bench() throws -> ScenarioBench {
        var bench = ScenarioBench(try evacuation())
        bench.moves[0] = ScenarioMove(isCompleted: true, off: .seconds(1), writePause: .milliseconds(8))
        (bench.left.rowsLeft, bench.left.customersAstray) = (0, 0)
        (bench.stock.customersMoved, bench.stock.cellsPoorer) = (0, 0)
        return bench
    }

    private static func verdicts(_ report: DrillReport) -> [String: DrillClaim.Verdict] {
        Dictionary(report.claims.map { ($0.name, $0.verdict) }, uniquingKeysWith: { first, _ in first })
    }

    @Test func aRegionThatIsLeftAndTakenBackKeepsAllOfIt() throws {
        var bench = try Self.bench()
        let report = try bench.report()
        #expect(report.outcome == .passed && report.conclusive, "\(report.claims)")
        #expect(report.target == "region/a")
        #expect(report.claims.first { $0.name == "moves_completed==2" }?.observed == 2)
        #expect(report.claims.first { $0.name == "off<=5s" }?.observed == 1_000)
        #expect(report.claims.first { $0.name == "write_pause<=100ms" }?.observed == 8)
    }

    /// A restore among the rollbacks finds its work done by the way back that every drill takes.
    @Test func aRestoreThatFindsItsWorkDoneCounts() throws {
        func run(_ isCompleted: Bool = true) throws -> DrillReport {
            var scenario = try Self.evacuation()
            scenario.rollbacks = scenario.actions.suffix(1)
            scenario.method.removeLast()
            scenario.objectives = try ["moves_completed==2"].map { try MeasureBound(text: $0) }
            var bench = ScenarioBench(scenario)
            bench.moves[0] = ScenarioMove(isCompleted: isCompleted)
            return try bench.report()
        }
        let report = try run()
        #expect(report.outcome == .passed && Self.verdicts(report)["moves_completed==2"] == .met, "\(report.claims)")
        // One that was rolled back has left nothing that could be restored.
        #expect(try run(false).claims.first { $0.name == "moves_completed==2" }?.observed == 0)
    }

    /// The 99th percentile of forty writes is their longest: one alone decides nothing, three of them do.
    @Test func oneSlowWriteOfFewDecidesNothing() throws {
        func claim(_ pause: Int64, low: Int64?, of writes: Int?) throws -> DrillClaim? {
            var bench = try Self.bench()
            bench.moves[0]?.writePause = .milliseconds(pause)
            bench.moves[0]?.writePauseLow = low.map { .milliseconds($0) }
            bench.moves[0]?.writes = writes
            return try bench.report().claims.first { $0.name == "write_pause<=100ms" }
        }
        let one = try claim(326, low: 27, of: 40)
        #expect(one?.verdict == .undecided && one?.observed == 326 && one?.detail == "of 40")
        #expect(one?.low == 27 && one?.high == 326)
        #expect(try claim(326, low: 140, of: 40)?.verdict == .deviated)
        #expect(try claim(99, low: 27, of: 40)?.verdict == .met)
        #expect(try claim(326, low: nil, of: 1)?.verdict == .undecided)
        #expect(try claim(326, low: nil, of: nil)?.verdict == .deviated, "where nobody says of how many")
    }

    @Test func eachOfItMayBeBroken() throws {
        func broken(_ change: (inout ScenarioBench) -> Void) throws -> [String] {
            var bench = try Self.bench()
            change(&bench)
            return Self.verdicts(try bench.report()).filter { $0.value == .deviated }.map(\.key)
        }
        #expect(try broken { $0.moves[0]?.off = .seconds(6) } == ["off<=5s"])
        #expect(
            try broken { $0.moves[1] = ScenarioMove(isCompleted: true, writePause: .seconds(1)) }
                == ["write_pause<=100ms"])
        #expect(try broken { $0.left.rowsLeft = 1 } == ["rows_left==0"])
        #expect(try broken { $0.left.customersAstray = 3 } == ["customers_astray==0"])
        #expect(try broken { $0.stock.customersMoved = 1 } == ["customers_moved==0"])
        #expect(try broken { $0.stock.cellsPoorer = 2 } == ["cells_poorer==0"])
    }

    @Test func aPlanThatIsRolledBackIsTakenBackAndDeviates() throws {
        var bench = try Self.bench()
        bench.moves[0] = ScenarioMove(isCompleted: false)
        let report = try bench.report()
        #expect(report.outcome == .deviated && bench.orders.contains("end 0") && bench.run.isTakenBack)
        #expect(!bench.orders.contains { $0.hasPrefix("begin 1") })
        #expect(Self.verdicts(report)["moves_completed==2"] == .deviated)
    }

    /// Whatever was not looked at is neither kept nor broken.
    @Test func nothingIsKnownOfWhatNobodyHasSeen() throws {
        var bench = try Self.bench()
        bench.stock = ScenarioStock()
        // While the region is empty.
        bench.events[7] = .interrupted("Ctrl-C")
        let report = try bench.report()
        #expect(report.outcome == .interrupted && bench.orders.contains("end 0"))
        for name in Self.objectives where !name.hasPrefix("off") && !name.hasPrefix("write_pause") {
            #expect(Self.verdicts(report)[name] == .undecided, "\(name)")
        }
        var unseen = try Self.bench()
        unseen.moves = [:]
        let told = try unseen.report()
        #expect(Self.verdicts(told)["off<=5s"] == .undecided && Self.verdicts(told)["write_pause<=100ms"] == .undecided)
        #expect(told.claims.first { $0.name == "off<=5s" }?.detail == "no request was sent there")
        #expect(told.outcome == .passed && !told.conclusive)
    }

    private static func partition() throws -> Scenario {
        var cut = ScenarioAction("cut", try ScenarioDeed(text: "blackhole region/a"), for: .seconds(10))
        cut.pauseAfter = .seconds(5)
        let attempt = ScenarioAction("attempt", try ScenarioDeed(text: "attempt evacuate region/b"))
        var scenario = Scenario(name: "x", title: "X", method: [.action(cut), .action(attempt)])
        scenario.load.isTwoSided = true
        scenario.objectives = try [
            "moves_begun==0", "critical_answered==0", "important_answered>=99%", "hints_left==0", "views_agreed<=10s",
        ].map { try MeasureBound(text: $0) }
        return scenario
    }

    private static func cut(critical: UInt64 = 0, important: UInt64 = 1_000) -> ScenarioCut {
        var cut = ScenarioCut()
        cut.add(.critical, side: "a", lost: 0) { classes in
            classes.contains(CutReach.quorum.rawValue) ? (100, 90, 10, 0, 0) : (50, critical, 50 - critical, 0, 0)
        }
        cut.add(.important, side: "a", lost: 0) { classes in
            classes.contains(CutReach.nothing.rawValue) ? (1_100, important, 0, 0, 7) : (1_000, important, 0, 0, 7)
        }
        cut.add(.cache, side: "a", lost: 3) { _ in (0, 0, 0, 0, 0) }
        return cut
    }

    private static func cutBench() throws -> ScenarioBench {
        var bench = ScenarioBench(try partition())
        bench.cut = cut()
        bench.stock.hintsLeft = 0
        var split = ScenarioSight()
        split.views = (1, 3)
        bench.events[8] = .sight(split)
        return bench
    }

    @Test func bothSidesOfACutKeepTheirPromises() throws {
        var bench = try Self.cutBench()
        let report = try bench.report()
        #expect(report.outcome == .passed && report.conclusive, "\(report.claims)")
        #expect(report.target == "region/a" && bench.run.cutRegion == "a")
        #expect(report.tiers.map(\.tier) == ["critical", "important"], "what asked nothing has no line")
        #expect(report.tiers.map(\.stale) == [0, 7] && report.tiers[0].requests == 100)
        let critical = report.claims.first { $0.name == "critical_answered==0" }
        #expect(critical?.detail == "50 requests were without a quorum")
        #expect(!report.steps.contains { $0.name == "attempt ended" }, "nothing of it is in force")
    }

    @Test func eachPromiseMayBeBroken() throws {
        func broken(_ change: (inout ScenarioBench) -> Void) throws -> [String] {
            var bench = try Self.cutBench()
            change(&bench)
            return Self.verdicts(try bench.report()).filter { $0.value == .deviated }.map(\.key)
        }
        #expect(try broken { $0.attemptBegins = true } == ["moves_begun==0"])
        #expect(try broken { $0.cut = Self.cut(critical: 1) } == ["critical_answered==0"])
        #expect(try broken { $0.cut = Self.cut(important: 900) } == ["important_answered>=99%"])
        #expect(try broken { $0.stock.hintsLeft = 1 } == ["hints_left==0"])
        // A bound is the number that is written.
        for (text, verdict) in [
            ("critical_answered<0.5", DrillClaim.Verdict.met), ("critical_answered==0.5", .deviated),
        ] {
            var scenario = try Self.partition()
            scenario.objectives = [try MeasureBound(text: text)]
            var bench = ScenarioBench(scenario)
            bench.cut = Self.cut()
            let claim = try bench.report().claims.first { $0.name == text }
            #expect(claim?.verdict == verdict && claim?.bound == 0.5, "\(String(describing: claim))")
        }
        // Views that never differed prove nothing.
        var whole = try Self.cutBench()
        whole.events = [:]
        let claim = try whole.report().claims.first { $0.name == "views_agreed<=10s" }
        #expect(claim?.verdict == .undecided && claim?.detail == "the views had not split")
        var blind = try Self.cutBench()
        blind.cut = nil
        #expect(Self.verdicts(try blind.report())["critical_answered==0"] == .undecided)
    }

    @Test func howMuchOfAShardIsOnASide() {
        #expect(CutReach(here: 2, of: 3) == .quorum && CutReach(here: 1, of: 2) == .some)
        #expect(CutReach(here: 1, of: 3) == .some && CutReach(here: 0, of: 3) == .nothing)
    }

    @Test func anAttemptIsWrittenAsItIsRead() throws {
        let deed = try ScenarioDeed(text: "attempt evacuate region/{remote}")
        #expect(deed == .attempt("region/{remote}") && deed.text == "attempt evacuate region/{remote}")
        #expect(!deed.lasts && !deed.injects && deed.targets == ["region/{remote}"])
        #expect(deed.of(["region/b"]) == .attempt("region/b") && deed.cutRegion == nil)
        #expect(try ScenarioDeed(text: "blackhole region/{control}").cutRegion == "{control}")
        #expect(try ScenarioDeed(text: "blackhole cell/a-1").cutRegion == nil)
        #expect(throws: (any Error).self) { try ScenarioDeed(text: "attempt restore region/b") }
    }
}

/// What both drivers ask before anything begins.
@Suite struct ScenarioForecastTests {
    private static func action() throws -> ScenarioAction {
        ScenarioAction("kill", try ScenarioDeed(text: "kill cell/a-1"), for: .seconds(1))
    }

    @Test func isASentenceAndRefusesWhatWouldEndAtOnce() throws {
        var forecast = ScenarioForecast()
        #expect(forecast.sentence == "nothing that is predicted")
        forecast.add(try Self.action(), .init(lost: 2, degraded: 10, untouched: 1_000))
        forecast.add(try Self.action(), .init(lost: 1, degraded: 50, untouched: 0))
        #expect(
            forecast.sentence
                == "kill cell/a-1: 2 lost, 10 degraded, 1 000 untouched; "
                + "kill cell/a-1: 1 lost, 50 degraded, 0 untouched")
        #expect(forecast.refusal(by: [try AbortRule(text: "lost>2")]) == nil)
        #expect(
            forecast.refusal(by: [try AbortRule(text: "lost>1")])
                == "'abort' would end it at once: customers_lost>1, and 2 are predicted")
    }

    @Test func aMeshHasAllThatIsNamed() throws {
        var mesh = MeshTopology(
            name: "m", seed: 1, regions: [Region(name: "r")], cells: [Cell(name: "a-1", region: 0, zone: 0)],
            blueprints: [], customers: Customers(count: 9), routers: [Router(name: "r1", region: 0)],
            control: Control(region: 0))
        mesh.customers.poison = 0
        var scenario = Scenario(name: "x", title: "X", method: [.action(try Self.action())])
        scenario.load.verifies = false
        #expect(scenario.misfit(in: mesh) == nil)
        scenario.load.verifies = true
        var misfit = scenario.misfit(in: mesh)
        #expect(misfit?.message.contains("has no store") == true)
        scenario.load.verifies = false
        scenario.objectives = [try MeasureBound(text: "p99{service:front}<5ms")]
        misfit = scenario.misfit(in: mesh)
        #expect(misfit?.message == "the topology 'm' has no service 'front'")
        scenario.objectives = []
        scenario.method = [.action(ScenarioAction("kill", try ScenarioDeed(text: "kill cell/a-2"), for: .seconds(1)))]
        misfit = scenario.misfit(in: mesh)
        #expect(misfit?.message.hasPrefix("kill: ") == true)
        scenario.method = [.action(ScenarioAction("poison", .poison(1), for: .seconds(1)))]
        misfit = scenario.misfit(in: mesh)
        #expect(misfit?.next == "cellmesh up topology/poison.yaml")
    }
}
