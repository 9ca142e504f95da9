import Chaos
import MeshBase
import Wire

/// Faults on services: they hold the own work of an invocation back, or make it fail. Who is held has its worker.
extension ServiceGraph {
    /// Replaces the faults in force; what they held back and hold no more goes on now.
    mutating func strike(_ effects: [ServiceEffect], now: Instant, into sink: inout some CellSink) {
        for key in faults.replace(effects) {
            timers.cancel(.held(key))
            goOn(key, now: now, into: &sink)
        }
        runSteps(now: now, into: &sink)
    }

    /// Asked once when the work of a call is about to begin.
    /// - Returns: whether a fault holds it back.
    mutating func isHeld(_ key: SlabKey, of service: Int, now: Instant) -> Bool {
        let work = faults.slowness > 1 ? invocations[key].map { ownWork($0).mean } ?? .zero : .zero
        switch faults.hold(key, of: service, work: work) {
        case .none: return false
        case .delayed(let amount): timers.arm(.held(key), at: now + amount)
        case .hung: break
        }
        return true
    }

    /// The delay of a call is over.
    mutating func delayOver(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let service = invocations[key]?.service, faults.release(key, of: service) else { return }
        goOn(key, now: now, into: &sink)
    }

    /// The work of a call that was held back begins, unless it would be for nothing.
    private mutating func goOn(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        if invocation.isCancelled { return finish(key, .cancelled, now: now, into: &sink) }
        guard invocation.deadline > now else { return finish(key, .timedOut, now: now, into: &sink) }
        beginWork(key, now: now, into: &sink)
    }
}
