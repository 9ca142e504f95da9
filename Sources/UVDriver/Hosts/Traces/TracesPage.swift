import Chaos
import MeshBase
import Nodes
import Reports
import Telemetry
import Topology
import Wire

/// `/v1/traces` and `/v1/traces/ID`: what one process keeps of the requests that were followed, and the faults that struck
/// them.
struct TracesPage {
    /// Which traces somebody asks for.
    enum Wanted {
        /// All that began at these milliseconds since 1970 or later, without their decisions.
        case since(Double)
        /// One, by its id.
        case one(String)
    }

    /// The process and its place.
    let node: String
    let role: NodeRole
    let region: String
    let zone: String
    let now: Instant
    /// The wall clock's nanoseconds that belong to `now`.
    let wall: Int64
    /// What was in force when; nothing in a process that knows of no faults.
    let faults: FaultHistory
    let nodes: WireNodes
    /// The cells of a customer's shard, as a router knows them.
    var shard: (_ customer: String) -> [String] = { _ in [] }

    /// What is wanted; nil where a trace is not here.
    func text(_ wanted: Wanted, _ log: borrowing TraceLog) -> String? {
        switch wanted {
        case .since(let since): return list(log, since: since)
        case .one(let id): return text(id, log)
        }
    }

    /// The traces that ended behind a cursor, whole, as many as have room (`KeptParts` reads them), and up to where that is all.
    func ended(after cursor: TraceCursor, _ log: borrowing TraceLog) -> (text: String, upTo: TraceCursor) {
        var (upTo, lines) = (cursor, "")
        let entries = log.ended(after: cursor)
        var told = 0
        for entry in entries where told < TraceCursor.most && lines.utf8.count < TraceCursor.mostBytes {
            told += 1
            if entry.rank == .plain { upTo.plain = entry.ended } else { upTo.outcome = entry.ended }
            var json = JSONWriter(.compact)
            json.object { json in
                json.field("rank", Int64(entry.rank.rawValue))
                json.field("spans", Int64(entry.spans))
                head(entry, &json)
            }
            lines += json.string + "\n" + text(entry)
        }
        // Numbers whose traces have left are told as well: nobody asks for them again.
        if told == entries.count { upTo = log.last }
        return ("{\"outcome\":\(upTo.outcome),\"plain\":\(upTo.plain)}\n" + lines, upTo)
    }

    private func text(_ id: String, _ log: borrowing TraceLog) -> String? {
        FrameTrace(id).flatMap { log.entry($0) }.map { text($0) }
    }

