import Chaos
import Drills
import MeshBase
import Reports
import Testing
import Topology

@testable import Scenarios

@Suite struct ScenarioRunTests {
    @Test func aPoisonCustomerIsOneOfTheMesh() throws {
        let deed = try ScenarioDeed(text: "poison c2")
        #expect(deed == .poison(2) && deed.text == "poison c2" && deed.lasts && deed.injects && deed.targets.isEmpty)
        for text in ["poison", "poison 2", "poison c0", "poison cx", "poison c1 c2"] {
            #expect(throws: FaultRequest.Refusal.self, "\(text)") { try ScenarioDeed(text: text) }
        }
        var mesh = MeshTopology(
            name: "m", seed: 1, regions: [Region(name: "r")], cells: [Cell(name: "a", region: 0, zone: 0)],
            blueprints: [], customers: Customers(count: 9, poison: 2), routers: [Router(name: "r1", region: 0)],
            control: Control(region: 0))
        #expect(deed.refusal(in: mesh) == nil)
        mesh.customers.poison = 1
        #expect(deed.refusal(in: mesh)?.message.contains("'customers: {poison: 1}'") == true)
        let action = ScenarioAction("x", deed, for: .seconds(1))
        let request = PredictionRequest(action) { ["a\($0)", "b"] }
        #expect(request?.action == "kill" && request?.targets == ["cell/a2", "cell/b"])
    }

    static func scenario(
        _ texts: [String] = ["kill cell/a-1"], objectives: [String] = [], abort: [String] = [],
        tolerance: Double? = 0.99
    ) throws -> Scenario {
        let steps = try texts.map { text in
            let deed = try ScenarioDeed(text: text)
            return ScenarioStep.action(ScenarioAction(text, deed, for: deed.lasts ? .seconds(10) : nil))
        }
        var scenario = Scenario(name: "x", title: "X", method: steps)
        scenario.baseline.length = .seconds(3)
        scenario.objectives = try objectives.map { try MeasureBound(text: $0) }
        scenario.abort = try abort.map { try AbortRule(text: $0) }
        if let tolerance {
            scenario.hypothesis = ScenarioHypothesis(
                title: "served",
                probes: [ScenarioProbe("answered", Measure(.success), Tolerance(low: .figure(tolerance)))])
        }
        return scenario
    }

    static func claim(_ report: DrillReport?, _ name: String) -> DrillClaim? {
        report?.claims.first { $0.name == name }
    }

