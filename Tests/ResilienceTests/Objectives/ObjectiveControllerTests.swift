import MeshBase
import Testing

@testable import Resilience

@Suite struct ObjectiveControllerTests {
    let t0 = Instant.zero + .hours(1)

    /// Answers of one slice, then the look at its end.
    private func run(
        _ controller: inout ObjectiveController, at now: inout Instant, answers: Int = 100, slow: Int = 0,
        took: TimeAmount = .milliseconds(10), slowTook: TimeAmount = .milliseconds(60), failed: Int = 0
    ) -> ObjectiveController.Look {
        for index in 0..<answers {
            controller.offered(now: now)
            controller.answered(ok: index >= failed, took: index < slow ? slowTook : took, now: now)
        }
        now += .milliseconds(500)
        return controller.look(now: now)
    }

    private func latency(_ mode: ObjectivesPolicy.Mode = .levels) -> ObjectiveController {
        ObjectiveController(ObjectivesPolicy(p99: .milliseconds(50), window: .milliseconds(500), mode: mode))
    }

    // MARK: Verdicts

    @Test(arguments: [
        (1, 60, DegradationLevel.normal), (2, 50, .normal), (2, 60, .minor), (2, 99, .minor), (2, 100, .moderate),
        (2, 249, .moderate), (2, 250, .critical), (2, 9_999, .critical),
    ])
    func p99AsksForALevelByTwoAndFiveTimesTheTarget(_ slow: Int, _ took: Int64, _ level: DegradationLevel) {
        var controller = latency()
        var now = t0
        let look = run(&controller, at: &now, slow: slow, slowTook: .milliseconds(took))
        #expect(look.verdict.level == level && controller.level == level)
        let severity = look.verdict.severity
        switch level {
        case .normal: #expect(severity == 0)
        case .minor: #expect(severity > 0 && severity < 0.5)
        case .moderate: #expect(severity >= 0.5 && severity < 0.8)
        default: #expect(severity >= 0.8 && severity < 1)
        }
    }

    @Test(arguments: [(1, DegradationLevel.normal), (2, .moderate), (4, .moderate), (5, .critical), (100, .critical)])
    func errorsAreJudgedAsAShare(_ failed: Int, _ level: DegradationLevel) {
        var controller = ObjectiveController(ObjectivesPolicy(errorRate: 0.01))
        var now = t0
        let verdict = run(&controller, at: &now, failed: failed).verdict
        #expect(verdict.level == level)
        #expect(abs(verdict.severity - max(0, 1 - 1 / Double(failed))) < 1e-12)
    }

    @Test func noErrorAtAllMayBeTheObjective() {
        var controller = ObjectiveController(ObjectivesPolicy(errorRate: 0))
        var now = t0
        #expect(run(&controller, at: &now).verdict.isMet)
        #expect(run(&controller, at: &now, failed: 1).verdict.severity == 1)
    }

    @Test func throughputIsJudgedOnlyWhenItWasAskedForOverAWholeWindow() {
        let policy = ObjectivesPolicy(throughput: 100, window: .seconds(1), every: .milliseconds(500))
        var controller = ObjectiveController(policy)
        var now = t0
        // 200 a second are asked for and half of them fail: exactly the target.
        #expect(run(&controller, at: &now, failed: 50).verdict.findings.isEmpty)
        #expect(run(&controller, at: &now, failed: 50).verdict.findings.map(\.severity) == [0])
        for _ in 0..<3 { _ = run(&controller, at: &now, failed: 80) }
        // 40 of 100: severity 0.6.
        let verdict = run(&controller, at: &now, failed: 80).verdict
        #expect(verdict.level == .moderate && abs(verdict.severity - 0.6) < 1e-12)
        // Fewer were asked for than the target: nothing is missed.
        for _ in 0..<3 { _ = run(&controller, at: &now, answers: 40, failed: 40) }
        #expect(run(&controller, at: &now, answers: 40, failed: 40).verdict.findings.isEmpty)
    }

    @Test func nothingIsJudgedByFewerThanTwentyAnswers() {
        var controller = latency()
        var now = t0
        #expect(run(&controller, at: &now, answers: 19, slow: 19).verdict.findings.isEmpty)
        now += .seconds(5)
        #expect(run(&controller, at: &now, answers: 20, slow: 1).verdict.level == .minor)
    }

