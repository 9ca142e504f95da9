import MeshBase
import Reports
import Telemetry

extension TopModel {
    /// What is known, as a document; nil before the first state. Rows stand in the order in which the screen has them.
    package func document(_ now: Instant) -> TopReport? {
        guard let hello, let state, let shape else { return nil }
        let whole = TopHead.headline(state)
        var report = TopReport(
            mesh: hello.mesh, at: state.t, state: whole.word.rawValue, serving: whole.serving, of: whole.of,
            isStale: isStale(now), requests: state.mesh, amplification: state.amplification, impact: state.impact)
        (report.impact.marks, report.impact.cohorts) = (nil, nil)
        report.routers = state.routers
        report.requests.headline = nil
        (report.evacuated, report.drained, report.why) = (whole.evacuated, whole.drained, whole.why)
        report.faults = state.faults
        report.breakers = state.breakers
        report.evacuation = state.evacuation
        let list = TopList(self)
        switch view {
        case .cells, .members:
            let (gates, doubts) = (gates(state), doubts)
            report.cells = list.rows.map { cell in
                let name = shape.cells[cell]
                var row = TopReport.Cell(name: name, zone: shape.zones[cell], state: Self.state(cell, state).rawValue)
                row.process = state.cells.process(of: cell).rawValue
                row.gossip = state.cells.gossip(of: cell).rawValue
                row.traffic = state.cells.traffic(of: cell).rawValue
                row.condition = Self.condition(cell, state).rawValue
                row.since = age(of: cell, state).map { state.t - $0 }
                row.rps = Self.value(state, cell, .rps)
                row.err = Self.value(state, cell, .err)
                row.p50 = Self.value(state, cell, .p50)
                row.p99 = Self.value(state, cell, .p99)
                row.util = Self.value(state, cell, .util)
                row.waiting = Self.value(state, cell, .waiting).map { Int($0) }
                row.accusers = doubts[name]?.observers ?? []
                row.customers = shape.firsts?[cell]
                row.note = TopList.note(cell, state, self, gates: gates[name] ?? [], doubt: doubts[name])
                return row
            }
        case .customers:
            report.customers = list.rows.map { row in
                let cells = list.cells(row).map(\.text)
                return TopReport.Customer(
                    name: cells[0], predicted: cells[1], observed: cells[2], servedBy: cells[3],
                    shard: cells[4].isEmpty
                        ? [] : cells[4].split(separator: ">").map { String($0.filter { $0 != " " }) })
            }
        case .services:
            report.services = list.rows.map { row in
                TopReport.Service(
                    name: shape.services[row], calls: shape.edges.filter { $0[0] == row }.map { shape.services[$0[1]] },
                    open: state.breakers.count { gate($0).service == shape.services[row] })
            }
        case .traces: report.traces = (traces ?? []).map { TracesReport.Row($0, time: Timestamp.string(milliseconds:)) }
        case .breakers, .faults: break
        }
        return report
    }
}
