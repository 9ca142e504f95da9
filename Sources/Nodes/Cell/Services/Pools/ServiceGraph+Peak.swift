import MeshBase
import Resilience

/// Larger sizes for a time that is foreseen (C32): pools, their shedding, connections, memory, and the gates of edges, all together.
extension ServiceGraph {
    /// What was told of peaks has changed, or not.
    mutating func set(peak: PeakEntry?, now: Instant, wall: WallTime) {
        guard !peaks.profiles.isEmpty else { return }
        let before = (peaks.current, peaks.step)
        let event = peaks.set(peak, now: now, wall: wall)
        if peaks.current != before.0, before.1 > 0 { resize(toward: before.0, step: 0, now: now) }
        tell(event)
        stepPeak(now: now)
    }

    mutating func lookAtPeaks(now: Instant) {
        guard peaks.looks else { return }
        tell(peaks.look(calls: entered, now: now))
        stepPeak(now: now)
    }

    /// Takes the steps that are due.
    mutating func stepPeak(now: Instant) {
        let before = peaks.step
        while now >= peaks.nextStep { tell(peaks.advance(now: now)) }
        if peaks.step != before { resize(toward: peaks.current, step: peaks.step, now: now) }
        if peaks.nextStep != .distantFuture {
            timers.arm(.peak, at: peaks.nextStep)
        } else {
            timers.cancel(.peak)
        }
    }

    private mutating func tell(_ event: PeakRamp.Event?) {
        if let event { news.append(.peak(peaks.profiles[peaks.current].name, event)) }
    }

    private mutating func resize(toward profile: Int, step: Int, now: Instant) {
        let peak = peaks.profiles[profile]
        for (service, size) in peak.pools.enumerated() {
            guard let size else { continue }
            // Where its size follows the load, it begins anew from its usual one.
            dynamicPools[service] = nil
            let sizes = PeakSizes(services[service].pool).toward(size, step: step)
            resize(service, workers: sizes.workers, queue: sizes.queue, now: now)
        }
        if let usual = policies.memory, let most = peak.memory {
            memory.resize(to: PeakSizes.between(usual, most, step))
        }
        for (number, use) in policies.connections.enumerated() {
            // What all cells share is nobody's to make larger.
            guard use.shared == nil, let most = peak.connections[use.name] else { continue }
            connections[number].resize(to: PeakSizes.between(use.policy.most, most, step))
            while handOut(number, now: now) {}
        }
        for gate in routes.gates.indices where usualGates[gate] != peaks.gates[profile][gate] {
            routes.set(usualGates[gate].toward(peaks.gates[profile][gate], step: step), at: gate)
            gates[gate]?.resize(routes.gates[gate].policy, now: now)
            steps.append(.turns(gate))
        }
    }
}
