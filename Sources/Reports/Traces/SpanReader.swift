import MeshBase

/// Reads the spans of one process out of what its policies decided: an attempt begins where it is started and ends where it
/// is settled, refused or cancelled, and the work of a service where its pool says so. Nothing else is kept of them, so that
/// a request that nobody looks at pays for no span.
struct SpanReader {
    private(set) var spans: [TraceSpan] = []
    private let page: TracePage
    private let low: UInt64
    private var ordinals: [String: Int] = [:]

    /// - Parameter low: the last eight bytes of the trace's id.
    init(_ page: TracePage, node: String, trace low: UInt64) {
        self.page = page
        self.low = low
        open(node: node)
        for decision in page.decisions { read(decision) }
        close()
    }

    /// The first span is that of the process.
    private mutating func open(node: String) {
        let head = page.head
        var root = TraceSpan(
            id: SpanID.make(trace: low, place: node), parent: UInt64(page.parent, radix: 16), node: node,
            kind: .server, name: head.service, gate: node, began: head.began)
        root.status = head.status
        root.ended = head.durationMilliseconds.map { head.began + $0 }
        root.outcome = head.status > 0 ? "\(head.status)" : ""
        root.isFailed = head.status >= 500
        spans = [root]
    }

    private mutating func read(_ decision: TracePage.Decision) {
        let parts = decision.gate.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isHere = parts.first == spans[0].node
        switch (parts.count, decision.attempt) {
        case (3, let attempt?) where isHere: readAttempt(decision, attempt, parts)
        case (3, nil) where isHere: readGate(decision, parts)
        case (2, _) where isHere: readPool(decision, parts)
        default: spans[0].decisions.append(decision)
        }
    }

    // MARK: Attempts

    private mutating func readAttempt(_ decision: TracePage.Decision, _ attempt: Int, _ parts: [String]) {
        let isStart = ["started", "retried", "hedged"].contains(decision.decision)
        let known = spans.indices.filter { spans[$0].gate == decision.gate && spans[$0].attempt == attempt }
        var index = isStart ? nil : known.first { spans[$0].ended == nil }
        // What a breaker makes of an attempt is told after its end.
        if index == nil, !isStart, ["opened", "probed"].contains(decision.decision) { index = known.last }
        let at = index ?? append(decision, attempt, parts)
        if isStart { spans[at].start = decision.decision }
        spans[at].decisions.append(decision)
        switch decision.decision {
        case "settled": end(at, decision, word(decision.detail), isFailed: !decision.detail.hasPrefix("ok"))
        case "refused": end(at, decision, "refused by \(decision.policy)", isFailed: true)
        case "cancelled":
            // Nobody waits any more: for one that lost to another that is no failure.
            let isLimit = decision.policy == "attempt-timeout" || decision.policy == "deadline"
            end(at, decision, isLimit ? "timeout" : "cancelled", isFailed: isLimit)
        default: break
        }
    }

    private mutating func append(_ decision: TracePage.Decision, _ attempt: Int?, _ parts: [String]) -> Int {
        // A router names the cell and then the service, a cell the caller and then the callee.
        let isRouter = page.role == "router"
        let parent = isRouter ? spans[0].id : owner(parts[1], at: decision.at)
        return append(
            .client, name: isRouter ? parts[1] : "\(parts[1]) > \(parts[2])", parent: parent, decision, attempt)
    }

    /// The work of a service that goes on, or went on last; else the process.
    private func owner(_ service: String, at: Double) -> UInt64 {
        let gate = "\(spans[0].node)/\(service)"
        let own = spans.filter { $0.gate == gate }
        return (own.last { $0.ended == nil } ?? own.last ?? spans[0]).id
    }

    /// How an attempt ended, without what another process said of it.
    private func word(_ detail: String) -> String {
        String(detail.prefix { $0 != ";" && $0 != "," })
    }

    // MARK: Calls that are decided about as a whole

