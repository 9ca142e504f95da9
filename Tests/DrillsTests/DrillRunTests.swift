import MeshBase
import Testing

@testable import Drills

@Suite struct DrillRunTests {
    private func run(_ drill: Drill = .evacuation) -> DrillRun {
        DrillRun(
            drill, id: "20260301-120000-\(drill.name)", mesh: "m", target: "us", command: "cellmesh drill run",
            wall: "2026-03-01T12:00:00.000Z", now: .zero)
    }

    /// Takes all steps; those of `failures` fail so.
    private func taken(_ run: inout DrillRun, _ failures: [DrillStep: DrillOutcome] = [:]) -> [DrillStep] {
        var taken: [DrillStep] = []
        var now = Instant.zero
        while let step = run.next(now: now) {
            taken.append(step)
            now = now + .seconds(1)
            run.end("it is so", failure: failures[step], now: now)
        }
        return taken
    }

    @Test func everyDrillInjectsOnceTakesBackOnceAndReadsBackLast() {
        for drill in Drill.builtIn {
            let roles = drill.steps.map(\.role)
            #expect(roles.filter { $0 == .injects }.count == 1 && roles.filter { $0 == .takesBack }.count == 1)
            #expect(drill.steps.suffix(2) == [.readBack, .tidy] && Drill.named(drill.name) == drill)
        }
        #expect(Drill.named("nothing") == nil)
    }

    @Test func itPassesWhenAllIsMetAndSomebodyWasExposed() {
        var run = run()
        #expect(taken(&run) == Drill.evacuation.steps)
        run.claim(.count("lost", 0))
        run.expose()
        let report = run.finish(noise: DrillNoise(), now: .zero + .seconds(9))
        #expect(report.outcome == .passed && report.conclusive && report.exitCode == 0 && report.reason == nil)
        #expect(report.durationMilliseconds == 9_000)
        #expect(report.steps.map(\.name) == Drill.evacuation.steps.map(\.rawValue))
        #expect(report.steps[1].startMilliseconds == 1_000 && report.steps[1].durationMilliseconds == 1_000)
    }

    @Test func whatNobodyWasExposedToOrCannotBeDecidedIsInconclusive() {
        var first = run()
        _ = taken(&first)
        first.claim(.count("lost", 0))
        let unexposed = first.finish(noise: DrillNoise(), now: .zero)
        #expect(unexposed.outcome == .passed && !unexposed.conclusive && unexposed.exitCode == 3)
        var second = run()
        _ = taken(&second)
        second.expose()
        second.claim(.count("lost", 0))
        second.claim(.share("answered", 10, of: 10, atLeast: 0.9999))
        let undecided = second.finish(noise: DrillNoise(), now: .zero)
        #expect(undecided.outcome == .passed && !undecided.conclusive && undecided.exitCode == 3)
        #expect(undecided.reason == "undecided: answered")
        // One that claims nothing proves nothing.
        var third = run()
        _ = taken(&third)
        third.expose()
        #expect(!third.finish(noise: DrillNoise(), now: .zero).conclusive)
    }

    @Test func oneBrokenClaimIsEnough() {
        var run = run()
        _ = taken(&run)
        run.expose()
        run.claim(.count("writes lost", 1))
        run.claim(.share("answered", 10, of: 10, atLeast: 0.9999))
        let report = run.finish(noise: DrillNoise(), now: .zero)
        #expect(report.outcome == .deviated && report.conclusive && report.exitCode == 5)
        #expect(report.reason == "not kept: writes lost")
    }

