import Chaos
import Drills
import MeshBase
import Reports
import Testing
import Topology

@testable import Scenarios

/// What a run claims is what its customers got, and what nobody has seen is neither kept nor broken.
@Suite struct ScenarioVerdictTests {
    typealias Marks = (predicted: CustomerMark, observed: CustomerMark)

    /// What routers tell of a window, with the marks of the first customers; the others are not seen.
    static func impact(since: Int64, isOpen: Bool = true, struck: [Int]? = nil, _ marks: [Marks]) -> FeedImpact {
        var impact = FeedImpact()
        (impact.open, impact.since, impact.struck) = (isOpen, since, struck)
        var values = [UInt8](repeating: CustomerMark.untouched.rawValue, count: 4)
        var (seen, different) = (FeedImpact.Counts(), 0)
        for (place, mark) in marks.enumerated() {
            values[place] = mark.predicted.rawValue | mark.observed.rawValue << 2
            impact.observed.count(mark.observed)
            seen.count(mark.predicted)
            if mark.observed.differs(from: mark.predicted) { different += 1 }
        }
        (impact.seen, impact.ofThoseSeen, impact.different) = (marks.count, seen, different)
        impact.marks = CustomerMarks.text(values, bits: 4)
        return impact
    }

    private static func bench(
        _ objectives: [String] = [], _ change: (inout Scenario) -> Void = { _ in }
    ) throws -> ScenarioBench {
        var scenario = try ScenarioRunTests.scenario(["kill cell/a-1"], objectives: objectives)
        change(&scenario)
        var bench = ScenarioBench(scenario)
        bench.harms = [0: ScenarioHarm(touched: ["a-1"], mortal: ["a-1"])]
        return bench
    }

    private static func claim(_ report: DrillReport, _ name: String) -> DrillClaim? {
        ScenarioRunTests.claim(report, name)
    }

    private static let different = "customers different from the prediction"

    // MARK: Customers

    @Test func whoWasLostInTheFirstWindowWasLost() throws {
        var bench = try Self.bench(["customers_lost==0", "customers_degraded<=1"])
        // The second window serves whom the first one lost, and another control plane tells of the second alone.
        bench.looks = { second, sight in
            var sight = sight
            switch second {
            case 5...7: sight.impact = Self.impact(since: 4_500, struck: [0], [(.lost, .lost), (.degraded, .degraded)])
            case 8: return nil
            case 9...: sight.impact = Self.impact(since: 8_500, struck: [0], [(.untouched, .untouched)])
            default: break
            }
            return sight
        }
        let report = try bench.report()
        #expect(Self.claim(report, "customers_lost==0")?.observed == 1)
        #expect(Self.claim(report, "customers_lost==0")?.verdict == .deviated)
        #expect(Self.claim(report, "customers_degraded<=1")?.observed == 1)
        #expect(Self.claim(report, Self.different)?.verdict == .met && report.exitCode == 5)
    }

    @Test(arguments: [true, false]) func harmOfBeforeIsNotThisRuns(isOpen: Bool) throws {
        var bench = try Self.bench(["customers_lost==0", "customers_degraded==0"]) {
            $0.abort = [try! AbortRule(text: "customers_lost>0")]
        }
        // Closed before it began; or open again, by what follows the end of a fault, with the marks of then.
        bench.looks = { second, sight in
            var sight = sight
            sight.impact = Self.impact(
                since: -9_000, isOpen: isOpen && second > 4, [(.lost, .lost), (.untouched, .untouched)])
            return sight
        }
        let report = try bench.report()
        #expect(report.outcome == .passed && report.conclusive, "\(report.reason ?? "") \(report.claims)")
        var reverse = try Self.bench(["customers_lost>=1"])
        reverse.looks = bench.looks
        #expect(try reverse.report().outcome == .deviated)
    }

    /// Routers tell of who is silent once requests have waited for it; a killed one they notice at once.
    @Test(arguments: [("pause", 1, DrillClaim.Verdict.undecided), ("pause", 3, .deviated), ("kill", 1, .deviated)])
    func whoIsSilentForAMomentIsHeldAgainstNothing(_ kind: String, _ seconds: Int64, _ verdict: DrillClaim.Verdict)
        throws
    {
        var scenario = try ScenarioRunTests.scenario()
        scenario.method = [
            .action(ScenarioAction("x", try ScenarioDeed(text: "\(kind) cell/a-1"), for: .seconds(seconds)))
        ]
        var bench = ScenarioBench(scenario)
        bench.harms = [0: ScenarioHarm(touched: ["a-1"], mortal: ["a-1"])]
        bench.looks = { second, sight in
            var sight = sight
            if second > 4 { sight.impact = Self.impact(since: 4_500, struck: [0], [(.lost, .degraded)]) }
            return sight
        }
        let report = try bench.report()
        let claim = try #require(Self.claim(report, Self.different))
        #expect(claim.verdict == verdict && !(verdict == .undecided && report.conclusive), "\(claim)")
        #expect(verdict != .undecided || claim.detail?.hasPrefix("a-1 was silent for 1.0 s") == true, "\(claim)")
    }

