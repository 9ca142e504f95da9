import MeshBase

/// How a group of calls ended.
public enum JoinResult: Sendable, Equatable {
    /// Each member answered by itself.
    case complete
    /// Core members answered; some uncritical one was replaced by its fallback.
    case partial
    /// The caller fails.
    case failed(JoinFailure)

    /// The word that metrics have for it.
    public var name: StaticString {
        switch self {
        case .complete: "complete"
        case .partial: "partial"
        case .failed: "failed"
        }
    }
}

/// Why a group failed its caller.
public enum JoinFailure: Sendable, Equatable {
    /// A core member failed; the first that did.
    case member(Int)
    /// A core member was not done when the group's time was up; the first of them.
    case late(Int)
    /// Nobody waits for the caller any more.
    case withdrawn
}

/// What the holder does after an event, in this order. Sets are disjoint but for `cancel` and `replace`.
public struct JoinStep: Sendable, Equatable {
    /// Calls to start now, all at once.
    public var start = JoinMembers()
    /// Calls to cancel; they end no more.
    public var cancel = JoinMembers()
    /// Members whose fallback stands in; what they may still answer is not used.
    public var replace = JoinMembers()
    /// Calls to undo, as they were done and are not used. With a failure it comes with `settle` and is everything that
    /// was done and can be undone; afterwards it is a call that ended when it was no longer waited for.
    public var compensate = JoinMembers()
    /// When `elapsed` is due; replaces the time told before. Nil: no change, and a call at the old time does nothing.
    public var timer: Instant?
    /// The group's end; told exactly once.
    public var settle: JoinResult?

    /// Nothing to do.
    public static let none = JoinStep()
}

/// One group of calls under way: who is out, who is done, who is waited for.
///
///     var join = JoinState()
///     perform(join.begin(plan, now: now))
///     // for each event:
///     perform(join.ended(2, ok: true, plan, now: now))
///     perform(join.elapsed(plan, now: now))
///
/// A failed core member ends the group. What runs then is cancelled, except what can be undone: that is awaited, for a
/// call that is cancelled may have been done. Only when it has ended is the failure told, together with all that is to be
/// undone. An uncritical member that is replaced while it runs and can be undone is let run too, without holding up
/// anybody, and undone when it turns out to be done; `isOver` tells when there is none left.
///
/// A value of 42 bytes; no event allocates. Time must not run backwards.
public struct JoinState: Sendable, Equatable {
    /// Out, and their answers are used.
    public private(set) var running = JoinMembers()
    /// Ended well, and used.
    public private(set) var done = JoinMembers()
    /// Their fallback stands in.
    public private(set) var replaced = JoinMembers()
    /// Out, not used, and to be undone should they end well.
    public private(set) var awaited = JoinMembers()
    /// The failure that will be told when nothing is awaited any more.
    private var failure: JoinFailure?
    /// Done, and to be undone when the failure is told.
    private var compensable = JoinMembers()
    private var began = Instant.zero
    /// When the last core member was done; of a group without any, its begin.
    private var coreDone: Instant?
    /// Whether the end was told.
    public private(set) var isSettled = false

    /// A group that has not begun.
    public init() {}

    /// Whether the end was told and no call is out.
    public var isOver: Bool { isSettled && awaited.isEmpty }

    /// Starts all members. Once.
    public mutating func begin(_ plan: JoinPlan, now: Instant) -> JoinStep {
        guard running.isEmpty, !isSettled, done.isEmpty, failure == nil else { return .none }
        began = now
        running = .first(plan.members.count)
        if plan.core.isEmpty { coreDone = now }
        return JoinStep(start: running, timer: nextTimer(plan))
    }

    /// A member's call has ended, its retries and hedges with it. Of one that was cancelled or has ended, nothing.
    public mutating func ended(_ member: Int, ok: Bool, _ plan: JoinPlan, now: Instant) -> JoinStep {
        guard plan.members.indices.contains(member) else { return .none }
        if awaited.contains(member) { return endedLate(member, ok: ok) }
        guard running.contains(member), failure == nil else { return .none }
        running.remove(member)
        var step = JoinStep()
        if ok {
            done.insert(member)
        } else if plan.members[member].isCore {
            return fail(.member(member), plan)
        } else {
            replaced.insert(member)
            step.replace.insert(member)
        }
        if coreDone == nil, plan.core.isSubset(of: done) {
            coreDone = now
            step.timer = nextTimer(plan)
        }
        // A member that is waited for no longer than the core ones is given up in the same step.
        join(dueAt: now, plan, &step)
        settleIfDone(&step)
        return step
    }

