import Consensus
import Evacuation
import MeshBase
import Sharding
import Topology

/// Who decides: no cell of a region that is being left, and none that has lost the disk on which it had promised.
extension Coordinator {
    /// Ends or begins a replacement of deciders, where one is needed; whether moves may go on.
    mutating func tendDeciders(now: Instant, into sink: inout some CoordinatorSink) -> Bool {
        guard deciderChange == nil else { return false }
        guard let set = deciders, now >= decidersAt else { return true }
        let lost = lostDeciders
        let leaving = set.successors.filter { isLeaving($0.cell) }
        guard set.isJoint || !lost.isEmpty || !leaving.isEmpty else { return true }
        progress.step = "deciders"
        var chosen = set.successors.filter { !lost.contains($0) && !leaving.contains($0) }
        if !set.isJoint {
            guard let all = filled(chosen, now: now, into: &sink) else { return false }
            chosen = all
        } else {
            // What is under way comes to its end first.
            chosen = set.successors
        }
        guard !chosen.isEmpty, set.isJoint || chosen != set.successors else { return true }
        let decrees = [DecreeName.plan] + ledger.table.entries.indices.map { DecreeName.cohort($0) }
        var change = DeciderChange(to: chosen, from: set, decrees: decrees)
        let step = change.begin()
        deciderChange = change
        perform(step, now: now, into: &sink)
        return false
    }

    /// Whether a cell is being left by the open plan.
    private func isLeaving(_ cell: CellIndex) -> Bool {
        guard case .some(.some(let plan)) = plan, plan.state != .reversing else { return false }
        return isLeft(cell, by: plan)
    }

    /// So many deciders as the topology wants, or fewer where fewer cells can be asked; nil while it is open who can.
    private mutating func filled(
        _ kept: [Decider], now: Instant, into sink: inout some CoordinatorSink
    ) -> [Decider]? {
        var chosen = kept
        // Those that have customers, whichever cohort's.
        let used = CellUse(ledger.table, topology).settled
        var candidates = topology.cells.indices.filter { position in
            let cell = CellIndex(position)
            return used.contains(cell) && !isLeaving(cell) && topology.blueprint(of: cell).store != nil
                && links[position].isAlive && !chosen.contains { $0.cell == cell }
        }
        // A link that is about to be there is waited for: few deciders outlive little.
        if candidates.contains(where: { links[$0].state != .up && links[$0].failures < 2 }) { return nil }
        candidates.removeAll { links[$0].state != .up }
        // The region with the fewest deciders gives the next one.
        func count(_ region: Int) -> Int { chosen.count { topology.cells[$0.cell.position].region == region } }
        let wanted = min(max(topology.deciders, 1), DeciderSet.sideLimit)
        while chosen.count < wanted, !candidates.isEmpty {
            let best = candidates.min { a, b in
                (count(topology.cells[a].region), a) < (count(topology.cells[b].region), b)
            }!
            candidates.removeAll { $0 == best }
            guard let store = stores[UInt16(best)] else {
                identify(CellIndex(best), now: now, into: &sink)
                return nil
            }
            chosen.append(Decider(cell: CellIndex(best), store: store))
        }
        // An odd number decides with fewer; where cells are few, so be it.
        if chosen.count.isMultiple(of: 2), chosen.count > 1 { chosen.removeLast() }
        return chosen.sorted { $0.cell < $1.cell }
    }
}
