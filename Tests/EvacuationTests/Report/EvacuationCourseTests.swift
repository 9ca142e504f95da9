import Foundation
import MeshBase
import Sharding
import Testing
import Topology

@testable import Evacuation

@Suite struct EvacuationCourseTests {
    private let second: Int64 = 1_000_000_000
    private func decree() -> PlanDecree {
        PlanDecree(id: 7, kind: .evacuate, region: 0, percents: [50, 100], watch: .seconds(1), began: 100 * second)
    }
    private func at(_ milliseconds: Int64) -> Int64 { 100 * second + milliseconds * 1_000_000 }
    private func green(_ percent: Int) -> EvacuationReport.Stage {
        .init(
            percent: percent, requests: 0,
            gate: EvacuationGate(maximumErrorRate: 0.01).judge(.init(), watchEnded: true))
    }

    /// Four cohorts in two stages, with deciders that had to be replaced.
    private func whole() -> EvacuationCourse {
        var course = EvacuationCourse(decree(), cohorts: 4)
        course.decide(at: at(20))
        course.replaceDeciders(at: at(300))
        firstStage(&course)
        secondStage(&course)
        return course
    }
    private func firstStage(_ course: inout EvacuationCourse) {
        for (offset, cohort) in [0, 1].enumerated() {
            let step = Int64(offset) * 10
            course.mark(.begun, cohort: cohort, stage: 1, at: at(310 + step))
            course.mark(.filled, cohort: cohort, stage: 1, at: at(400 + step))
            course.mark(.switched, cohort: cohort, stage: 1, at: at(450 + step))
        }
        course.watch(percent: 50, at: at(470))
        course.end(green(50), at: at(1_470))
    }
    private func secondStage(_ course: inout EvacuationCourse) {
        for cohort in [2, 3] {
            course.mark(.begun, cohort: cohort, stage: 2, at: at(1_480))
            course.mark(.filled, cohort: cohort, stage: 2, at: at(1_500))
            course.mark(.switched, cohort: cohort, stage: 2, at: at(1_520))
        }
        course.watch(percent: 100, at: at(1_530))
        course.end(green(100), at: at(2_530))
        var plan = decree()
        plan.state = .releasing
        course.change(plan, reason: nil, at: at(2_600))
        course.end(at: at(3_000))
    }

    private func text(_ spans: [EvacuationReport.Span]) -> [String] {
        spans.map {
            "\($0.name.rawValue) \($0.percent.map(String.init) ?? "-") \($0.startMilliseconds)+\($0.durationMilliseconds)"
        }
    }

    /// An estimate goes by it: what was held for an hour has not worked for an hour.
    @Test func pausesAreNoWork() throws {
        var course = EvacuationCourse(decree(), cohorts: 4)
        var plan = decree()
        #expect(course.atWork(until: at(400)) == .milliseconds(400) && course.atWork(until: at(-5)) == .zero)
        plan.isPaused = true
        course.change(plan, reason: nil, at: at(500))
        // Whoever takes it over says it again.
        course.change(plan, reason: nil, at: at(700))
        #expect(course.atWork(until: at(3_600_000)) == .milliseconds(500))
        plan.isPaused = false
        course.change(plan, reason: nil, at: at(3_600_500))
        let kept = try JSONDecoder().decode(EvacuationCourse.self, from: JSONEncoder().encode(course))
        #expect(kept.atWork(until: at(3_600_600)) == .milliseconds(600))
        plan.isPaused = true
        course.change(plan, reason: nil, at: at(3_600_600))
        // A clock that was set backwards adds nothing.
        plan.isPaused = false
        course.change(plan, reason: nil, at: at(3_600_000))
        #expect(course.atWork(until: at(3_600_700)) == .milliseconds(700))
    }

