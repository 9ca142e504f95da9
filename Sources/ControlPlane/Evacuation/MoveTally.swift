import Drills
import Evacuation
import MeshBase
import Reports
import Topology

/// What a router answers to `GET /v1/moves`.
struct RouterMoves: Codable, Sendable {
    var version: UInt64
    var requests: UInt64
    var failures: UInt64
    var inARow: UInt64
    /// Upper ends of buckets in microseconds, and how many waits each has.
    var pauses: [[UInt64]]
    var longest: Int64
    /// Since a client's request was sent to a cell, in milliseconds.
    var idle: [String: Int64]

    private enum CodingKeys: String, CodingKey {
        case version, requests, failures, pauses
        case inARow = "in_a_row"
        case longest = "longest_us"
        case idle = "idle_ms"
    }
}

/// What a cell has counted of records that move: of its vitals what is kept with a plan.
struct CellMoves: Codable, Sendable {
    var filled: UInt64
    var verified: UInt64
    /// Cohorts in which a record of one version had two values.
    var damaged: UInt64

    init(_ vitals: CellVitals) { (filled, verified, damaged) = (vitals.filled, vitals.verified, vitals.damaged) }
}

/// What routers and cells have counted since a plan began. Pages only rise; one of a process that was started anew begins
/// at zero again.
/// All but when cells were used last is kept for the control plane that comes next: routers say that again.
struct MoveTally: Codable {
    private struct Pages<Page: Codable>: Codable {
        var first: Page
        var last: Page
    }
    private var routers: [String: Pages<RouterMoves>] = [:]
    private var cells: [String: Pages<CellMoves>] = [:]
    /// By cell, when any router has sent it a request last.
    private var uses: [String: Instant] = [:]
    private var stage = -1
    private var requestsAtStage: UInt64 = 0
    private var failuresAtStage: UInt64 = 0
    /// It is another than it was when this was last set to false.
    var isDirty = false
    /// Cells that take over and were dead when the plan began.
    var deadBefore: Int?

    private enum CodingKeys: String, CodingKey {
        case routers, cells, stage, requestsAtStage, failuresAtStage, deadBefore
    }

    mutating func take(_ page: RouterMoves, of name: ProcessName, at now: Instant) {
        if var known = routers[name.name], page.requests >= known.last.requests {
            if known.last.requests != page.requests || known.last.pauses != page.pauses { isDirty = true }
            known.last = page
            routers[name.name] = known
        } else {
            routers[name.name] = Pages(first: page, last: page)
        }
        for (cell, idle) in page.idle {
            let used = now - .milliseconds(idle)
            uses[cell] = max(uses[cell] ?? .zero, used)
        }
    }

    mutating func take(_ vitals: CellVitals, of name: ProcessName) {
        let page = CellMoves(vitals)
        if let known = cells[name.name], page.filled >= known.last.filled, page.verified >= known.last.verified {
            if known.last.filled != page.filled || known.last.verified != page.verified { isDirty = true }
            cells[name.name] = Pages(first: known.first, last: page)
        } else {
            cells[name.name] = Pages(first: page, last: page)
        }
    }

    private var requests: UInt64 { routers.values.reduce(0) { $0 + $1.last.requests - $1.first.requests } }
    private var failures: UInt64 {
        routers.values.reduce(0) {
            $0 + ($1.last.failures >= $1.first.failures ? $1.last.failures - $1.first.failures : 0)
        }
    }
    var copied: Int { cells.values.reduce(0) { $0 + Int(clamping: $1.last.filled - $1.first.filled) } }
    var verified: Int { cells.values.reduce(0) { $0 + Int(clamping: $1.last.verified - $1.first.verified) } }

    var damaged: Int { cells.values.reduce(0) { $0 + Int(clamping: $1.last.damaged - $1.first.damaged) } }

    /// Since the stage began that is under way.
    mutating func observation(ofStage number: Int) -> EvacuationGate.Observation {
        if number != stage {
            stage = number
            (requestsAtStage, failuresAtStage) = (requests, failures)
        }
        return EvacuationGate.Observation(
            requests: requests - min(requestsAtStage, requests),
            failures: failures - min(failuresAtStage, failures),
            failuresInARow: routers.values.map { Self.inARow($0) }.max() ?? 0)
    }

    /// A row that had begun before is counted from the first look on: what failed then is nothing that this has done.
    private static func inARow(_ pages: Pages<RouterMoves>) -> UInt64 {
        let since = pages.last.failures - min(pages.first.failures, pages.last.failures)
        return min(pages.last.inARow, since)
    }

    /// When any router has sent a request to one of these cells last; nil where none has since that instant.
    func lastUse(of names: [String], since first: Instant) -> Instant? {
        names.compactMap { uses[$0] }.max().flatMap { $0 >= first ? $0 : nil }
    }

    /// How long writes waited; nil where none did.
    var pause: EvacuationReport.Pause? {
        var counts: [UInt64: UInt64] = [:]
        var longest: Int64 = 0
        for router in routers.values {
            for bucket in router.last.pauses where bucket.count == 2 { counts[bucket[0], default: 0] += bucket[1] }
            for bucket in router.first.pauses where bucket.count == 2 {
                counts[bucket[0], default: 0] -= min(counts[bucket[0], default: 0], bucket[1])
            }
            if router.last.longest != router.first.longest { longest = max(longest, router.last.longest) }
        }
        let all = counts.values.reduce(0, +)
        guard all > 0 else { return nil }
        let sorted = counts.keys.sorted()
        func quantile(_ share: Double) -> Double {
            var sum: UInt64 = 0
            for upTo in sorted {
                sum += counts[upTo]!
                if Double(sum) >= Double(all) * share { return Double(upTo) / 1_000 }
            }
            return Double(sorted.last ?? 0) / 1_000
        }
        let low = OrderInterval(quantile: 0.99, of: all, deviations: DrillClaim.deviations).low
        let top = longest > 0 ? Double(longest) / 1_000 : quantile(1)
        return EvacuationReport.Pause(
            p50: min(quantile(0.5), top), p99: min(quantile(0.99), top), max: top, writes: Int(clamping: all),
            low: low.map { min(quantile(Double($0) / Double(all)), top) })
    }
}
