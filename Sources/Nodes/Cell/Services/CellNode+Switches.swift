import MeshBase
import Resilience

/// Settings that were made by hand, as the cell's services go by them.
extension CellNode {
    /// Puts flags, levels and held breakers in force, in place of those before; what has ended is left out.
    mutating func switchEdges(_ settings: SettingsDocument, now: Instant, into sink: inout some CellSink) {
        let region = topology.regions[topology.cells[cell.position].region].name
        let changes = graph.switches.set(
            settings, at: SettingsPlace(region: region, cell: name), now: WallTime(milliseconds: wall(now)))
        for change in changes.flags { sink.emit(.flag(cell: name, change)) }
        if let change = changes.level { sink.emit(.degradation(cell: name, change)) }
        lookAtQualities(now: now, into: &sink)
        for change in heldBreakers.update(settings) { hold(change, now: now) }
        answerFinished(now: now, into: &sink)
    }

    private mutating func hold(_ change: HeldBreakers.Change, now: Instant) {
        let name = "\(name)/\(change.gate)"
        guard let gate = graph.gates.indices.first(where: { graph.gateName($0) == name }) else { return }
        graph.hold(gate, change.hold, now: now, wallOffset: wallOffset)
    }
}