    @Test func harmOfNoStepIsNamed() throws {
        // One cell more is out than was foretold: three customers of it fare worse, one of whom has been seen.
        var bench = try Self.bench(["customers_lost==0"])
        bench.looks = { second, sight in
            var sight = sight
            guard second > 4 else { return sight }
            sight.impact = Self.impact(
                since: 4_500, struck: [0, 1],
                [(.lost, .unseen), (.lost, .unseen), (.lost, .degraded), (.untouched, .unseen)])
            sight.impact.marks = CustomerMarks.text([1, 1, 2 | 2 << 2, 1], bits: 4)
            sight.faults["f9"] = FeedFault(id: "f9", kind: "kill", targets: ["cell/b-1"], until: nil)
            return sight
        }
        let report = try bench.report()
        let claim = try #require(Self.claim(report, Self.different))
        #expect(claim.verdict == .deviated && claim.observed == 1, "\(claim)")
        #expect(claim.detail?.contains("f9 (kill cell/b-1)") == true && report.exitCode == 5, "\(claim)")
    }

    @Test(arguments: ["exited", "kill", "pause"]) func aProcessThatGoesByItselfIsNamed(action: String) throws {
        for (name, isOwn) in [("a-1", true), ("b-1", false)] {
            var bench = try Self.bench()
            bench.events[6] = .event(
                EventRecord(time: "", type: "process", action: action, id: name), at: .zero + .seconds(6))
            let report = try bench.report()
            #expect(report.outcome == .passed && report.conclusive == isOwn, "\(name): \(report.reason ?? "")")
            #expect(isOwn || report.reason?.contains("b-1 ") == true && report.exitCode == 3)
        }
    }

    /// A delay on the wire ends nobody, also not whom it is for.
    @Test(arguments: ["exited", "kill"]) func theTargetOfAGentleFaultThatEndsIsNamed(action: String) throws {
        let mesh = MeshTopology(
            name: "m", seed: 1, regions: [Region(name: "r")], cells: [Cell(name: "a-1", region: 0, zone: 0)],
            blueprints: [], customers: Customers(count: 9), routers: [Router(name: "r1", region: 0)],
            control: Control(region: 0))
        let delay = ScenarioAction("delay", try ScenarioDeed(text: "latency cell/a-1 20ms"), for: .seconds(5))
        let harm = ScenarioHarm(delay, in: mesh) { _ in [] }
        #expect(harm.explains("a-1") && !harm.explainsEnd(of: "a-1"))
        var bench = try Self.bench()
        bench.harms = [0: harm]
        bench.events[6] = .event(
            EventRecord(time: "", type: "process", action: action, id: "a-1"), at: .zero + .seconds(6))
        let report = try bench.report()
        #expect(!report.conclusive && report.reason?.contains("a-1 ") == true && report.exitCode == 3)
    }

    @Test func whatNoRouterToldIsUndecided() throws {
        for (out, isSeen) in [(Set<String>(), true), (["r1"], false)] {
            var bench = try Self.bench(["customers_lost==0"])
            bench.failing = 0.5
            bench.through = ["r1"]
            bench.looks = { second, sight in
                var sight = sight
                if (6...8).contains(second) { sight.routersOut = out }
                return sight
            }
            let report = try bench.report()
            #expect(Self.claim(report, "customers_lost==0")?.verdict == (isSeen ? .met : .undecided))
            #expect(Self.claim(report, Self.different)?.verdict == (isSeen ? .met : .undecided))
        }
    }

