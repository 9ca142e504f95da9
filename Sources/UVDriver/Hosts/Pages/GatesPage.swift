import MeshBase
import Nodes
import Resilience
import Telemetry

/// The gates of a node for `breaker ls`, be it a router or a cell; the contract is in docs/cli.md.
enum GatesPage {
    static func text(_ views: [GateView]) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("schema", "cellmesh/1")
            json.array("breakers") { json in
                for view in views { json.object { write(view, &$0) } }
            }
        }
        return json.string + "\n"
    }

    private static func write(_ view: GateView, _ json: inout JSONWriter) {
        let figures = view.figures
        json.field("name", view.name)
        json.field("node", view.node)
        json.field("cell", view.cell)
        json.field("from", view.from)
        json.field("to", view.to)
        // A gate without a breaker lets through whatever finds a place.
        json.field("state", "\((figures.state ?? .disabled).name)")
        json.field("failure_rate", figures.failureRate)
        json.field("slow_rate", figures.slowRate)
        json.field("calls", figures.calls)
        json.field("threshold", figures.threshold)
        json.field("volume", figures.volume)
        json.field("refused", figures.counts.refused)
        json.field("openings", figures.openings)
        json.field("until_ms", figures.left.map { Int64($0.milliseconds.rounded(.up)) })
        json.field("since_ms", Int64(figures.age.milliseconds))
        json.field("forced", figures.isForced)
        json.field("influence", figures.influence)
        json.field("mode", "\(figures.finding.name)")
        json.field("predicted", figures.isPredicted)
        json.field("limit", figures.limit)
        json.field("busy", figures.busy)
        json.field("waiting", figures.waiting)
        json.field("full", figures.full)
        json.field("attempt_ms", Int64(figures.attempt.milliseconds))
        json.field("p50_ms", figures.p50?.milliseconds)
        json.field("p99_ms", figures.p99?.milliseconds)
        json.object("results") { json in
            json.field("ok", figures.counts[.success])
            json.field("failed", figures.counts[.failure])
            json.field("slow", figures.counts[.slow])
            json.field("ignored", figures.counts[.nothing])
        }
    }
}

extension MetricPage {
    /// Gates that have series of their own; the others share `other`, and the page of gates has all of them.
    static let mostGates = 400

    /// What gates count, and how they stand.
    mutating func gates(_ views: [GateView]) {
        for view in views.prefix(Self.mostGates) {
            let gate = MetricLabel("gate", view.name)
            let ends = [gate, MetricLabel("from", view.from), MetricLabel("to", view.to)]
            let figures = view.figures
            if let state = figures.state {
                for other in BreakerState.allCases {
                    gauge(
                        "cellmesh_breaker_state", "1 for the state that the breaker is in.", other == state ? 1 : 0,
                        ends + [MetricLabel("state", "\(other.name)")])
                    counter(
                        "cellmesh_breaker_transitions_total", "Changes of the breaker, by the state that it came into.",
                        figures.changes[other], ends + [MetricLabel("state", "\(other.name)")])
                }
                gauge(
                    "cellmesh_breaker_failure_rate", "Share of failures; 0 below the volume.",
                    figures.failureRate ?? 0, [gate])
                gauge(
                    "cellmesh_breaker_slow_rate", "Share of slow calls; 0 below the volume.", figures.slowRate ?? 0,
                    [gate])
                gauge(
                    "cellmesh_breaker_influence", "How much an opening further on weighs, 0 to 0.5.",
                    figures.influence, [gate])
                gauge(
                    "cellmesh_breaker_predicted", "Probability that the target fails soon, 0 to 1.",
                    figures.probability, [gate])
                counter(
                    "cellmesh_breaker_false_positives_total", "Predictions that did not come true.",
                    UInt64(figures.falsePositives), [gate])
                gauge(
                    "cellmesh_breaker_threshold", "Share of failures that opens.", figures.threshold, [gate])
            }
            gauge("cellmesh_bulkhead_busy", "Places of the gate that are taken.", Double(figures.busy), [gate])
            gauge("cellmesh_bulkhead_limit", "Places of the gate.", Double(figures.limit), [gate])
            gauge("cellmesh_bulkhead_waiting", "Attempts that wait for a place.", Double(figures.waiting), [gate])
            gauge("cellmesh_timeout_seconds", "Limit of an attempt in force.", figures.attempt.seconds, [gate])
            results(figures, gate, ends)
        }
        guard views.count > Self.mostGates else { return }
        let gate = MetricLabel("gate", "other")
        let ends = [gate, MetricLabel("from", "other"), MetricLabel("to", "other")]
        var sums: [(kind: String, count: UInt64)] = []
        for view in views.dropFirst(Self.mostGates) {
            for (index, entry) in Self.results(view.figures).enumerated() {
                if index < sums.count { sums[index].count += entry.count } else { sums.append(entry) }
            }
        }
        for (kind, count) in sums {
            counter("cellmesh_breaker_calls_total", Self.callsHelp, count, ends + [MetricLabel("outcome", kind)])
        }
        counter(
            "cellmesh_bulkhead_refused_total", Self.fullHelp,
            views.dropFirst(Self.mostGates).reduce(0) { $0 + $1.figures.full }, [gate])
    }

