import MeshBase
import Nodes
import Reports

extension RouterHost {
    /// How its attempts at each cell ended.
    var figures: CellFiguresPage {
        var cells: [String: CellFiguresPage.Cell] = [:]
        for (position, cell) in node.pointee.topology.cells.enumerated()
        where position < node.pointee.figures.cells {
            let seen = node.pointee.figures.figures(of: CellIndex(position))
            if seen.count > 0 { cells[cell.name] = seen }
        }
        return CellFiguresPage(
            router: runtime.settings.name, boot: String(runtime.settings.boot, radix: 16),
            requests: node.pointee.counters.requests, cells: cells)
    }

    /// What the router says of itself, with what only its process knows.
    var vitals: RouterVitals {
        let now = runtime.loop.now()
        var vitals = node.pointee.vitals(&customerOrder, now: now)
        vitals.router = runtime.settings.name
        vitals.boot = String(runtime.settings.boot, radix: 16)
        let hits = runtime.wire.hitsByFault
        if !hits.isEmpty { vitals.faults = hits }
        vitals.host = runtime.hostMeter.host(now)
        vitals.news = runtime.events.news
        let ended = node.pointee.traces.log.last
        if ended != TraceCursor() { vitals.traces = ended }
        return vitals.bounded
    }
}