    @Test(arguments: [["r1"], ["r2"], []])
    func whereItStopsWhatItsLoadGoesThroughNobodyIsHeldAgainstAnything(through: [String]) throws {
        let isSilenced = through != ["r2"]
        for objective in [nil, "customers_different<=0"] {
            var bench = ScenarioBench(
                try ScenarioRunTests.scenario(["kill router/r1"], objectives: objective.map { [$0] } ?? []))
            bench.harms = [0: ScenarioHarm(touched: ["r1"])]
            (bench.through, bench.victims) = (Set(through), ["r1"])
            // It is back before anybody has looked, and answers one customer without a quorum in its first moment.
            bench.looks = { second, sight in
                var sight = sight
                if second > 10 {
                    sight.impact = Self.impact(since: 10_500, [(.untouched, .lost), (.untouched, .untouched)])
                }
                return sight
            }
            let report = try bench.report()
            let claim = try #require(Self.claim(report, objective ?? Self.different))
            #expect(claim.verdict == (isSilenced ? .undecided : .deviated), "\(claim)")
            #expect(
                !isSilenced || claim.detail?.contains("goes through r1, which a step has stopped") == true, "\(claim)")
            #expect(report.exitCode == (isSilenced ? 3 : 5), "\(report.reason ?? "")")
        }
    }

    @Test(arguments: [true, false]) func whatWasForetoldAndSeenByNobodyIsUndecided(isSeen: Bool) throws {
        var bench = try Self.bench()
        bench.harms = [0: ScenarioHarm(out: ["a-1"], touched: ["a-1"])]
        bench.looks = { second, sight in
            var sight = sight
            if isSeen, second > 4 { sight.impact = Self.impact(since: 4_500, struck: [0], [(.lost, .lost)]) }
            return sight
        }
        let report = try bench.report()
        let claim = try #require(Self.claim(report, Self.different))
        #expect(claim.verdict == (isSeen ? .met : .undecided), "\(claim)")
        #expect(isSeen || claim.detail?.contains("told so by no router: a-1") == true, "\(claim)")
    }

    // MARK: Counts and what is concluded

    @Test(arguments: [
        ("lost_writes<0.5", 0.5, 0, DrillClaim.Verdict.met), ("lost_writes<0.5", 0.5, 1, .deviated),
        ("lost_writes<=1.5", 1.5, 1, .met), ("lost_writes<=1.5", 1.5, 2, .deviated),
        ("lost_writes==0.5", 0.5, 0, .deviated), ("lost_writes>=0.5", 0.5, 0, .deviated),
        ("lost_writes>=0.5", 0.5, 1, .met), ("lost_writes<100000000000000000000", 1e20, 3, .met),
    ])
    func aCountIsHeldAgainstTheNumberAsItIsWritten(
        text: String, bound: Double, lost: Int, verdict: DrillClaim.Verdict
    ) throws {
        var bench = try Self.bench([text])
        bench.found.lost = lost
        let name = try MeasureBound(text: text).text
        let claim = try #require(Self.claim(try bench.report(), name))
        #expect(claim.verdict == verdict && claim.bound == bound && claim.observed == Double(lost), "\(claim)")
    }

    @Test func whatIsConclusiveHasNothingUndecidedAndReachedSomebody() throws {
        for outcome in [DrillOutcome.passed, .deviated] {
            func report(_ change: (inout ScenarioBench) -> Void = { _ in }) throws -> DrillReport {
                var bench = try Self.bench(["success>=99%"]) { $0.hypothesis = nil }
                if outcome == .deviated { bench.failing = 0.5 }
                change(&bench)
                let report = try bench.report()
                #expect(report.outcome == outcome, "\(report.reason ?? "")")
                return report
            }
            let whole = try report()
            #expect(whole.conclusive, "\(whole.claims)")
            // A write that could not be read back.
            let open = try report { $0.found.unverified = 1 }
            #expect(!open.conclusive && open.exposed && open.claims.contains { $0.verdict == .undecided })
            let idle = try report { $0.hits = 0 }
            #expect(!idle.conclusive && !idle.exposed)
            // Undecided or not, a claim that was not kept is one.
            #expect([open, idle].allSatisfy { $0.exitCode == (outcome == .passed ? 3 : 5) })
        }
    }

    // MARK: Whoever else acts

    @Test func aFaultThatSomebodyElseEndedProvesNothing() throws {
        var bench = try Self.bench(["success>=90%", "lost_writes==0"])
        bench.early = [0: "f0"]
        bench.events[7] = .event(
            EventRecord(
                time: "", type: "process", action: "restart", id: "a-1", attributes: ["detail": .text("was down")]),
            at: .zero + .seconds(6))
        let report = try bench.report()
        #expect(report.outcome == .passed && !report.conclusive && report.exitCode == 3 && !report.exposed)
        #expect(Self.claim(report, "success>=90%")?.verdict == .undecided)
        #expect(Self.claim(report, "answered, meanwhile")?.verdict == .undecided)
        let step = try #require(report.steps.first { $0.name == "kill cell/a-1 ended" })
        #expect(step.detail.contains("f0 was ended by somebody else") && step.detail.contains("a-1: restart, was down"))
        #expect(step.detail.contains("was to last 10s") && report.reason?.contains("f0") == true)
    }

    // MARK: Nobody looks

    @Test(arguments: [false, true]) func whileNobodyLooksNoTimeToSettlePasses(isTold: Bool) throws {
        var bench = try Self.bench(["customers_lost==0"]) { $0.settle = .seconds(5) }
        // It is over after 13 s; the control plane is away or stopped for 12 s of the 5 that it has.
        bench.looks = { second, sight in
            var sight = sight
            guard (14...26).contains(second) else { return sight }
            (sight.isWhole, sight.isStale) = (false, true)
            return isTold ? sight : nil
        }
        let report = try bench.report()
        #expect(report.outcome == .passed && report.conclusive, "\(report.reason ?? ""): \(report.claims)")
        #expect(Self.claim(report, "steady again")?.verdict == .met)
    }

    @Test func aControlPlaneThatStaysAwayDecidesNothing() throws {
        var bench = try Self.bench(["customers_lost==0", "cells_down==0", "recovery<=10s", "success>=90%"])
        bench.looks = { second, sight in second < 8 ? sight : nil }
        let report = try bench.report()
        for name in ["customers_lost==0", "cells_down==0", "recovery<=10s", Self.different, "steady again"] {
            #expect(Self.claim(report, name)?.verdict == .undecided, "\(name): \(report.claims)")
        }
        #expect(Self.claim(report, "success>=90%")?.verdict == .met)
        #expect(report.outcome == .passed && report.exitCode == 3)
        let settle = try #require(report.steps.first { $0.name == "settle" })
        #expect(settle.durationMilliseconds <= 60_000, "\(settle)")
    }

    // MARK: Whatever ends it

    @Test(arguments: [8, 15, 30]) func everyClaimStandsWhateverEndsARun(second: Int) throws {
        var bench = try Self.bench(["customers_lost==0", "success>=90%", "lost_writes==0", "violations==0"]) {
            if case .action(var action) = $0.method[0] {
                action.pauseAfter = .seconds(6)
                $0.method[0] = .action(action)
            }
            $0.method.append(.probe(ScenarioProbe("late look", Measure(.success), Tolerance(low: .figure(0.5)))))
            $0.hypothesis?.probes[0].window = .seconds(60)
            $0.settle = .seconds(60)
        }
        bench.events[second] = .interrupted("by Ctrl-C")
        bench.found.isVerified = false
        bench.found.violations = [("registers", false, "")]
        let report = try bench.report()
        #expect(report.outcome == .interrupted && report.exitCode == 130)
        let names = [
            "late look", "answered, meanwhile", "answered, after", "customers_lost==0", "success>=90%",
            "lost_writes==0",
            "violations==0", Self.different, "violations of registers", "steady again",
        ]
        for name in names { #expect(Self.claim(report, name) != nil, "\(name) at \(second)") }
        let met = report.claims.filter { $0.verdict == .met }.map(\.name)
        switch second {
        case 8: #expect(met == [], "\(report.claims)")
        // The method was over: what was seen in it is known.
        case 15: #expect(met == ["late look", "answered, meanwhile"], "\(met)")
        default:
            #expect(
                !met.contains("answered, after") && met.contains("steady again") && met.contains("customers_lost==0"))
        }
        #expect(
            report.claims.allSatisfy { $0.verdict != .undecided || $0.detail?.isEmpty == false }, "\(report.claims)")
        #expect(report.steps.contains { $0.detail == "50 acknowledged writes, not read back" })
        if second == 30 { #expect(report.steps.contains { $0.name == "hypothesis-after" && $0.outcome == .failed }) }
    }

    @Test func claimsOfWhatWasNotBegunStandToo() throws {
        var bench = try Self.bench(["customers_lost==0"])
        bench.always = 0.5
        let report = try bench.report()
        #expect(report.outcome == .baselineNotMet)
        let claim = try #require(Self.claim(report, "customers_lost==0"))
        #expect(claim.verdict == .undecided && claim.detail?.hasPrefix("nothing was done") == true)
    }

    @Test func noObjectiveTakesAwayWhatAlwaysHolds() throws {
        var lossy = try Self.bench(["lost_writes<=100000", "violations<=100000"])
        lossy.found.lost = 18
        let report = try lossy.report()
        #expect(Self.claim(report, "acknowledged writes lost")?.verdict == .deviated && report.exitCode == 5)
        #expect(Self.claim(report, "lost_writes<=100000")?.verdict == .met)
        var strict = try Self.bench(["lost_writes==0"])
        #expect(Self.claim(try strict.report(), "acknowledged writes lost") == nil)
        var blind = try Self.bench { $0.load.verifies = false }
        blind.found.isVerified = false
        let unread = try blind.report()
        #expect(Self.claim(unread, "acknowledged writes lost")?.verdict == .undecided && unread.exitCode == 3)
    }
}
