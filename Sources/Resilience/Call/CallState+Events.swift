import MeshBase

/// What a driver has to tell.
extension CallState {
    /// The gate has let an attempt through and it is sent: its time runs from now on.
    ///
    /// - Parameters:
    ///   - position: of the target, among those that were offered.
    ///   - timing: what the target's gate knows.
    /// - Returns: how long it may take, which is what the target is told; nil: the attempt is over, nothing may be sent and
    ///   the permit goes back.
    public mutating func sent(
        _ token: CallToken, to position: Int = 0, _ timing: TargetTiming = .unknown, in scope: inout CallScope,
        now: Instant
    ) -> TimeAmount? {
        let index = token.index
        guard live.contains(position: index), attempts[index].phase.rawValue <= Attempt.Phase.waiting.rawValue else {
            return nil
        }
        let rest = until - now
        guard rest > .zero else {
            live.remove(TargetSet(position: index))
            finish(index, isSent: false, in: &scope, now: now)
            attempts[index].phase = .over
            timeIsOver(in: &scope, now: now)
            return nil
        }
        if attempts[index].kind == .first, !isFirstSent {
            isFirstSent = true
            scope.budget.sentFirst(now: now)
        }
        var own = scope.plan.progressive.limit(timing.limit ?? scope.plan.attempt, attempt: tries - 1)
        if timing.isProbe, scope.plan.hasFallback, timing.slowAfter > .zero {
            trials.insert(TargetSet(position: index))
            own = min(own, timing.slowAfter)
        }
        let limit = min(own, rest)
        attempts[index].isCut = rest < own
        attempts[index].at = now
        attempts[index].due = now + limit
        attempts[index].overdueAt = timing.slowAfter > .zero ? now + timing.slowAfter : .distantFuture
        attempts[index].phase = .running
        place(index, at: position)
        failureShare = timing.failureShare
        if attempts[index].kind != .hedge, mayHedge {
            hedgeDelay = timing.hedgeAfter ?? scope.plan.hedge.blindDelay
            hedgeAt = roundAt + hedgeDelay * (hedges + 1)
        }
        return limit
    }

    /// The gate has no room for an attempt yet and keeps it; `sent` follows, or the call gives it up.
    ///
    /// - Parameter until: how long it may wait.
    public mutating func waiting(_ token: CallToken, at position: Int = 0, until: Instant) {
        let index = token.index
        guard live.contains(position: index), attempts[index].phase == .asked else { return }
        attempts[index].phase = .waiting
        attempts[index].due = until
        place(index, at: position)
    }

    /// The gate lets nothing through; or, without a position, none of those that were offered can be asked at all.
    ///
    /// - Parameters:
    ///   - policy: that says no.
    ///   - until: when it may be otherwise; nil: not known.
    public mutating func blocked(
        _ token: CallToken, at position: Int?, by policy: PolicyName, until: Instant? = nil, in scope: inout CallScope,
        now: Instant, using random: inout Generator
    ) {
        let index = token.index
        guard live.contains(position: index), attempts[index].phase.rawValue <= Attempt.Phase.waiting.rawValue else {
            return
        }
        if let position {
            place(index, at: position)
            blockedTargets.formUnion(attempts[index].targets)
        } else if index >= placed {
            tried.formUnion(offered)
            blockedTargets.formUnion(offered)
        }
        block(index, by: policy, until: until, in: &scope, now: now, using: &random)
    }

    /// An attempt has ended.
    ///
    /// - Returns: what it counts for at its target: once for each attempt, an overdue one has been counted already; nothing
    ///   where the order counts calls.
    @discardableResult public mutating func ended(
        _ token: CallToken, _ end: AttemptEnd, in scope: inout CallScope, now: Instant, using random: inout Generator
    ) -> Mark {
        let index = token.index
        guard live.contains(position: index) else { return .nothing }
        let mark = judge(index, end, now: now)
        over(index, end, mark, in: &scope, now: now, using: &random)
        return order.records == .call ? .nothing : mark
    }

