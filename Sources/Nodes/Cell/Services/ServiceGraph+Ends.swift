import MeshBase
import Resilience
import Wire

/// How a call of a service ends: what it held is given back, it is counted, and whoever asked is told.
extension ServiceGraph {
    /// A call that has ended.
    struct End {
        let owner: Invocation.Owner
        let service: Int
        let customer: CustomerHash
        /// Whether twice is as once.
        let safety: CallSafety
        let outcome: ServiceOutcome
        let results: EdgeResults
        let blame: EdgeBlame?
        /// When it was asked for.
        let began: Instant
        /// How much of its work it did.
        let served: Served
        /// Of the program that it is.
        var answer: ProgramAnswer?
        /// Under what its answer is kept; nil: it is not.
        var kept: CustomerHash?
        /// Nil where nobody follows it.
        var trace: FrameTrace?
        /// Whether something was begun for it that leaves a trace, or may have.
        var hasEffects = true

        /// It may have been carried out, and twice is not as once.
        var mustNotBeRepeated: Bool { safety == .once && hasEffects }

        /// Whether less than all may have been answered; false is certain.
        var mayBeDegraded: Bool { served != .full || !results.isPlain }
    }

    mutating func leave(_ key: SlabKey, _ outcome: ServiceOutcome, now: Instant) {
        guard let invocation = remove(key) else { return }
        noteEnd(invocation, outcome, now: now)
        timers.cancel(.expiry(key))
        _ = programs.forget(key)
        count(invocation, outcome)
        if !invocation.isProbe { figures.ended(service: invocation.service, took: now - invocation.began) }
        answer(invocation, outcome)
    }

    mutating func finish(
        _ key: SlabKey, _ outcome: ServiceOutcome, now: Instant, into sink: inout some CellSink
    ) {
        if qualities.isActive {
            if outcome != .ok, falls(key, outcome, now: now, into: &sink) { return }
            if outcome == .ok, let invocation = invocations[key] { keepOwnAnswer(invocation, now: now) }
        }
        guard let invocation = remove(key) else { return }
        timers.cancel(.work(key))
        timers.cancel(.expiry(key))
        faults.forget(key, of: invocation.service)
        if case .held = invocation.connection { giveBackConnection(of: invocation, now: now) }
        count(invocation, invocation.answered ?? outcome)
        if !invocation.isProbe { figures.ended(service: invocation.service, took: now - invocation.began) }
        if let extra = invocation.extra { counters[invocation.service].count(extra, now - invocation.startedAt) }
        if invocation.answered == nil { noteEnd(invocation, outcome, now: now) }
        if hasDynamicPools {
            dynamicPools[invocation.service]?.ended(
                invocation.answered ?? outcome, took: now - invocation.startedAt, now: now)
        }
        let release = pools[invocation.service].release(now: now)
        answer(invocation, outcome, programs.forget(key))
        take(release, of: invocation.service, now: now)
    }

    private mutating func remove(_ key: SlabKey) -> Invocation? {
        guard let invocation = invocations.remove(key) else { return nil }
        if invocation.held > 0 { memory.giveBack(invocation.held) }
        if invocation.request == nil, requestCaches.count > 0 { requestCaches.ended(key) }
        forget(invocation)
        return invocation
    }

    /// Whoever asked can give it up no longer.
    mutating func forget(_ invocation: Invocation) {
        guard case .asker(.frame(let link, let request)) = invocation.owner else { return }
        asked[Asked(link: link, request: request)] = nil
    }

    /// A probe is no customer's call: what came of it its probe counts.
    mutating func count(_ invocation: Invocation, _ outcome: ServiceOutcome) {
        if !invocation.isProbe { counters[invocation.service].count(outcome) }
    }

    mutating func answer(
        _ invocation: Invocation, _ outcome: ServiceOutcome, _ answer: ProgramAnswer? = nil
    ) {
        switch invocation.owner {
        case .nobody: break
        case .asker, .probe:
            score(invocation, outcome)
            finished.append(
                End(
                    owner: invocation.owner, service: invocation.service, customer: invocation.customer,
                    safety: invocation.safety, outcome: outcome, results: invocation.results, blame: invocation.blame,
                    began: invocation.began,
                    served: invocation.served, answer: answer, kept: invocation.kept, trace: invocation.trace,
                    hasEffects: invocation.hasEffects || outcome.mayLeaveTraces))
        case .attempt(let attempt):
            noteFailed(invocation, outcome)
            steps.append(
                .attemptEnded(attempt, .init(outcome: outcome, blame: invocation.blame, served: invocation.served)))
        }
    }
}