    @Test func theWindowSlides() {
        var controller = ObjectiveController(ObjectivesPolicy(errorRate: 0.01, window: .seconds(5)))
        var now = t0
        _ = run(&controller, at: &now, failed: 100)
        // Ten slices of half a second, and the one that is being filled.
        for _ in 0..<9 { #expect(run(&controller, at: &now).verdict.level == .critical) }
        #expect(run(&controller, at: &now).verdict.answers == 1_000)
        #expect(run(&controller, at: &now).verdict.isMet)
    }

    // MARK: Level

    @Test func upAtOnceAndDownOneAfterThreeMetLooks() {
        var controller = latency()
        var now = t0
        var levels: [DegradationLevel] = []
        let up = run(&controller, at: &now, slow: 5, slowTook: .seconds(1))
        #expect(up.changedFrom == .normal && up.violation == true)
        for _ in 0..<11 {
            _ = run(&controller, at: &now)
            levels.append(controller.level)
        }
        let steps = levels.map(\.rawValue)
        #expect(steps == [3, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0])
    }

    @Test func aLesserViolationNeitherLowersNorLetsFall() {
        var controller = latency()
        var now = t0
        _ = run(&controller, at: &now, slow: 5, slowTook: .seconds(1))
        now += .seconds(1)
        for _ in 0..<2 { _ = run(&controller, at: &now) }
        _ = run(&controller, at: &now, slow: 10)
        now += .seconds(1)
        for _ in 0..<2 { _ = run(&controller, at: &now) }
        #expect(controller.level == .critical)
        _ = run(&controller, at: &now)
        #expect(controller.level == .moderate)
    }

    @Test func aCellThatNobodyAsksComesBack() {
        var controller = latency()
        var now = t0
        _ = run(&controller, at: &now, slow: 100, slowTook: .seconds(1))
        now += .seconds(60)
        for _ in 0..<9 { _ = run(&controller, at: &now, answers: 0) }
        #expect(controller.level == .normal)
    }

    @Test func underOptimiseFeaturesAreChosenByPressureAndComeBackInQuarters() {
        let table = FeatureTable([
            Feature("pay", .core, cost: 4), Feature("reviews", .enhanced, revenue: 3, cost: 3),
            Feature("offers", .luxury, revenue: 1, cost: 3),
        ])
        var controller = latency(.optimise)
        var now = t0
        #expect(latency().qualities(of: table) == nil)
        #expect(controller.qualities(of: table) == [1, 1, 1])
        _ = run(&controller, at: &now, slow: 5, slowTook: .milliseconds(100))
        #expect(controller.pressure >= 0.5 && controller.pressure < 0.56)
        // Less than 5 of 10 are left: pay takes 4, and reviews at a half are too much.
        #expect(controller.qualities(of: table) == [1, 0, 0])
        now += .seconds(1)
        var pressures: [Double] = []
        for _ in 0..<9 {
            _ = run(&controller, at: &now)
            pressures.append(controller.pressure)
        }
        #expect(pressures[1] >= 0.5 && pressures[2] < 0.31 && pressures[8] == 0)
        #expect(controller.qualities(of: table) == [1, 1, 1])
    }

    @Test func explanationsNameTheGravest() {
        var controller = ObjectiveController(ObjectivesPolicy(p99: .milliseconds(50), errorRate: 0.02))
        var now = t0
        #expect(controller.look(now: now).verdict.explanation().detail == "too little to judge: 0 answers")
        let verdict = run(&controller, at: &now, slow: 3, failed: 50).verdict
        #expect(verdict.explanation().detail == "error_rate 0.5, target 0.02: severity 0.96")
        #expect(verdict.findings.count == 2)
    }

    @Test func objectivesThatCannotBeAreNoneAndNamed() {
        let policy = ObjectivesPolicy(
            p99: .zero, errorRate: 1.5, throughput: .nan, window: .zero, every: .zero, minimum: -1, metLooks: 0)
        #expect(policy.p99 == nil && policy.errorRate == nil && policy.throughput == nil)
        #expect(policy.every == .milliseconds(1) && policy.window == policy.every && policy.minimum == 1)
        #expect(ObjectivesPolicy(window: .hours(9), every: .seconds(1)).window == .seconds(64))
        let problems = ObjectivesPolicy.problems(
            p99: .zero, errorRate: -1, throughput: 0, window: .milliseconds(1), every: .seconds(1))
        #expect(
            problems.map(\.key) == ["objectives.p99", "objectives.error_rate", "objectives.throughput", "slo.window"])
        var controller = ObjectiveController(policy)
        controller.answered(ok: false, took: .seconds(-1), now: t0)
        #expect(controller.look(now: t0).verdict.isMet)
    }
}