    @Test func aBaselineThatIsNotMetInjectsNothing() {
        var run = run()
        #expect(taken(&run, [.baseline: .baselineNotMet]) == [.validate, .predict, .baseline, .tidy])
        let report = run.finish(noise: DrillNoise(), now: .zero)
        #expect(report.outcome == .baselineNotMet && report.exitCode == 3)
        #expect(report.reason == "baseline: it is so")
        #expect(
            report.steps.filter { $0.outcome == .skipped }.map(\.name) == [
                "evacuate", "hold", "restore", "settle", "read-back",
            ])
    }

    @Test func whatWasInjectedIsTakenBackWhateverHappens() {
        for drill in Drill.builtIn {
            let injection = drill.steps.first { $0.role == .injects }!
            let back = drill.steps.first { $0.role == .takesBack }!
            var failed = run(drill)
            #expect(taken(&failed, [injection: .error]).contains(back))
            var held = run(drill)
            let steps = taken(&held, [.hold: .probeError])
            #expect(steps.contains(back) && steps.suffix(2) == [.readBack, .tidy])
            let report = held.finish(noise: DrillNoise(), now: .zero)
            #expect(report.outcome == .probeError && report.exitCode == 1)
        }
    }

    @Test func ctrlCTakesBackAndLooksNoFurther() {
        var run = run()
        #expect(
            taken(&run, [.hold: .interrupted]) == [
                .validate, .predict, .baseline, .evacuate, .hold, .restore, .tidy,
            ])
        #expect(run.finish(noise: DrillNoise(), now: .zero).exitCode == 130)
        var early = self.run()
        #expect(taken(&early, [.baseline: .interrupted]) == [.validate, .predict, .baseline, .tidy])
        #expect(early.isTakenBack, "nothing was injected")
        var first = self.run()
        #expect(taken(&first, [.predict: .interrupted]) == [.validate, .predict], "nothing was written")
    }

    /// Whatever figure a claim was given, nothing is known of it where the step that looks was not taken to its end.
    @Test func whatWasNotSeenIsNeitherKeptNorBroken() {
        var run = run()
        _ = taken(&run, [.hold: .interrupted])
        run.claim(.count("mesh whole again", 1, .equal, 1), seenIn: .settle)
        run.claim(.count("rows left", 3), seenIn: .hold)
        run.claim(.count("completed", 2, .equal, 2), seenIn: .evacuate, .restore)
        let report = run.finish(noise: DrillNoise(), now: .zero)
        #expect(report.outcome == .interrupted && !report.conclusive && report.exitCode == 130)
        #expect(report.claims.map(\.verdict) == [.undecided, .undecided, .met])
        #expect(report.claims[0].observed == nil && report.claims[0].detail == "not seen: settle came to no end")
        // A step in which the mesh did not keep its promise was looked at all the same.
        var broken = self.run()
        _ = taken(&broken, [.evacuate: .deviated])
        broken.claim(.count("completed", 1, .equal, 2), seenIn: .evacuate, .restore)
        broken.claim(.count("rows left", nil), seenIn: .hold)
        #expect(broken.report.claims.map(\.verdict) == [.deviated, .undecided])
        // The control plane went away after the region was back: no claim about afterwards.
        var gone = self.run()
        _ = taken(&gone, [.settle: .probeError])
        gone.claim(.count("mesh whole again", 0, .equal, 1), seenIn: .settle)
        let seen = gone.finish(noise: DrillNoise(), now: .zero)
        #expect(seen.outcome == .probeError && seen.exitCode == 1 && seen.claims[0].verdict == .undecided)
    }

    @Test func whatIsToBeTakenBackIsKnownWhileItIsInForce() throws {
        var run = run()
        var marks = DrillTrace.Marks()
        marks.region = "us"
        var traces: [DrillStep: DrillTrace] = [:]
        while let step = run.next(now: .zero) {
            traces[step] = run.trace(marks)
            #expect(step != .hold || !run.isTakenBack)
            run.end("it is so", now: .zero + .seconds(1))
        }
        #expect(run.isTakenBack && run.trace(marks) == nil)
        let killed = try #require(traces[.hold]).ended("its customers were brought back")
        #expect(killed.outcome == .error && !killed.conclusive && killed.exitCode == 1)
        #expect(killed.reason == "hold: its command was killed; its customers were brought back")
        #expect(killed.steps.map(\.name) == Drill.evacuation.steps.map(\.rawValue))
        #expect(killed.steps.filter { $0.outcome == .failed }.map(\.name) == ["hold"])
        #expect(
            killed.steps.filter { $0.outcome == .skipped }.map(\.name) == ["restore", "settle", "read-back", "tidy"])
        // One whose way back has failed is left for the next to try.
        var stuck = self.run()
        _ = taken(&stuck, [.restore: .error])
        #expect(!stuck.isTakenBack)
    }

    @Test func theGravestCauseCountsAndTheFirstReason() {
        var run = run()
        _ = taken(&run, [.hold: .probeError, .restore: .error])
        run.claim(.count("writes lost", 1))
        let report = run.finish(noise: DrillNoise(), now: .zero)
        #expect(report.outcome == .error && report.reason == "hold: it is so; restore: it is so")
        #expect(DrillOutcome.graver(.passed, .deviated) == .deviated)
        #expect(DrillOutcome.graver(.interrupted, .deviated) == .interrupted)
    }
}
