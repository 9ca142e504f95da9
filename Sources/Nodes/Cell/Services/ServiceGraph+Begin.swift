import MeshBase
import Resilience
import Topology

/// How a call of a service begins: what admits it, its place in the pool, and the time that it has.
extension ServiceGraph {
    @discardableResult
    mutating func begin(
        _ invocation: Invocation, request: ProgramRequest? = nil, now: Instant, into sink: inout some CellSink
    ) -> SlabKey? {
        let service = invocation.service
        if !invocation.isProbe { counters[service].calls += 1 }
        if !pools[service].hasFreeWorker { strains[service].isFull = true }
        guard admits(invocation, now: now) else {
            count(invocation, .shed(invocation.priority))
            answer(invocation, .shed(invocation.priority))
            return nil
        }
        guard let held = take(for: invocation, request) else {
            notePool(.refused, invocation, "the memory of this cell is taken; ", now: now)
            count(invocation, .rejected(.memory))
            answer(invocation, .rejected(.memory))
            return nil
        }
        var invocation = invocation
        invocation.held = held
        guard let key = invocations.insert(invocation) else {
            notePool(.refused, invocation, "no room for calls in this cell; ", now: now)
            memory.giveBack(held)
            count(invocation, .rejected(.calls))
            answer(invocation, .rejected(.calls))
            return nil
        }
        keepRequest(request, of: key, invocation)
        switch pools[service].admit(key, rank: invocation.priority.rawValue, now: now) {
        case .run:
            notePool(.admitted, invocation, now: now)
            if policies.isOn(.deadline) { expire(key, invocation, isRunning: true) }
            poolBegan(service, now: now)
            work(key, now: now, into: &sink)
        case .queued:
            notePool(.waited, invocation, now: now)
            expire(key, invocation, isRunning: false)
        case .rejected:
            notePool(.refused, invocation, now: now)
            leave(key, .rejected(.full), now: now)
        case .displaced(let other):
            notePool(.waited, invocation, now: now)
            if let other = invocations[other] { notePool(.refused, other, "gave way; ", now: now) }
            leave(other, .rejected(.displaced), now: now)
        }
        return key
    }

    /// Sees to it that a call of somebody outside is answered when its time is up, whatever it does then; a call of another
    /// service has the limit of its caller's attempt.
    mutating func expire(_ key: SlabKey, _ invocation: Invocation, isRunning: Bool) {
        if case .attempt = invocation.owner { return }
        guard invocation.deadline != .distantFuture else { return }
        if isRunning, invocation.endsByItself { return }
        timers.arm(.expiry(key), at: invocation.deadline)
    }

    mutating func expired(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        switch invocation.stage {
        case .queued:
            pools[invocation.service].withdraw { $0 == key }
            counters[invocation.service].expired += 1
            leave(key, .timedOut, now: now)
        case .working, .calling, .compensating:
            // Answered now; the worker is held to the end of the work, which answers nobody.
            forget(invocation)
            let outcome = invocation.failure ?? .timedOut
            noteEnd(invocation, outcome, now: now)
            invocations[key]?.answered = outcome
            answer(invocation, outcome)
            giveUp(key, why: .timeout, now: now, into: &sink)
        }
    }
}
