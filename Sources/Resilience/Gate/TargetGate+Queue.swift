import MeshBase

/// With a queue before the bulkhead (C31) a target that is cut off for a while loses nothing that can wait.
extension TargetGate {
    @inline(never)
    mutating func askQueue<R: RandomNumberGenerator>(
        _ ticket: UInt64, _ policy: GatePolicy, _ priority: Priority, _ now: Instant, _ deadline: Instant,
        _ rng: inout R
    ) -> GateAnswer {
        guard let settings = policy.queue else { return enter(policy, priority, now, &rng) }
        var transition: BreakerTransition?
        var isRefused = false
        if queue.isIdle(now: now), bulkhead.hasRoom(for: priority) {
            let answer = enter(policy, priority, now, &rng)
            guard case .blocked = answer.verdict else { return answer }
            transition = answer.transition
            isRefused = true
        }
        guard deadline > now else { return GateAnswer(.blocked(.deadline, until: now), transition) }
        switch queue.put(ticket, settings, priority: priority, now: now, deadline: deadline) {
        case .queued:
            if isRefused { queue.pause(settings, now: now) }
            return GateAnswer(.wait(until: deadline, inPlaceOf: nil), transition)
        // If it is not put in time `next` says so: once it is put it has until its deadline.
        case .waits: return GateAnswer(.wait(until: deadline, inPlaceOf: nil), transition)
        case .full:
            counts.queued += 1
            return GateAnswer(.blocked(.queue, until: now + settings.pause), transition)
        }
    }

    mutating func nextOfQueue<R: RandomNumberGenerator>(
        _ policy: GatePolicy, _ settings: BackpressurePolicy, _ now: Instant, _ rng: inout R
    ) -> GateTurn? {
        if let ticket = queue.popRefused(now: now) {
            counts.queued += 1
            return GateTurn(ticket: ticket, answer: GateAnswer(.blocked(.queue, until: now + settings.pause)))
        }
        guard bulkhead.hasRoom(for: .low) else { return nil }
        switch queue.next(settings, now: now) {
        case .empty, .paused: return nil
        case .expired(let ticket):
            return GateTurn(ticket: ticket, answer: GateAnswer(.blocked(.deadline, until: now)))
        case .job(let job):
            let answer = enter(policy, job.priority, now, &rng)
            if case .blocked = answer.verdict {
                queue.putBack(job, settings, now: now)
                // It waits on; only what the breaker has to tell is told, by the next look.
                untold = answer.transition ?? untold
                return nil
            }
            return GateTurn(ticket: job.ticket, answer: answer)
        }
    }
}
