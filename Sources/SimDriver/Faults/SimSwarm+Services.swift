import Chaos
import MeshBase
import Topology

/// What is done to the services of a seed, and how they are called.
extension SimSwarm {
    /// Most requests are calls, of all classes, some under keys; now and then far more than there is room for.
    func strike(_ configuration: inout SimConfiguration, seed: UInt64) {
        var rng = Generator(seed: seed, concern: "sim.swarm.calls")
        configuration.load.services = 0.5 + 2 * rng.unit()
        configuration.load.keyed = rng.chance(0.5) ? rng.unit() : 0
        configuration.load.classes = SIMD4(0.1 + rng.unit(), rng.unit(), rng.unit(), rng.unit())
        if rng.chance(0.5) { configuration.load.worth = 0...1_000 }
        // All draws are made, whatever is left out.
        let (from, length, factor) = (
            time(upTo: duration * 0.7, &rng), time(upTo: duration / 3, &rng), 2 + 28 * rng.unit()
        )
        if rng.chance(0.4) {
            configuration.load.spike = SimLoad.Spike(from: from, to: from + length, factor: factor)
        }
    }

    /// Services that are late, err or hang, everywhere or in one cell.
    func strikes(seed: UInt64) -> [SimFault] {
        var rng = Generator(seed: seed, concern: "sim.swarm.services")
        let services = topology.blueprints.first?.services.map(\.name) ?? []
        guard !services.isEmpty else { return [] }
        var plan: [SimFault] = []
        for _ in 0..<(1 + rng.below(5)) {
            let service = services[Int(rng.below(UInt64(services.count)))]
            let cell = topology.cells[Int(rng.below(UInt64(topology.cells.count)))].name
            let text = rng.chance(0.3) ? "cell/\(cell)/service/\(service)" : "service/\(service)"
            let (base, jitter) = (time(upTo: .milliseconds(2_000), &rng), time(upTo: .milliseconds(300), &rng))
            let (ratio, status) = (0.1 + 0.9 * rng.unit(), [500, 502, 503, 504, 429][Int(rng.below(5))])
            let effect: FaultAction.Service =
                switch rng.below(3) {
                case 0: .latency(Delay(base: max(base, .milliseconds(1)), jitter: jitter))
                case 1: .errors(ratio, status: UInt16(status))
                default: .hang
                }
            let at = time(upTo: duration * 0.8, &rng)
            let length = time(upTo: duration / 2, &rng) + .milliseconds(50)
            guard let target = try? TargetSelector(text, in: topology) else { continue }
            plan.append(SimFault(at: at, FaultSpec(effect, target), for: length))
        }
        return plan
    }
}