    @Test func targetsAreStruckOneAfterTheOtherAndEndTogether() throws {
        var scenario = try Self.scenario(["kill cell/a-1,cell/b-1,cell/c-1"])
        guard case .action(var action) = scenario.method[0] else {
            Issue.record("the first step is no action")
            return
        }
        action.apart = .seconds(4)
        scenario.method = [.action(action)]
        var bench = ScenarioBench(scenario)
        let report = try bench.report()
        #expect(
            bench.orders.filter { $0.hasPrefix("begin") || $0.hasPrefix("end") } == [
                "begin 0 kill cell/a-1", "begin 1 kill cell/b-1", "begin 2 kill cell/c-1", "end 0", "end 1", "end 2",
            ])
        let begins = report.steps.filter { $0.part == .injects }.map(\.startMilliseconds)
        #expect(begins.count == 3 && begins[1] - begins[0] == 4_000 && begins[2] - begins[0] == 8_000)
        let ends = report.steps.filter { $0.name.hasSuffix(" ended") }.map(\.startMilliseconds)
        // Ten seconds are too short for three turns of four.
        #expect(ends == Array(repeating: begins[0] + 12_000, count: 3), "\(ends) after \(begins)")
        #expect(report.outcome == .passed, "\(report.reason ?? "")")
    }

    private static func fell(_ service: String, _ cell: String, at second: Int, through: String? = nil)
        -> ScenarioRun.Event
    {
        .event(
            EventRecord(
                time: "", type: "cascade", action: "fell", id: "\(cell)/\(service)",
                attributes: ["share": .number(0.9), "callers": .text("front")].merging(
                    through.map { ["through": .text($0)] } ?? [:]
                ) { $1 }), at: .zero + .seconds(Int64(second)))
    }

    @Test func servicesThatFallAreCountedByNameAndKeptInOrder() throws {
        var bench = ScenarioBench(try Self.scenario(objectives: ["services_failing<=1"]))
        bench.events = [
            1: Self.fell("early", "a-1", at: 1), 6: Self.fell("back", "a-1", at: 6),
            7: Self.fell("front", "a-1", at: 7, through: "back"), 8: Self.fell("back", "b-1", at: 8),
            9: Self.fell("back", "a-1", at: 9),
        ]
        let report = try bench.report()
        #expect(Self.claim(report, "services_failing<=1")?.observed == 2)
        #expect(report.outcome == .deviated)
        let falls = try #require(report.falls)
        #expect(falls.map { "\($0.cell)/\($0.service)" } == ["a-1/back", "a-1/front", "b-1/back"])
        #expect(falls[1].through == "back" && falls[0].callers == "front" && falls[0].share == 0.9)
    }

    @Test func whatFailsAfterTheFaultHasEndedIsNoWaveWhereNothingDoes() throws {
        var bench = ScenarioBench(try Self.scenario(objectives: ["wave_growth<0"], tolerance: nil))
        bench.failing = 0.2
        let report = try bench.report()
        let claim = try #require(Self.claim(report, "wave_growth<0"))
        #expect(claim.verdict == .met && claim.detail == "nothing failed")
        let wave = try #require(report.wave)
        #expect(wave.errors.prefix(8).allSatisfy { $0 == 0.2 } && wave.detectionMilliseconds == 1_000)
        #expect(wave.humanRatio == 300)
    }

    @Test func allIsDoneInOrderAndTakenBack() throws {
        var bench = ScenarioBench(try Self.scenario(objectives: ["success>=99%", "recovery<=10s", "lost_writes==0"]))
        let report = try bench.report()
        #expect(
            bench.orders == ["validate", "predict", "startLoad", "begin 0 kill cell/a-1", "end 0", "readBack", "tidy"])
        #expect(report.outcome == .passed && report.conclusive && report.exitCode == 0, "\(report)")
        #expect(
            report.steps.map(\.name) == [
                "validate", "predict", "load", "baseline", "hypothesis-before", "kill cell/a-1", "kill cell/a-1 ended",
                "method", "rollbacks", "settle", "hypothesis-after", "read-back", "tidy",
            ])
        #expect(bench.run.isTakenBack && report.exposed && report.exposure == nil)
        #expect(Self.claim(report, "recovery<=10s")?.observed.map { $0 <= 2_000 } == true)
        #expect(report.claims.allSatisfy { $0.verdict == .met })
    }

    @Test func whatIsNotKeptDeviates() throws {
        var bench = ScenarioBench(try Self.scenario(objectives: ["success>=99%"]))
        bench.failing = 0.05
        let report = try bench.report()
        #expect(report.outcome == .deviated && report.exitCode == 5)
        #expect(Self.claim(report, "success>=99%")?.verdict == .deviated)
        #expect(Self.claim(report, "answered, meanwhile")?.verdict == .deviated)
        #expect(Self.claim(report, "answered, after")?.verdict == .met)
        // A lost write is never excused, however busy the machine was.
        var lossy = ScenarioBench(try Self.scenario())
        (lossy.found.lost, lossy.noise) = (1, DrillNoise(lateMilliseconds: 5_000))
        #expect(try lossy.report().outcome == .deviated)
        // One who fares otherwise than predicted is one too many.
        var other = ScenarioBench(try Self.scenario())
        other.looks = { second, sight in
            var sight = sight
            if second > 5 { sight.impact = ScenarioVerdictTests.impact(since: 5_000, [(.untouched, .degraded)]) }
            return sight
        }
        #expect(try other.report().outcome == .deviated)
    }

    @Test func aBusyMachineDecidesNoTimes() throws {
        var bench = ScenarioBench(try Self.scenario(objectives: ["p99<50ms"]))
        bench.noise = DrillNoise(lateMilliseconds: 20)
        let report = try bench.report()
        #expect(Self.claim(report, "p99<50ms")?.verdict == .undecided)
        #expect(report.outcome == .passed && !report.conclusive && report.exitCode == 3)
    }

    @Test func nothingIsInjectedIntoAMeshThatIsNotWell() throws {
        var bench = ScenarioBench(try Self.scenario())
        bench.always = 0.2
        let report = try bench.report()
        #expect(report.outcome == .baselineNotMet && report.exitCode == 3)
        #expect(!bench.orders.contains { $0.hasPrefix("begin") } && bench.orders.last == "tidy")
        #expect(
            report.reason == "answered is 80.0 %; 600 of 3 000 requests failed (600 x 503)", "\(report.reason ?? "")")
    }

    /// Another drill was stopped, and its breakers close by calls alone.
    @Test func aBaselineWithBreakersThatWereLeftOpenIsTakenAgain() throws {
        var bench = ScenarioBench(try Self.scenario())
        bench.open = (["r1/a-1/records", "r1/a-2/records"], 0.1, until: 4)
        let report = try bench.report()
        #expect(report.outcome == .passed, "\(report.reason ?? "")")
        let baselines = report.steps.filter { $0.name == "baseline" }
        #expect(
            baselines.map(\.detail) == [
                "taken again: 300 of 3 000 requests failed (300 x 504 by quorum); "
                    + "2 breakers are not closed: r1/a-1/records, r1/a-2/records",
                "taken again: 100 of 3 000 requests failed (100 x 504 by quorum); "
                    + "2 breakers are not closed: r1/a-1/records, r1/a-2/records",
                "3000 of 3 000 requests answered",
            ], "\(baselines.map(\.detail))")
    }

    @Test func breakersThatStayOpenAreNamedAndNotWaitedForForever() throws {
        var bench = ScenarioBench(try Self.scenario())
        bench.open = (["r1/a-1/records"], 0.1, until: 1_000)
        let report = try bench.report()
        #expect(report.outcome == .baselineNotMet && bench.now < .zero + .seconds(60))
        #expect(report.reason?.hasSuffix("(300 x 504 by quorum); 1 breaker is not closed: r1/a-1/records") == true)
        #expect(!bench.orders.contains { $0.hasPrefix("begin") })
        // A mesh that is well is not waited for, whatever stands open.
        bench = ScenarioBench(try Self.scenario())
        bench.open = (["r1/a-1/records"], 0, until: 1_000)
        let well = try bench.report()
        #expect(well.steps.count { $0.name == "baseline" } == 1)
    }

    @Test func whatIsRefusedWasNotRun() throws {
        for word in ["validate", "predict"] {
            var bench = ScenarioBench(try Self.scenario())
            bench.refuses = [word]
            let report = bench.perform()
            #expect(report == nil && bench.run.refusal == "no" && bench.orders.last == word)
        }
    }

    @Test func anAbortTakesBackAtOnce() throws {
        var bench = ScenarioBench(try Self.scenario(abort: ["success<90% for 3s"]))
        bench.failing = 0.5
        let report = try bench.report()
        #expect(report.outcome == .aborted && report.exitCode == 5)
        #expect(report.reason == "success<90% for 3s held")
        let (kill, end) = (
            report.steps.first { $0.name == "kill cell/a-1" }, report.steps.first { $0.name.hasSuffix("ended") }
        )
        #expect((end?.startMilliseconds ?? 0) - (kill?.startMilliseconds ?? 0) == 3_000)
        #expect(bench.run.isTakenBack)
    }

    @Test func anInterruptionInAnyStepTakesBackWhatWasDone() throws {
        for second in 1..<20 {
            var bench = ScenarioBench(try Self.scenario(["kill cell/a-1", "latency cell/a-2 5ms"]))
            bench.events[second] = .interrupted("Ctrl-C")
            guard let report = bench.perform() else {
                Issue.record("no report at \(second)")
                continue
            }
            let begun = bench.orders.filter { $0.hasPrefix("begin") }.count
            let ended = bench.orders.filter { $0.hasPrefix("end") }.count
            #expect(begun == ended && bench.run.isTakenBack, "at \(second): \(bench.orders)")
            #expect(bench.orders.suffix(2) == ["readBack", "tidy"], "at \(second): \(bench.orders)")
            #expect(report.outcome == .interrupted && report.exitCode == 130, "at \(second): \(report.outcome)")
        }
    }

    @Test func whatFailsIsAnErrorAndTheRestIsTakenBack() throws {
        var bench = ScenarioBench(try Self.scenario(["kill cell/a-1", "latency cell/a-2 5ms"]))
        bench.fails = ["begin 1 latency a-2 5ms": .error, "begin 1 latency cell/a-2 5ms": .error]
        let report = try bench.report()
        #expect(report.outcome == .error && report.exitCode == 1 && bench.run.isTakenBack)
        #expect(bench.orders.contains("end 0"))
        // What cannot be taken back is told, and the run comes to its end.
        var stuck = ScenarioBench(try Self.scenario())
        stuck.fails = ["end 0": .error]
        let told = try stuck.report()
        #expect(
            told.outcome == .error
                && told.reason?.hasPrefix("kill cell/a-1: it broke; still in force: kill cell/a-1") == true)
    }

    @Test func whatReachesNobodyIsNoPass() throws {
        var bench = ScenarioBench(try Self.scenario(["latency cell/a-2 5ms"]))
        bench.hits = 0
        let report = try bench.report()
        #expect(report.outcome == .passed && !report.conclusive && !report.exposed)
        #expect(report.exposure?.contains("has hit nothing") == true, "\(report.exposure ?? "")")
        var partial = ScenarioBench(try Self.scenario())
        partial.applied = 0
        #expect(try partial.report().outcome == .error)
    }

    @Test func aRegionThatWasLeftIsTakenBack() throws {
        var bench = ScenarioBench(try Self.scenario(["evacuate region/a", "restore region/a"]))
        #expect(try bench.report().outcome == .passed)
        #expect(!bench.orders.contains("end 0"))
        // Also where the method does not say so.
        var left = ScenarioBench(try Self.scenario(["evacuate region/a"]))
        #expect(try left.report().outcome == .passed)
        #expect(left.orders.contains("end 0"))
    }

    @Test func theMembershipIsTimed() throws {
        func dead(_ id: String, _ observer: String) -> ScenarioRun.Event {
            let record = EventRecord(
                time: "", type: "member", action: "dead", id: id, attributes: ["observer": .text(observer)])
            return .event(record, at: .zero + .milliseconds(5_500))
        }
        var bench = ScenarioBench(
            try Self.scenario(objectives: ["detection<=profile", "agreement<=profile", "false_deaths==0"]))
        bench.events[6] = dead("a-1", "a-2")
        let report = try bench.report()
        #expect(Self.claim(report, "detection<=profile")?.observed == 2_500)
        #expect(Self.claim(report, "detection<=profile")?.verdict == .deviated)
        #expect(Self.claim(report, "agreement<=profile")?.verdict == .met)
        #expect(Self.claim(report, "false_deaths==0")?.verdict == .met)
        var wrongly = ScenarioBench(try Self.scenario(objectives: ["false_deaths==0"]))
        wrongly.events[6] = dead("b-1", "a-2")
        let wrong = wrongly.perform()
        #expect(Self.claim(wrong, "false_deaths==0")?.verdict == .deviated)
    }

    @Test func aMeshThatDoesNotBecomeSteadyDeviates() throws {
        var bench = ScenarioBench(try Self.scenario(objectives: ["recovery<=10s"]))
        bench.events[5] = .sight(ScenarioSight())
        var run = bench
        run.sight.isWhole = false
        let report = try run.report()
        #expect(Self.claim(report, "steady again")?.verdict == .deviated && report.outcome == .deviated)
        #expect(Self.claim(report, "recovery<=10s")?.verdict == .deviated)
    }

    @Test func actionsWithTimesOfTheirOwnStandBesideTheOthers() throws {
        var scenario = try Self.scenario(["load 2x", "kill cell/a-1"])
        if case .action(var action) = scenario.method[0] {
            action.startAfter = .seconds(4)
            scenario.method[0] = .action(action)
        }
        var bench = ScenarioBench(scenario)
        let report = try bench.report()
        let at = { (name: String) in report.steps.first { $0.name == name }?.startMilliseconds ?? -1 }
        #expect(at("load 2x") - at("kill cell/a-1") == 4_000)
        #expect(at("load 2x ended") - at("load 2x") == 10_000 && report.outcome == .passed)
    }
}

