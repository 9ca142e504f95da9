import Evacuation
import MeshBase
import Reports
import Sharding
import Store

/// The course of the plan under way, and what was counted since it began, kept in the journal: the next control plane goes
/// on with both. What has come of single cohorts in the half second before a life was killed counts as of the next one.
final class CourseKeeper {
    private struct Kept: Codable {
        var course: EvacuationCourse
        var tally: MoveTally
    }

    private static let key = "evacuation/course"
    /// Between two writings of what need not be there at once.
    private static let pause = TimeAmount.milliseconds(500)

    /// Of the plan under way, or of the last one; nil before the first.
    private(set) var course: EvacuationCourse?
    /// What was counted since that began.
    var tally = MoveTally()
    private let journal: Journal
    /// It was begun in this life.
    private var isOwn = false
    private var isDirty = false
    private var keptAt = Instant.zero
    /// What a plan that is not decided yet has taken the place of.
    private var former: (course: EvacuationCourse?, tally: MoveTally, isOwn: Bool)?
    /// The number of each cohort's stage, from 1.
    private var stages: [Int] = []

    init(_ journal: Journal) {
        self.journal = journal
        guard let text = (try? journal.meta(Self.key)) ?? nil,
            let kept = ReportJSON.decode(Kept.self, Array(text.utf8))
        else { return }
        course = kept.course
        tally = kept.tally
    }

    /// A plan is about to be decided: whoever finds it decided finds its begin here.
    func begin(_ plan: PlanDecree, cohorts: Int, notes: [EvacuationNote], tally fresh: MoveTally, now: Instant) {
        former = (course, tally, isOwn)
        course = EvacuationCourse(plan, cohorts: cohorts, notes: notes)
        tally = fresh
        isOwn = true
        keep(now: now)
    }

    /// It was not decided.
    func forget(now: Instant) {
        guard let former else { return }
        (course, tally, isOwn) = former
        self.former = nil
        keep(now: now)
    }

    /// The deciders have this plan: begun here, or by a life before.
    func take(_ plan: PlanDecree, _ model: EvacuationPlan?, cohorts: Int, wall: Int64, now: Instant) {
        former = nil
        if course?.plan?.id != plan.id {
            // Nothing is known of its begin: what is counted is from here on.
            course = EvacuationCourse(plan, cohorts: cohorts)
            tally = MoveTally()
        } else if isOwn {
            course?.decide(at: wall)
        } else {
            course?.takeOver()
            course?.change(plan, reason: nil, at: wall)
        }
        isOwn = true
        stages = Array(repeating: 0, count: cohorts)
        for number in 1...(model?.stages.count ?? 1) {
            for cohort in model?.stages.cohorts(of: number) ?? [] { stages[cohort] = number }
        }
        keep(now: now)
    }

    /// How far the cohorts are that a life before had begun.
    func take(_ entries: [PlacementEntry], of plan: PlanDecree, wall: Int64, now: Instant) {
        guard plan.state == .moving else { return }
        for entry in entries where entry.state.phase != .stable && plan.isTarget(entry.state.target) {
            mark(entry.state.phase == .joint ? .begun : .switched, cohort: entry.cohort, wall: wall, now: now)
        }
    }

    /// Something has happened that must not be lost.
    func note(now: Instant, _ change: (inout EvacuationCourse) -> Void) {
        guard course != nil else { return }
        change(&course!)
        keep(now: now)
    }

    /// A cohort has come further.
    func mark(_ mark: EvacuationCourse.Mark, cohort: Int, wall: Int64, now: Instant) {
        guard stages.indices.contains(cohort) else { return }
        isDirty = true
        if course?.mark(mark, cohort: cohort, stage: stages[cohort], at: wall) ?? false { keep(now: now) }
    }

    /// Now and then while a plan is under way.
    func tick(now: Instant) {
        if now - keptAt >= Self.pause, isDirty || tally.isDirty { keep(now: now) }
    }

    private func keep(now: Instant) {
        keptAt = now
        isDirty = false
        tally.isDirty = false
        guard let course else { return }
        // Where the journal's disk is full the figures of this life are whole all the same.
        _ = try? journal.setMeta(
            Self.key, String(decoding: ReportJSON.encode(Kept(course: course, tally: tally)), as: UTF8.self))
    }
}
