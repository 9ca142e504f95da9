import Drills
import MeshBase
import Testing

@testable import Scenarios

/// A drill whose own process stands still sees nothing meanwhile, and says so.
@Suite struct ScenarioStandstillTests {
    private static let objectives = ["success>=90%", "p99<50ms", "customers_lost==0", "lost_writes==0"]

    private func report(_ second: Int, failing: Double = 0) throws -> DrillReport {
        var bench = ScenarioBench(try ScenarioRunTests.scenario(objectives: Self.objectives))
        bench.failing = failing
        bench.events[second] = .stood(.seconds(35))
        return try bench.report()
    }

    @Test func whatNobodyLookedAtIsUndecided() throws {
        let report = try report(8)
        #expect(report.outcome == .passed && !report.conclusive, "\(report)")
        for name in ["success>=90%", "p99<50ms", "customers_lost==0", "customers different from the prediction"] {
            let claim = ScenarioRunTests.claim(report, name)
            #expect(claim?.verdict == .undecided && claim?.detail?.contains("stood still for 35") == true, "\(name)")
        }
        // What stores hold is so, whoever looked.
        #expect(ScenarioRunTests.claim(report, "lost_writes==0")?.verdict == .met)
        #expect(ScenarioRunTests.claim(report, "answered, after")?.verdict == .met)
        let step = report.steps.first { $0.name == "standstill" }
        #expect(step?.outcome == .failed && step?.durationMilliseconds ?? 0 > 1_000, "\(report.steps)")
    }

    /// Nor is it the mesh's fault that requests failed which nobody took the answer of.
    @Test func whatFailedMeanwhileIsUndecidedToo() throws {
        let report = try report(8, failing: 0.5)
        #expect(ScenarioRunTests.claim(report, "success>=90%")?.verdict == .undecided, "\(report.claims)")
    }

    @Test func aBaselineIsTakenAgain() throws {
        let report = try report(2)
        #expect(report.outcome == .passed && report.conclusive, "\(report)")
        #expect(report.steps.contains { $0.name == "baseline" && $0.detail.hasPrefix("taken again") })
    }

    @Test func timesInWhichAProcessDidNotRunAreFound() {
        var pulse = Standstills(now: .zero)
        for tenth in 1...10 { pulse.beat(now: .zero + .milliseconds(100) * tenth) }
        pulse.beat(now: .zero + .milliseconds(2_900))
        #expect(pulse.take().isEmpty)
        pulse.beat(now: .zero + .seconds(40))
        pulse.beat(now: .zero + .seconds(39))
        #expect(pulse.take() == [.milliseconds(37_100)] && pulse.take().isEmpty)
    }
}
