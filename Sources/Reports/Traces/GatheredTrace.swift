import MeshBase

/// One trace, put together from what each process of a mesh keeps of it.
package struct GatheredTrace: Sendable {
    package struct Decision: Sendable {
        package var node: String
        package var of: TracePage.Decision
    }

    /// The part of one process.
    package struct Part: Sendable {
        package var node: String
        package var page: TracePage
        /// Its own first, in the order in which they began.
        package var spans: [TraceSpan]
    }

    package let id: String
    package private(set) var customer = ""
    package private(set) var service = ""
    /// Of HTTP; empty where it is not known.
    package private(set) var method = ""
    package private(set) var status = 0
    package private(set) var policy = ""
    /// Why it is kept; empty where that is not known.
    package private(set) var kept = ""
    /// Milliseconds since 1970; infinite where nobody keeps anything.
    package private(set) var began = Double.infinity
    package private(set) var took: Double?
    package private(set) var parts: [Part] = []
    package private(set) var decisions: [Decision] = []
    /// Processes that gave no answer.
    package private(set) var missing: [String] = []
    package private(set) var dropped = 0
    /// Cells that answered an attempt, and whose part is nowhere any more.
    package private(set) var gone: [String] = []
    package var isKnown: Bool { !parts.isEmpty }

    /// - Parameters:
    ///   - pages: by the process that answers; those of another trace are left out.
    ///   - missing: processes that gave no answer.
    package init(id: String, pages: [(node: String, page: TracePage)], missing: [String] = []) {
        self.id = id
        self.missing = missing
        for (node, page) in pages where page.head.trace == id { add(page, of: node) }
        // Of one process they stand in order already.
        decisions = decisions.enumerated().sorted {
            ($0.element.of.at, $0.offset) < ($1.element.of.at, $1.offset)
        }.map(\.element)
        join()
        gone = lacking()
        strike()
    }

    /// Whether what a cell keeps under the name of an attempt is of this time: another router's attempt may have had the same
    /// name, at another time.
    package static func belongs(_ page: TracePage, to others: [TracePage]) -> Bool {
        others.contains { $0.role == "router" && belongs(page.head, to: $0.head) }
    }

    /// The same of what lists have: the other is where the request came in.
    static func belongs(_ head: TraceHead, to root: TraceHead) -> Bool {
        let end = root.durationMilliseconds.map { root.began + $0 } ?? .infinity
        return !root.customer.isEmpty && head.began >= root.began - reading && head.began <= end + reading
    }

    /// All spans, each process's after another's.
    package var spans: [TraceSpan] { parts.flatMap(\.spans) }

    /// Ids of the faults that struck it anywhere.
    package var faults: [String] { Self.ordered(Set(spans.flatMap(\.faults))) }

    private mutating func add(_ page: TracePage, of name: String) {
        let head = page.head
        // Who knows the customer's name is the router, where the request begins and ends.
        if !head.customer.isEmpty {
            customer = head.customer
            service = head.service
            status = head.status
            policy = head.policy
            took = head.durationMilliseconds
            method = head.method ?? ""
            kept = head.kept ?? ""
        } else if service.isEmpty {
            service = head.service
        }
        began = min(began, head.began)
        dropped += page.dropped
        decisions += page.decisions.map { Decision(node: name, of: $0) }
        let low = UInt64(id.suffix(16), radix: 16) ?? 0
        parts.append(Part(node: name, page: page, spans: SpanReader(page, node: name, trace: low).spans))
    }

    /// The part of a cell belongs to the attempt that went there.
    private mutating func join() {
        guard let router = parts.first(where: { $0.page.role == "router" }) else { return }
        for index in parts.indices where parts[index].page.role != "router" {
            let began = parts[index].spans[0].began
            let attempts = router.spans.filter {
                $0.kind == .client && $0.name == parts[index].node && $0.began <= began + Self.slack
            }
            parts[index].spans[0].parent = (attempts.last ?? router.spans[0]).id
        }
    }

    /// Where nobody followed the request, cells keep nothing of what went well.
    private func lacking() -> [String] {
        guard let router = parts.first(where: { $0.page.role == "router" }), router.page.attempts.isEmpty else {
            return []
        }
        var found: [String] = []
        for span in router.spans where span.kind == .client && span.outcome.hasPrefix("ok") {
            if !parts.contains(where: { $0.node == span.name }), !missing.contains(span.name),
                !found.contains(span.name)
            {
                found.append(span.name)
            }
        }
        return found
    }

    /// Milliseconds by which what a process told may be off, as it was held up between two readings. The same name of an attempt
    /// comes again in another life, or of another router.
    private static let reading = 50.0
    /// Milliseconds by which two processes of one machine may read the clock apart.
    private static let slack = 1.0

    // MARK: Faults

    private mutating func strike() {
        for part in parts {
            for strike in part.page.strikes { mark(strike, of: part.node, role: part.page.role) }
        }
    }

    private mutating func mark(_ strike: TracePage.Strike, of node: String, role: String) {
        for index in parts.indices {
            let attempted = Set(parts[index].spans.filter { $0.kind == .client }.map(\.name))
            for at in parts[index].spans.indices
            where Self.isStruck(
                parts[index].spans[at], of: parts[index].page.role, strike, node: node, attempted: attempted)
            {
                let span = parts[index].spans[at]
                guard span.overlaps(from: strike.from, to: strike.to), !span.faults.contains(strike.id) else {
                    continue
                }
                parts[index].spans[at].faults = Self.ordered(Set(span.faults + [strike.id]))
            }
        }
    }

    /// Whether a fault that a process knows of lies on the path of a span, or on the service that it is the work of.
    private static func isStruck(
        _ span: TraceSpan, of role: String, _ strike: TracePage.Strike, node: String, attempted: Set<String>
    ) -> Bool {
        let names = span.gate.split(separator: "/").map(String.init)
        if role == "router" {
            // Phases of a record go to many cells at once and are no spans of their own.
            // A cell that was passed over has none either.
            guard span.kind == .client else {
                return span.node == node
                    && (span.name == "records"
                        ? !strike.nodes.isEmpty : strike.nodes.contains { !attempted.contains($0) })
            }
            return (node == span.node && strike.nodes.contains(span.name))
                || (node == span.name && strike.nodes.contains(span.node))
        }
        guard node == span.node, let last = names.last, names.count > 1 else { return false }
        return strike.services.contains(last)
    }

    /// `f2` before `f10`.
    static func ordered(_ ids: Set<String>) -> [String] {
        ids.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    }
}