    /// The timer that the call has armed fires.
    public mutating func elapsed(in scope: inout CallScope, now: Instant, using random: inout Generator) {
        armedAt = .distantFuture
        guard settlement == nil else { return }
        noteOverdue(now: now)
        var rest = live
        while let index = rest.popFirst() {
            // What ends with the call's own time is the call's to end, and says nothing of the target.
            guard settlement == nil, attempts[index].due <= now, !attempts[index].isCut else { continue }
            untoldCancels.insert(TargetSet(position: index))
            if attempts[index].phase == .running {
                attempts[index].reason = .limit
                limitIsOver(index, in: &scope, now: now, using: &random)
            } else {
                attempts[index].reason = .acquire
                attempts[index].mark = .nothing
                blockedTargets.formUnion(attempts[index].targets)
                block(index, by: .bulkhead, until: nil, in: &scope, now: now, using: &random)
            }
        }
        if settlement == nil, now >= until { timeIsOver(in: &scope, now: now) }
    }

    /// Nobody wants the answer any more.
    public mutating func withdrawn(in scope: inout CallScope, now: Instant) {
        guard settlement == nil else { return }
        lastMark = .nothing
        settle(.withdrawn, .withdrawn, in: &scope, now: now)
    }

    /// The targets are others from now on: the customer has moved. What is still out goes on; whoever was asked before may
    /// be asked again; but for a key that only one of the former targets knows.
    ///
    /// - Parameter targets: how many, 0...16.
    public mutating func retarget(_ targets: Int) { retarget(among: TargetSet(count: targets)) }

    /// As `retarget(_:)`, where some of the targets are known to be out of reach.
    ///
    /// - Parameter targets: the others, by position.
    public mutating func retarget(among targets: TargetSet) {
        all = targets
        tried = []
        blockedTargets = []
        // Whoever knew of the key is not among them any more, as far as anybody can tell.
        if bound != nil { isSpent = true }
        bound = nil
        placed = used
        for index in 0..<used { attempts[index].target = Attempt.nowhere }
    }

    private mutating func place(_ index: Int, at position: Int) {
        guard index >= placed else { return }
        attempts[index].target = UInt8(truncatingIfNeeded: position)
        tried.formUnion(attempts[index].targets)
    }

    /// A timer that is late by half of what is slow and more was held up by this process.
    private mutating func noteOverdue(now: Instant) {
        guard order.records == .attempt else { return }
        var rest = live
        while let index = rest.popFirst() {
            let attempt = attempts[index]
            guard attempt.overdueAt <= now, attempt.lateness == .none else { continue }
            if now - attempt.overdueAt > (attempt.overdueAt - attempt.at) / 2 {
                attempts[index].lateness = .stalled
            } else {
                attempts[index].lateness = .counted
                untoldOverdue.insert(TargetSet(position: index))
            }
        }
    }

    private mutating func limitIsOver(
        _ index: Int, in scope: inout CallScope, now: Instant, using random: inout Generator
    ) {
        let attempt = attempts[index]
        let end = AttemptEnd(.failed, .timeout)
        // Late by half of the limit: the answer may have come while this process stood still.
        let isStalled = attempt.lateness == .stalled || now - attempt.due > (attempt.due - attempt.at) / 2
        // Also where slow calls are counted and this one's limit came before: else a hang would count nothing at all.
        let mark: Mark = isStalled || attempt.lateness == .counted ? .nothing : .failure
        attempts[index].mark = order.records == .call ? .nothing : mark
        scope.counters.attemptTimeouts += 1
        over(index, end, mark, in: &scope, now: now, using: &random)
    }

    /// What an attempt counts for when it ends.
    @inline(__always) private func judge(_ index: Int, _ end: AttemptEnd, now: Instant) -> Mark {
        let attempt = attempts[index]
        let isByCall = order.records == .call
        guard attempt.lateness != .counted else { return .nothing }
        let countsSlow = attempt.phase == .running && attempt.overdueAt < .distantFuture
        guard countsSlow, now > attempt.overdueAt, end.outcome != .ignored, end.outcome != .cancelled else {
            // Where calls are counted nothing is told of an attempt that is overdue, and so nothing has been counted.
            return end.mark(countsSlow: countsSlow && !isByCall)
        }
        // It is slow and no timer has said so: this one is as late, or it was held up and says nothing.
        let isLate = now - attempt.overdueAt > (attempt.overdueAt - attempt.at) / 2
        guard attempt.lateness == .stalled || isLate && !isByCall else { return .slow }
        return end.outcome == .slow ? .success : end.mark(countsSlow: true)
    }
}
