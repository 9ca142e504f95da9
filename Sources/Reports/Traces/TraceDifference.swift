/// What sets two traces apart: where the time went, and what was decided in one and not in the other. `trace diff -o json`.
package struct TraceDifference: Codable, Sendable, Equatable {
    /// One side.
    package struct Side: Codable, Sendable, Equatable {
        package var trace: String
        package var customer: String
        package var service: String
        package var status: Int
        @Nullable package var durationMilliseconds: Double?
        package var faults: [String]

        init(_ trace: GatheredTrace) {
            self.trace = trace.id
            customer = trace.customer
            service = trace.service
            status = trace.status
            durationMilliseconds = trace.took.map { TraceReport.Decision.rounded($0) }
            faults = trace.faults
        }

        private enum CodingKeys: String, CodingKey {
            case trace, customer, service, status
            case durationMilliseconds = "duration_ms"
            case faults
        }
    }

    /// The same span in both, or in one.
    package struct Span: Codable, Sendable, Equatable {
        /// As the tree of the trace has it, with what is above it: `checkout / attempt 1 / checkout > payment`.
        package var span: String
        /// Nil where that trace has none such.
        @Nullable package var a: Figures?
        @Nullable package var b: Figures?
        /// How much longer the second took; nil where one of them has none.
        @Nullable package var deltaMilliseconds: Double?

        private enum CodingKeys: String, CodingKey {
            case span, a, b
            case deltaMilliseconds = "delta_ms"
        }
    }

    package struct Figures: Codable, Sendable, Equatable {
        /// The process.
        package var node: String
        package var durationMilliseconds: Double
        package var outcome: String

        private enum CodingKeys: String, CodingKey {
            case node
            case durationMilliseconds = "duration_ms"
            case outcome
        }
    }

    /// What was decided so in one trace more often than in the other.
    package struct Decision: Codable, Sendable, Equatable {
        package var policy: String
        package var decision: String
        /// How often in each.
        package var a: Int
        package var b: Int
        /// As one of those said it who decided so.
        package var detail: String
    }

    package var schema = ReportJSON.schema
    package var a: Side
    package var b: Side
    /// In the order of the first trace, then what the second alone has.
    package var spans: [Span]
    /// By policy and decision.
    package var decisions: [Decision]

    package init(_ a: GatheredTrace, _ b: GatheredTrace) {
        self.a = Side(a)
        self.b = Side(b)
        let (first, second) = (Self.figures(a), Self.figures(b))
        let others = Dictionary(second.map { ($0.key, $0.figures) }, uniquingKeysWith: { one, _ in one })
        let known = Set(first.map(\.key))
        spans = first.map { key, figures in
            Span(
                span: key, a: figures, b: others[key],
                deltaMilliseconds: others[key].map {
                    TraceReport.Decision.rounded($0.durationMilliseconds - figures.durationMilliseconds)
                })
        }
        spans += second.filter { !known.contains($0.key) }.map {
            Span(span: $0.key, a: nil, b: $0.figures, deltaMilliseconds: nil)
        }
        decisions = Self.decisions(a, b)
    }

    /// A span that comes several times under one name is numbered.
    private static func figures(_ trace: GatheredTrace) -> [(key: String, figures: Figures)] {
        var path: [String] = []
        var counts: [String: Int] = [:]
        return TraceTree(trace.spans).lines.map { line in
            path.removeSubrange(min(line.depth, path.count)...)
            path.append(line.span.title)
            let name = path.joined(separator: " / ")
            counts[name, default: 0] += 1
            let number = counts[name] ?? 1
            return (
                number > 1 ? "\(name) #\(number)" : name,
                Figures(
                    node: line.span.kind == .client && !line.span.name.contains(" > ")
                        ? line.span.name : line.span.node,
                    durationMilliseconds: TraceReport.Decision.rounded(line.span.duration),
                    outcome: line.span.outcome)
            )
        }
    }

    private static func decisions(_ a: GatheredTrace, _ b: GatheredTrace) -> [Decision] {
        struct Key: Hashable {
            var policy: String
            var decision: String
        }
        var counts: [Key: Decision] = [:]
        for (isFirst, trace) in [(true, a), (false, b)] {
            for decision in trace.decisions {
                let key = Key(policy: decision.of.policy, decision: decision.of.decision)
                var found =
                    counts[key]
                    ?? Decision(
                        policy: key.policy, decision: key.decision, a: 0, b: 0, detail: decision.of.detail)
                if isFirst { found.a += 1 } else { found.b += 1 }
                counts[key] = found
            }
        }
        return counts.values.filter { $0.a != $0.b }.sorted { ($0.policy, $0.decision) < ($1.policy, $1.decision) }
    }
}
