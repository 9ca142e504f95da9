import MeshBase
import Sharding
import Topology

/// What an operator does to the mesh of a seed, and how often the control plane that does it ends in the midst of it.
extension SimSwarm {
    /// - Parameter busy: faults of processes that are planned already; those drawn here are added.
    func moves(seed: UInt64, _ busy: inout [SimFault]) -> [SimFault] {
        var rng = Generator(seed: seed, concern: "sim.swarm.moves")
        var plan = evacuations(&rng) + customers(&rng)
        let starts = plan.map(\.at)
        plan += ends(after: starts, &rng, &busy)
        // Drawn by themselves: without them a seed is what it was.
        var cells = Generator(seed: seed, concern: "sim.swarm.cells")
        return plan + changes(&cells)
    }

    /// Cells come into a region, and go.
    private func changes(_ rng: inout Generator) -> [SimFault] {
        var plan: [SimFault] = []
        for _ in 0..<[0, 0, 1, 1, 2][Int(rng.below(5))] {
            let at = time(upTo: duration * 0.7, &rng)
            let cell = topology.cells[Int(rng.below(UInt64(topology.cells.count)))]
            let region = topology.regions[cell.region].name
            plan.append(operate(rng.chance(0.6) ? .add(region) : .drain(cell.name), at: at))
            let back = at + time(upTo: duration, &rng)
            if rng.chance(0.3), back < duration { plan.append(operate(.add(region), at: back)) }
        }
        return plan
    }

    /// Regions are left and returned to, now and then at once, and taken back half-way.
    private func evacuations(_ rng: inout Generator) -> [SimFault] {
        let placement = Placement(topology)
        let regions = topology.regions.indices.filter { placement.geographyWithoutCells(evacuated: [$0]) == nil }
        guard !regions.isEmpty else { return [] }
        var plan: [SimFault] = []
        for _ in 0..<[0, 1, 1, 1, 2][Int(rng.below(5))] {
            let region = topology.regions[regions[Int(rng.below(UInt64(regions.count)))]].name
            let at = time(upTo: duration * 0.7, &rng)
            plan.append(operate(.evacuate(region), at: at))
            // All draws are made, whatever is left out.
            let abort = at + time(upTo: .seconds(4), &rng)
            let restore = at + time(upTo: duration, &rng)
            if rng.chance(0.3), abort < duration { plan.append(operate(.abort, at: abort)) }
            if rng.chance(0.4), restore < duration { plan.append(operate(.restore(region), at: restore)) }
        }
        return plan
    }

    /// Single customers go to cells of their geography, and home again.
    private func customers(_ rng: inout Generator) -> [SimFault] {
        guard topology.customers.count > 0 else { return [] }
        let placement = Placement(topology)
        var plan: [SimFault] = []
        for _ in 0..<rng.below(5) {
            // The most popular ones are asked for.
            let number = 1 + Int(rng.below(UInt64(min(topology.customers.count, 30))))
            let geography = placement.geography(of: CustomerHash(number: number))
            var cells = topology.cells.indices.filter { cell in
                geography == nil || topology.regions[topology.cells[cell].region].geography == geography
            }
            let size = rng.chance(0.7) ? topology.sharding.size : 1 + Int(rng.below(5))
            var chosen: [Int] = []
            while chosen.count < size, !cells.isEmpty {
                chosen.append(cells.remove(at: Int(rng.below(UInt64(cells.count)))))
            }
            let at = time(upTo: duration * 0.8, &rng)
            let back = at + time(upTo: duration / 2, &rng)
            plan.append(operate(.customer(number, chosen), at: at))
            if rng.chance(0.5), back < duration { plan.append(operate(.home(number), at: back)) }
        }
        return plan
    }

    /// The control plane ends, or stands still, at any time: half of the times soon after it was told to do something.
    private func ends(
        after starts: [TimeAmount], _ rng: inout Generator, _ busy: inout [SimFault]
    ) -> [SimFault] {
        guard rng.chance(0.6) else { return [] }
        var plan: [SimFault] = []
        for _ in 0..<(1 + rng.below(5)) {
            var at = time(upTo: duration * 0.9, &rng)
            let soon = time(upTo: .seconds(2), &rng)
            if let start = starts.isEmpty ? nil : starts[Int(rng.below(UInt64(starts.count)))], rng.chance(0.5) {
                at = min(start + soon, duration * 0.9)
            }
            let length = time(upTo: .milliseconds(1_500), &rng) + .milliseconds(20)
            let fault = SimFault(at: at, rng.chance(0.75) ? .kill : .pause, Simulation.controlName, for: length)
            guard leavesEnough(fault, busy) else { continue }
            busy.append(fault)
            plan.append(fault)
        }
        return plan
    }

    private func operate(_ move: SimMove, at: TimeAmount) -> SimFault {
        SimFault(at: at, .operate(move), Simulation.controlName)
    }
}