    private static let callsHelp = "Attempts at the gate by what they counted for; refused: by its breaker."
    private static let fullHelp = "Attempts that found no place at the gate."

    private static func results(_ figures: GateFigures) -> [(kind: String, count: UInt64)] {
        let counts = figures.counts
        return [
            ("ok", counts[.success]), ("failed", counts[.failure]), ("slow", counts[.slow]),
            ("ignored", counts[.nothing]), ("refused", counts.refused),
        ]
    }

    private mutating func results(_ figures: GateFigures, _ gate: MetricLabel, _ ends: [MetricLabel]) {
        for (kind, count) in Self.results(figures) {
            counter("cellmesh_breaker_calls_total", Self.callsHelp, count, ends + [MetricLabel("outcome", kind)])
        }
        counter("cellmesh_bulkhead_refused_total", Self.fullHelp, figures.full, [gate])
    }

    /// Attempts, retries, hedges and budgets of these scopes.
    ///
    /// - Parameters: what they add to each call, together and as the layer of that name.
    mutating func scopes(_ views: [ScopeView], amplification: Double, layer: String) {
        gauge(
            "cellmesh_amplification", "Attempts for each call, over the last 10 s.", amplification,
            [MetricLabel("layer", layer)])
        gauge(
            "cellmesh_retry_budget_ratio",
            "What is left of the budget for retries and hedges, where least is: 1 is all of it.",
            views.compactMap(\.budgetShare).min() ?? 1, [MetricLabel("layer", layer)])
        for view in views {
            let scope = MetricLabel("scope", view.name)
            let counters = view.counters
            for (kind, count) in [("first", counters.first), ("retry", counters.retries), ("hedge", counters.hedges)] {
                counter(
                    "cellmesh_attempts_total", "Attempts that began.", count, [scope, MetricLabel("kind", kind)])
            }
            for (result, count) in [
                ("recovered", counters.recovered), ("exhausted", counters.exhausted),
                ("over-budget", counters.overBudget), ("unsafe", counters.unsafe), ("no-time", counters.noTime),
            ] {
                counter(
                    "cellmesh_retry_total", "Calls that were retried, or were not, by what came of it.", count,
                    [scope, MetricLabel("result", result)])
            }
            for (result, count) in [
                ("won", counters.hedgesWon), ("lost", counters.hedgesLost), ("withheld", counters.hedgesWithheld),
            ] {
                counter(
                    "cellmesh_hedges_total", "Hedges by what came of them.", count,
                    [scope, MetricLabel("outcome", result)])
            }
            for (kind, count) in [("attempt", counters.attemptTimeouts), ("call", counters.callTimeouts)] {
                counter(
                    "cellmesh_timeouts_total", "Limits that ran out.", count, [scope, MetricLabel("kind", kind)])
            }
            counter(
                "cellmesh_blocked_total", "Attempts that a gate did not let through.", counters.blocked, [scope])
            counter(
                "cellmesh_deadline_refused_total", "Calls that were not begun for want of time.",
                counters.deadlineRefused, [scope])
            gauge("cellmesh_retry_ratio", "Share of the calls of 10 s that were retried.", view.retryRatio, [scope])
            gauge(
                "cellmesh_budget_tokens", "Retries and hedges that may still be made.", Double(view.budgetLeft),
                [scope])
        }
    }
}