    /// The time told has come. Earlier, and when it was replaced, nothing happens.
    public mutating func elapsed(_ plan: JoinPlan, now: Instant) -> JoinStep {
        guard !running.isEmpty, failure == nil, !isSettled else { return .none }
        var step = JoinStep()
        if let within = plan.within, now >= began + within {
            let late = running.intersection(plan.core)
            if let first = late.first(where: { _ in true }) { return fail(.late(first), plan) }
            giveUp(running, plan, &step)
        } else {
            join(dueAt: now, plan, &step)
        }
        settleIfDone(&step)
        if !isSettled { step.timer = nextTimer(plan) }
        return step
    }

    /// Nobody waits for the caller: its deadline has passed or its client has left.
    public mutating func withdrawn(_ plan: JoinPlan) -> JoinStep {
        guard !isSettled, failure == nil else { return .none }
        return fail(.withdrawn, plan)
    }

    // MARK: Ends

    private mutating func fail(_ why: JoinFailure, _ plan: JoinPlan) -> JoinStep {
        var step = JoinStep()
        failure = why
        step.cancel = running.subtracting(plan.compensated)
        // One that was replaced already may be awaited too; it only becomes one that the failure waits for.
        awaited.formUnion(running.intersection(plan.compensated))
        compensable = done.intersection(plan.compensated)
        running = JoinMembers()
        tellFailure(&step)
        return step
    }

    private mutating func endedLate(_ member: Int, ok: Bool) -> JoinStep {
        awaited.remove(member)
        var step = JoinStep()
        if failure != nil, !isSettled {
            if ok { compensable.insert(member) }
            tellFailure(&step)
        } else if ok {
            step.compensate.insert(member)
        }
        return step
    }

    private mutating func tellFailure(_ step: inout JoinStep) {
        guard let failure, awaited.isEmpty else { return }
        isSettled = true
        step.compensate = compensable
        compensable = JoinMembers()
        step.settle = .failed(failure)
    }

    private mutating func settleIfDone(_ step: inout JoinStep) {
        guard running.isEmpty, !isSettled else { return }
        isSettled = true
        step.timer = nil
        step.settle = replaced.isEmpty ? .complete : .partial
    }

    // MARK: Time

    /// Gives up the uncritical members whose time is up.
    private mutating func join(dueAt now: Instant, _ plan: JoinPlan, _ step: inout JoinStep) {
        guard let coreDone else { return }
        var late = JoinMembers()
        for member in running {
            if let within = plan.members[member].within, now >= coreDone + within { late.insert(member) }
        }
        giveUp(late, plan, &step)
    }

    private mutating func giveUp(_ late: JoinMembers, _ plan: JoinPlan, _ step: inout JoinStep) {
        running.subtract(late)
        replaced.formUnion(late)
        step.replace.formUnion(late)
        step.cancel.formUnion(late.subtracting(plan.compensated))
        awaited.formUnion(late.intersection(plan.compensated))
    }

    /// The earliest time at which somebody is waited for no longer.
    private func nextTimer(_ plan: JoinPlan) -> Instant? {
        var earliest = plan.within.map { began + $0 }
        guard let coreDone else { return earliest }
        for member in running where !plan.core.contains(member) {
            guard let within = plan.members[member].within else { continue }
            let due = coreDone + within
            earliest = earliest.map { min($0, due) } ?? due
        }
        return earliest
    }

    /// How the group stands or ended: `partial: 2 done, 1 replaced, 0 out of 3 after 102 ms`.
    public func explanation(_ plan: JoinPlan, now: Instant) -> Explanation {
        let word: String
        switch failure {
        case .member(let member): word = "failed by member \(member)"
        case .late(let member): word = "failed: member \(member) was not done within the group's time"
        case .withdrawn: word = "withdrawn"
        case nil: word = isSettled ? (replaced.isEmpty ? "complete" : "partial") : "waiting"
        }
        let elapsed = (now - began).milliseconds
        return Explanation(
            "\(word): \(done.count) done, \(replaced.count) replaced, \(running.count + awaited.count) out, "
                + "of \(plan.members.count) after \(elapsed) ms",
            [
                .init("done", Double(done.count)), .init("replaced", Double(replaced.count)),
                .init("out", Double(running.count + awaited.count)), .init("elapsed_ms", elapsed),
            ])
    }
}