@Suite struct MeasureTests {
    @Test(arguments: [
        "success>=99.9%", "p99<50ms", "p99<1.5x baseline", "p99.9<=1s", "lost_writes==0", "detection<=profile",
        "agreement<=3x profile", "amplification{layer:router}<=1.2", "p99{service:checkout}<2x baseline",
        "success{service:!payment}>99%", "rate>=900/s", "rate{cell:a-1}>0.5x baseline", "utilisation<85%",
    ])
    func isReadAsItIsWritten(text: String) throws { #expect(try MeasureBound(text: text).text == text) }

    @Test(arguments: [
        "", "p99", "p99<", "<50ms", "p99=50ms", "p99<50", "p0<5ms", "p100<5ms", "latency<5ms", "success>=150%",
        "success>=-1%", "lost_writes<1.5x baseline", "p99<profile", "detection<profil", "p99{service}<5ms",
        "customers_lost{service:x}==0", "p99<0x baseline", "amplification{cell:x}<2",
    ])
    func isRefused(text: String) { #expect(throws: MeasureBound.Invalid.self) { try MeasureBound(text: text) } }

    @Test func aWordThatIsNearIsNamed() {
        let error = #expect(throws: MeasureBound.Invalid.self) { try MeasureBound(text: "sucess>=99%") }
        #expect(error?.hint == "did you mean 'success'?")
    }
}