    @Test func eachPartHasItsOwnStartAndDuration() {
        #expect(
            text(whole().spans) == [
                "plan - 0.0+20.0", "deciders - 20.0+280.0", "begin 50 310.0+10.0", "fill 50 310.0+100.0",
                "switch 50 400.0+60.0", "watch 50 470.0+1000.0", "begin 100 1480.0+0.0", "fill 100 1480.0+20.0",
                "switch 100 1500.0+20.0", "watch 100 1530.0+1000.0", "verify - 2530.0+70.0", "release - 2600.0+400.0",
            ])
    }

    @Test func aReportIsTimedByIt() throws {
        let blueprint = Blueprint(
            name: "small", services: [Service(name: "shop")], store: StoreSettings(tier: .critical))
        let plan = try EvacuationPlan(mesh(blueprints: [blueprint]), region: 0, id: 7, cohorts: 4, percents: [50, 100])
        var report = EvacuationReport(plan: plan)
        whole().time(&report, now: 0)
        #expect(report.durationMilliseconds == 3_000 && report.controlPlanes == 1)
        #expect(report.stages.map(\.percent) == [50, 100])
        let records = try #require(report.phases.first { $0.service == "records" })
        #expect(records.startMilliseconds == 310 && records.durationMilliseconds == 2_690)
        let shop = try #require(report.phases.first { $0.service == "shop" })
        #expect(shop.startMilliseconds == 450 && shop.durationMilliseconds == 2_080)
    }

    /// Kept and read again between any two events, it tells the same but for who told it.
    @Test func whoeverTakesItOverTellsTheSame() throws {
        func kept(_ course: EvacuationCourse) throws -> EvacuationCourse {
            var other = try JSONDecoder().decode(EvacuationCourse.self, from: try JSONEncoder().encode(course))
            other.takeOver()
            return other
        }
        var course = EvacuationCourse(decree(), cohorts: 4)
        course.decide(at: at(20))
        course.replaceDeciders(at: at(300))
        firstStage(&course)
        course = try kept(course)
        // What it had learnt comes again as it is read from the deciders, and is told once.
        course.decide(at: at(1_475))
        for cohort in [0, 1] { course.mark(.switched, cohort: cohort, stage: 1, at: at(1_475)) }
        course.mark(.begun, cohort: 1, stage: 1, at: at(1_475))
        course.watch(percent: 50, at: at(1_475))
        secondStage(&course)
        course = try kept(course)
        #expect(course.spans == whole().spans && course.verdicts == whole().verdicts)
        #expect(course.lives == 3 && course.plan?.state == .releasing && course.plan?.id == 7)
    }

    /// A life that was killed had begun and filled it, and told nobody.
    @Test func whatNobodyHasSeenCountsAsOfWhenItsEndIsSeen() {
        var course = EvacuationCourse(decree(), cohorts: 4)
        let isFirst = course.mark(.switched, cohort: 0, stage: 1, at: at(900))
        let isSecond = course.mark(.switched, cohort: 1, stage: 1, at: at(950))
        #expect(isFirst && !isSecond)
        #expect(text(course.spans) == ["begin 50 900.0+50.0", "fill 50 900.0+50.0", "switch 50 900.0+50.0"])
        #expect(course.firstBegin == at(900))
    }

    @Test func whatWasTakenBackSaysWhyAndHasNoRelease() {
        var course = EvacuationCourse(decree(), cohorts: 4)
        course.decide(at: at(20))
        firstStage(&course)
        var plan = decree()
        plan.state = .reversing
        course.change(plan, reason: "a-1 is not filled", at: at(1_500))
        course.change(plan, reason: "something later", at: at(1_600))
        // On the way back cohorts begin, too.
        course.mark(.begun, cohort: 2, stage: 2, at: at(1_700))
        course.end(at: at(2_000))
        #expect(course.reason == "a-1 is not filled")
        #expect(text(course.spans).suffix(2) == ["watch 50 470.0+1000.0", "reverse - 1500.0+500.0"])
    }

    @Test func aClockThatIsSetBackMakesNothingNegative() {
        var course = EvacuationCourse(decree(), cohorts: 4)
        course.decide(at: 5)
        course.mark(.begun, cohort: 0, stage: 1, at: at(10))
        course.mark(.begun, cohort: 9, stage: 1, at: at(10))
        course.mark(.begun, cohort: 1, stage: 9, at: at(10))
        #expect(course.spans.allSatisfy { $0.startMilliseconds >= 0 && $0.durationMilliseconds >= 0 })
        #expect(course.spans.map(\.name) == [.plan, .begin])
    }
}
