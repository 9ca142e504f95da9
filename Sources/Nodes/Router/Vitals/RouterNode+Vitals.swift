import MeshBase
import Reports
import Resilience
import Sharding
import Topology

extension RouterNode {
    /// What the router says of itself, of what is counted anyhow; what has no counter is left out. Its driver adds what only
    /// that knows: name and life, faults and the machine.
    package mutating func vitals(_ order: inout CustomerOrder, now: Instant) -> RouterVitals {
        var vitals = RouterVitals(reached: reached)
        vitals.epoch = ledger.table.highestEpoch.rawValue
        vitals.requests = RouterVitals.Requests(
            total: counters.requests, ok: counters.responses2xx, refused: counters.responses4xx,
            failed: counters.responses5xx, attempts: counters.attempts, retries: counters.failovers,
            shed: counters.shed.total &+ counters.throttled.total)
        var latency = LatencyCounts()
        for kind in RouterFigures.Kind.customers { latency.merge(figures.clientTimes.total(kind.rawValue)) }
        vitals.latency = latency
        vitals.cells = cellVitals
        // Most gates are closed, and need no text.
        vitals.gates = gateViews(now: now).compactMap { Vitals.Gate($0, to: "\($0.to)@\($0.cell)") }
        vitals.amplification = amplification(now: now)
        let impaired = impaired(now: now)
        if !impaired.isEmpty { vitals.impaired = impaired }
        vitals.impact = impactVitals(&order, now: now)
        vitals.named = namedCells
        vitals.view = gossip.view
        return vitals
    }

    /// The cells that it reaches, each with the address where it does.
    private var reached: [String: String] {
        var reached: [String: String] = [:]
        for (position, cell) in topology.cells.enumerated() {
            if let endpoint = reachedEndpoint(CellIndex(position)) { reached[cell.name] = endpoint.description }
        }
        return reached
    }

    private var cellVitals: RouterVitals.Cells {
        let cells = (0..<figures.cells).map { CellIndex($0) }
        let recent = cells.map { figures.cellTimes.recent($0.position) }
        func quantile(_ share: Double) -> [Int64?] {
            recent.map { $0.quantile(share).map { $0.nanoseconds / 1_000 } }
        }
        return RouterVitals.Cells(
            attempts: cells.map { figures.attempts(at: $0) }, failed: cells.map { figures.errors(at: $0) },
            p50: quantile(0.5), p99: quantile(0.99))
    }

    private func impactVitals(_ order: inout CustomerOrder, now: Instant) -> RouterVitals.Impact {
        let summary = impact.summary(now: now)
        var vitals = RouterVitals.Impact(
            phase: Int(impact.phase), open: summary.open, windowMilliseconds: Int64(summary.window.milliseconds),
            lost: summary.lost, degraded: summary.degraded, untouched: summary.untouched,
            overflow: Int(clamping: impact.overflow))
        vitals.noQuorum = summary.withoutQuorum
        vitals.endedMilliseconds = summary.ended.map { Int64($0.milliseconds) }
        vitals.struck = impact.cells.map(\.position)
        if !impact.impaired.isEmpty { vitals.impaired = impact.impaired.map(\.position) }
        guard summary.customers > 0 else { return vitals }
        vitals.harmed = impact.harmed
        if let hashes = order.hashes(of: topology.customers.count) {
            let entries = hashes.map { impact.entry(of: CustomerHash(rawValue: $0)) }
            vitals.marks = CustomerMarks.text(entries.map { $0.map { $0.impact.rawValue + 1 } ?? 0 }, bits: 2)
            if summary.withoutQuorum > 0 {
                vitals.quorumMarks = CustomerMarks.text(
                    entries.map { $0.map { $0.outcomes.noQuorum > 0 ? 1 : 0 } ?? 0 }, bits: 2)
            }
        } else {
            var cohorts = [[Int]](repeating: [0, 0, 0], count: 64)
            var next: Int? = 0
            while let from = next {
                next = impact.page(from: from, most: 65_536) { entry in
                    cohorts[Int(entry.customer.rawValue >> 58)][Int(entry.impact.rawValue)] += 1
                }
            }
            vitals.cohorts = cohorts
        }
        return vitals
    }
}
