import MeshBase
import Nodes
import Reports
import Resilience
import Sharding

extension RouterHost {
    /// The cells that it reaches, each with the address where it does.
    private var reached: [String: String] {
        var reached: [String: String] = [:]
        for (position, cell) in node.pointee.topology.cells.enumerated() {
            if let endpoint = node.pointee.reachedEndpoint(CellIndex(position)) {
                reached[cell.name] = endpoint.description
            }
        }
        return reached
    }

    /// What the router says of itself, of what is counted anyhow; what has no counter is left out.
    var vitals: RouterVitals {
        let now = runtime.loop.now()
        var vitals = RouterVitals(reached: reached)
        vitals.router = runtime.settings.name
        vitals.boot = String(runtime.settings.boot, radix: 16)
        vitals.epoch = node.pointee.ledger.table.highestEpoch.rawValue
        let counters = node.pointee.counters
        vitals.requests = RouterVitals.Requests(
            total: counters.requests, ok: counters.responses2xx, refused: counters.responses4xx,
            failed: counters.responses5xx, attempts: counters.attempts, retries: counters.failovers,
            shed: counters.shed.total &+ counters.throttled.total)
        let figures = node.pointee.figures
        var latency = LatencyCounts()
        for kind in RouterFigures.Kind.allCases { latency.merge(figures.clientTimes.total(kind.rawValue)) }
        vitals.latency = latency
        vitals.cells = Self.cells(figures)
        let hits = runtime.wire.hitsByFault
        if !hits.isEmpty { vitals.faults = hits }
        vitals.host = runtime.hostMeter.host(now)
        // Most gates are closed, and need no text.
        vitals.gates = node.pointee.gateViews(now: now).compactMap { Vitals.Gate($0, to: "\($0.to)@\($0.cell)") }
        vitals.amplification = node.pointee.amplification(now: now)
        vitals.impact = impactVitals(now)
        vitals.view = Vitals.View(node.pointee.gossip.swim.members)
        return vitals.bounded
    }

    private static func cells(_ figures: RouterFigures) -> RouterVitals.Cells {
        let cells = (0..<figures.cells).map { CellIndex($0) }
        let recent = cells.map { figures.cellTimes.recent($0.position) }
        func quantile(_ share: Double) -> [Int64?] {
            recent.map { $0.quantile(share).map { $0.nanoseconds / 1_000 } }
        }
        return RouterVitals.Cells(
            attempts: cells.map { figures.attempts(at: $0) }, failed: cells.map { figures.ended(.failed, at: $0) },
            p50: quantile(0.5), p99: quantile(0.99))
    }

    private func impactVitals(_ now: Instant) -> RouterVitals.Impact {
        let summary = node.pointee.impact.summary(now: now)
        var impact = RouterVitals.Impact(
            phase: Int(node.pointee.impact.phase), open: summary.open,
            windowMilliseconds: Int64(summary.window.milliseconds), lost: summary.lost, degraded: summary.degraded,
            untouched: summary.untouched, overflow: Int(clamping: node.pointee.impact.overflow))
        impact.noQuorum = summary.withoutQuorum
        guard summary.customers > 0 else { return impact }
        let count = node.pointee.topology.customers.count
        if count <= CustomerMarks.most {
            // All hashes in their order: a mark is told by its place.
            if customerOrder.count != count {
                customerOrder = (0..<count).map { CustomerHash(number: $0 + 1).rawValue }.sorted()
            }
            let marks = customerOrder.map { hash in
                node.pointee.impact.entry(of: CustomerHash(rawValue: hash)).map { $0.impact.rawValue + 1 } ?? 0
            }
            impact.marks = CustomerMarks.text(marks, bits: 2)
        } else {
            var cohorts = [[Int]](repeating: [0, 0, 0], count: 64)
            var next: Int? = 0
            while let from = next {
                next = node.pointee.impact.page(from: from, most: 65_536) { entry in
                    cohorts[Int(entry.customer.rawValue >> 58)][Int(entry.impact.rawValue)] += 1
                }
            }
            impact.cohorts = cohorts
        }
        return impact
    }
}
