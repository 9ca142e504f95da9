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
        if !isHeld(key, of: service, now: now) { beginWork(key, now: now, into: &sink) }
    }

    mutating func beginWork(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        if let sampler = catalogue.waitSamplers[invocation.service], !programs.isProgram(invocation.service) {
            timers.arm(.work(key), at: now + sampler.sample(using: &waits))
        } else {
            waited(key, now: now, into: &sink)
        }
    }

    mutating func waited(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        guard !programs.isProgram(invocation.service) else { return askProgram(key, now: now, into: &sink) }
        let cpu = services[invocation.service].work.cpu
        if cpu > .zero {
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
        finish(key, invocation.deadline > now ? .rejected : .timedOut, now: now, into: &sink)
        runSteps(now: now, into: &sink)
    }

    mutating func worked(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key], invocation.stage == .working else { return }
        if invocation.isCancelled { return finish(key, .cancelled, now: now, into: &sink) }
        if let status = faults.failure(of: invocation.service) {
            return finish(key, .faulted(status), now: now, into: &sink)
        }
        let ratio = programs.isProgram(invocation.service) ? 0 : services[invocation.service].work.errors
        if ratio > 0, errors.chance(ratio) {
            finish(key, .failed, now: now, into: &sink)
        } else {
            nextCall(key, from: 0, now: now, into: &sink)
        }
    }
}