    private mutating func readGate(_ decision: TracePage.Decision, _ parts: [String]) {
        let isCell = page.role != "router"
        // The end of a service that failed for this call.
        if isCell, decision.decision == "settled", decision.numbers["worked_ms"] != nil {
            return endService("\(parts[0])/\(parts[1])", decision)
        }
        if isCell, let last = spans.lastIndex(where: { $0.gate == decision.gate }) {
            return spans[last].decisions.append(decision)
        }
        if isCell, ["refused", "degraded", "shed", "fell-back"].contains(decision.decision) {
            let at = append(decision, nil, parts)
            spans[at].decisions.append(decision)
            let word = decision.decision == "fell-back" ? "replaced" : decision.decision
            return end(at, decision, "\(word) by \(decision.policy)", isFailed: true)
        }
        let owner = isCell ? owner(parts[1], at: decision.at) : spans[0].id
        spans[spans.firstIndex { $0.id == owner } ?? 0].decisions.append(decision)
    }

    // MARK: Pools and stores

    private mutating func readPool(_ decision: TracePage.Decision, _ parts: [String]) {
        let isOpening = decision.decision == "waited" || decision.decision == "admitted"
        let waiting = spans.firstIndex {
            $0.gate == decision.gate && $0.ended == nil && $0.decisions.last?.decision == "waited"
        }
        if isOpening || ["refused", "shed"].contains(decision.decision) {
            let at =
                waiting ?? append(.internal, name: parts[1], parent: caller(of: parts[1]), decision, nil)
            spans[at].decisions.append(decision)
            if !isOpening { end(at, decision, "\(decision.decision) by \(decision.policy)", isFailed: true) }
        } else if decision.decision == "settled" {
            endService(decision.gate, decision)
        } else if let at = spans.lastIndex(where: { $0.gate == decision.gate }) {
            spans[at].decisions.append(decision)
        } else {
            spans[0].decisions.append(decision)
        }
    }

    /// The call that a service answers: one of it that is out and that nobody answers yet; else the process.
    private func caller(of service: String) -> UInt64 {
        let call = spans.last { span in
            span.kind == .client && span.ended == nil && span.gate.hasSuffix("/\(service)")
                && !spans.contains { $0.parent == span.id }
        }
        return (call ?? spans[0]).id
    }

    private mutating func endService(_ gate: String, _ decision: TracePage.Decision) {
        guard let at = spans.firstIndex(where: { $0.gate == gate && $0.ended == nil }) else {
            // It failed, and who knows of it looked at its end alone.
            let at = spans.lastIndex { $0.gate == gate } ?? 0
            return spans[at].decisions.append(decision)
        }
        spans[at].decisions.append(decision)
        let word = decision.detail.split(separator: ":", maxSplits: 1).last.map(String.init) ?? decision.detail
        let text = String(word.drop { $0 == " " })
        end(at, decision, text, isFailed: decision.policy != "service" || text.contains("fail"))
    }

    // MARK: Spans

    private mutating func append(
        _ kind: TraceSpan.Kind, name: String, parent: UInt64, _ decision: TracePage.Decision, _ attempt: Int?
    ) -> Int {
        let key = "\(decision.gate) \(attempt ?? 0)"
        let ordinal = ordinals[key, default: 0]
        ordinals[key] = ordinal + 1
        spans.append(
            TraceSpan(
                id: SpanID.make(trace: low, place: decision.gate, attempt: attempt ?? 0, ordinal: ordinal),
                parent: parent, node: spans[0].node, kind: kind, name: name, gate: decision.gate, attempt: attempt,
                began: decision.at))
        return spans.count - 1
    }

    private mutating func end(_ at: Int, _ decision: TracePage.Decision, _ outcome: String, isFailed: Bool) {
        guard spans[at].ended == nil else { return }
        spans[at].ended = decision.at
        spans[at].outcome = outcome
        spans[at].isFailed = isFailed
    }

    /// What nobody told the end of ended with the process's part, where that has.
    private mutating func close() {
        let last = page.decisions.map(\.at).max() ?? spans[0].began
        for index in spans.indices.dropFirst() where spans[index].ended == nil {
            spans[index].ended = spans[0].ended.map { max($0, spans[index].began) } ?? max(last, spans[index].began)
        }
        if page.role != "router", spans[0].ended == nil { spans[0].ended = last }
    }
}