    private func text(_ entry: TraceEntry) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            head(entry, &json)
            json.field("role", role.name)
            json.field("region", region)
            json.field("zone", zone)
            json.field("parent", entry.parent == 0 ? "" : HexText.text(entry.parent))
            json.array("strikes") { json in
                for strike in strikes(entry) { json.object { write(strike, &$0) } }
            }
            json.array("decisions") { json in
                for decision in entry.decisions { json.object { write(decision, &$0) } }
            }
            json.field("dropped", entry.dropped)
        }
        return json.string + "\n"
    }

    private func list(_ log: borrowing TraceLog, since: Double) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("node", node)
            json.array("traces") { json in
                for entry in log.latest(TraceLog.traces) where milliseconds(entry.began) >= since {
                    json.object { head(entry, &$0) }
                }
            }
        }
        return json.string + "\n"
    }

    private func head(_ entry: TraceEntry, _ json: inout JSONWriter) {
        json.field("trace", entry.trace.text)
        json.field("node", node)
        json.field("at_ms", milliseconds(entry.began))
        json.field("customer", entry.customer)
        json.field("service", entry.service)
        if let method = entry.method { json.field("method", "\(method.name)") }
        json.field("status", Int64(entry.status))
        json.field("policy", entry.policy)
        if let took = entry.took { json.field("duration_ms", took.milliseconds) }
        json.field("explained", entry.trace.isExplained)
        json.field("kept", "\(entry.reason.name)")
        if !entry.attempts.isEmpty { json.field("attempts", entry.attempts.map(\.text)) }
        json.field("cells", role == .router ? peers(entry) : [])
        var against: [String] = []
        for decision in entry.decisions where decision.verb.isAgainst && !against.contains(decision.policy) {
            against.append(decision.policy)
        }
        json.field("against", against)
        json.field("faults", strikes(entry).map(\.stretch.fault.id))
    }

    private func write(_ decision: TraceDecision, _ json: inout JSONWriter) {
        json.field("at_ms", milliseconds(decision.at))
        json.field("gate", decision.gate)
        if let attempt = decision.attempt { json.field("attempt", Int64(attempt) + 1) }
        json.field("policy", decision.policy)
        json.field("decision", "\(decision.verb.name)")
        json.field("detail", decision.why.detail)
        json.object("numbers") { json in
            for number in decision.why.numbers { json.field(number.name, number.value) }
        }
        json.field("remaining_ms", decision.remaining.milliseconds)
    }

    // MARK: Faults

    private struct Strike {
        var stretch: FaultHistory.Stretch
        var nodes: [String]
        var services: [String]
    }

    /// The faults that were in force while it went on, on paths to the nodes that took part or on services that worked.
    private func strikes(_ entry: TraceEntry) -> [Strike] {
        let stretches = faults.during(entry.began, entry.took.map { entry.began + $0 } ?? now)
        guard !stretches.isEmpty else { return [] }
        var peers = role == .router ? peers(entry) : nodes.all.filter { $0.role == .router }.map(\.name)
        let passedOver = passedOver(entry)
        for cell in passedOver where !peers.contains(cell) { peers.append(cell) }
        let services = role == .router ? [] : services(entry)
        return stretches.compactMap { stretch in
            var strike = Strike(
                stretch: stretch, nodes: stretch.struck(of: peers, from: node, nodes),
                services: stretch.struck(services: services, of: node))
            // What cells cannot tell each other is missing in a quorum.
            for cell in passedOver where !strike.nodes.contains(cell) {
                if !stretch.struck(of: passedOver, from: cell, nodes).isEmpty { strike.nodes.append(cell) }
            }
            return strike.nodes.isEmpty && strike.services.isEmpty ? nil : strike
        }
    }

    /// The shard of a request that failed since its cells could not be asked: the router passed them over, or had too few of
    /// them for a quorum, so that there is no attempt that says where it would have gone.
    private func passedOver(_ entry: TraceEntry) -> [String] {
        guard role == .router, entry.status >= 500 else { return [] }
        let wantsCells = Self.wanting.contains(entry.policy)
        guard wantsCells || !entry.decisions.contains(where: { $0.attempt != nil }) else { return [] }
        return shard(entry.customer)
    }

    /// Policies that say no for want of cells.
    private static let wanting: Set<String> = ["failover", "quorum"]

    private func write(_ strike: Strike, _ json: inout JSONWriter) {
        json.field("id", strike.stretch.fault.id)
        json.field("kind", strike.stretch.fault.kind.rawValue)
        json.field("nodes", strike.nodes)
        json.field("services", strike.services)
        json.field("from_ms", milliseconds(strike.stretch.from))
        if let to = strike.stretch.to { json.field("to_ms", milliseconds(to)) }
    }

    /// The cells that a router's part names: in gates, and in the phases of records.
    private func peers(_ entry: TraceEntry) -> [String] {
        var found: [String] = []
        func add(_ name: Substring) {
            let name = String(name)
            if !found.contains(name), let number = nodes.number(of: name), nodes.all[number].role == .cell {
                found.append(name)
            }
        }
        for decision in entry.decisions {
            let parts = decision.gate.split(separator: "/")
            if parts.count == 3 { add(parts[1]) }
            guard decision.policy == "quorum", decision.verb == .started else { continue }
            for word in decision.why.detail.split(whereSeparator: { $0 == "," || $0 == ":" || $0 == " " }) { add(word) }
        }
        return found
    }

    /// The services that a cell's part names.
    private func services(_ entry: TraceEntry) -> [String] {
        var found = [entry.service]
        for decision in entry.decisions {
            for part in decision.gate.split(separator: "/").dropFirst() where !found.contains(String(part)) {
                found.append(String(part))
            }
        }
        return found
    }

    /// Of an instant, milliseconds since 1970: processes of one machine have that clock in common.
    private func milliseconds(_ at: Instant) -> Double { (Double(wall) + Double((at - now).nanoseconds)) / 1e6 }
}

extension HostRuntime {
    /// A process's traces as they are now.
    ///
    /// - Parameter shard: the cells of a customer, for a router.
    func tracesPage(
        name: String, shard: @escaping (_ customer: String) -> [String] = { _ in [] }
    ) -> TracesPage {
        // Not the time of the turn, which lies back by as much as the turn has taken: parts of processes are told apart by time.
        let now = loop.freshNow()
        let node = wire.nodes.number(of: name).map { wire.nodes.all[$0] }
        return TracesPage(
            node: name, role: node?.role ?? .cell, region: node?.region ?? "", zone: node?.zone ?? "", now: now,
            wall: loop.wallClock(), faults: faults?.history ?? FaultHistory(), nodes: wire.nodes,
            shard: shard)
    }
}
