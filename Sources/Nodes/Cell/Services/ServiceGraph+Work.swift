import MeshBase
import Topology
import Wire

/// The own work of an invocation: waiting, then processor time, then perhaps an error.
extension ServiceGraph {
    mutating func work(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        let service = invocation.service
        guard invocation.deadline > now else {
            counters[service].expired += 1
            return finish(key, .timedOut, now: now, into: &sink)
        }
        invocations[key]?.stage = .working
        invocations[key]?.startedAt = now
        noteBegin(invocation)
        if qualities.isActive { choose(key, now: now) }
        if policies.connectionOf[service] < 0 || connect(key, invocation, now: now, into: &sink) {
            connected(key, now: now, into: &sink)
        }
    }

    /// It has all that its own work needs.
    mutating func connected(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        if invocation.isCancelled { return finish(key, .cancelled, now: now, into: &sink) }
        if isStruck(key), isHeld(key, of: invocation.service, now: now) { return }
        beginWork(key, now: now, into: &sink)
    }

    mutating func beginWork(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        if let sampler = ownWork(invocation).wait, !programs.isProgram(invocation.service) {
            var wait = sampler.sample(using: &waits)
            if invocation.served.percent < 100 { wait = wait * invocation.served.quality }
            timers.arm(.work(key), at: now + wait)
        } else {
            waited(key, now: now, into: &sink)
        }
    }

    mutating func waited(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        guard !programs.isProgram(invocation.service) else { return askProgram(key, now: now, into: &sink) }
        var cpu = ownWork(invocation).cpu
        if cpu > .zero {
            if invocation.served.percent < 100 { cpu = cpu * invocation.served.quality }
            sink.burn(ProcessorQueue.Order(ticket: key.rawValue, amount: cpu, deadline: invocation.deadline))
        } else {
            worked(key, now: now, into: &sink)
        }
    }

    /// The processor time that a call asked for has been used.
    mutating func burned(_ ticket: UInt64, now: Instant, into sink: inout some CellSink) {
        worked(SlabKey(rawValue: ticket), now: now, into: &sink)
        runSteps(now: now, into: &sink)
    }

    /// No processor time was to be had for a call: it ends as what is turned away.
    mutating func burnRefused(_ ticket: UInt64, now: Instant, into sink: inout some CellSink) {
        let key = SlabKey(rawValue: ticket)
        guard let invocation = invocations[key], invocation.stage == .working else { return }
        finish(key, invocation.deadline > now ? .rejected(.processor) : .timedOut, now: now, into: &sink)
        runSteps(now: now, into: &sink)
    }

    mutating func worked(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key], invocation.stage == .working else { return }
        if case .held = invocation.connection { disconnect(key, now: now) }
        if qualities.isActive { measure(invocation, now: now) }
        if invocation.isCancelled { return finish(key, .cancelled, now: now, into: &sink) }
        if invocation.served.rung == 0, let status = faults.failure(of: invocation.service) {
            return finish(key, .faulted(status), now: now, into: &sink)
        }
        let ratio = programs.isProgram(invocation.service) ? 0 : ownWork(invocation).errors
        if ratio > 0, errors.chance(ratio) {
            finish(key, .failed, now: now, into: &sink)
        } else if invocation.served.rung > 0 {
            // Its calls belong to the best way.
            finish(key, .ok, now: now, into: &sink)
        } else {
            nextCall(key, from: 0, now: now, into: &sink)
        }
    }
}
