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
        hold(settings, now: now)
        answerFinished(now: now, into: &sink)
    }

    /// Breakers of edges that are held by hand; those that are held no longer decide again.
    private mutating func hold(_ settings: SettingsDocument, now: Instant) {
        let wall = WallTime(milliseconds: wall(now))
        for gate in graph.gates.indices {
            let name = gateName(gate)
            let entry = settings.breakers.last { $0.gate == name && $0.isInForce(wall) }
            // A gate that nobody has used and nobody holds stays unmade.
            guard entry != nil || graph.gates[gate] != nil else { continue }
            let until = entry.map { now + .milliseconds($0.until.milliseconds - wall.milliseconds) } ?? .distantFuture
            let hand: Breaker.Hand =
                switch entry?.mode {
                case .forcedOpen: .forcedOpen
                case .disabled: .disabled
                case .metricsOnly: .metricsOnly
                case .closed, nil: .automatic
                }
            graph.force(gate, hand, until: until, now: now)
        }
    }
}
