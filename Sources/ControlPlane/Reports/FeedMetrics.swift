import Alerts
import Chaos
import Evacuation
import MeshBase
import Reports
import Telemetry
import UVDriver

/// What the feed knows, as metrics: every state has its series from the start, and what nobody knows has none.
extension MetricPage {
    /// - Parameters:
    ///   - names: of the cells, in the order of the state's columns.
    ///   - t: now, in milliseconds since 1970.
    ///   - budget: what is left of the error budget; 1 is all of it.
    mutating func feed(_ state: FeedState, names: [String], budget: Double = 1, t: Int64) {
        gauge(
            "cellmesh_slo_budget_ratio",
            "What the last three days have left of the share of requests that may fail; below 0 it is overspent.",
            budget, [MetricLabel("objective", "availability")])
        for (cell, name) in names.prefix(state.cells.count).enumerated() {
            let label = [MetricLabel("cell", name)]
            let word = state.cells.state(of: cell)
            if word != .unknown {
                gauge(
                    "cellmesh_cell_out", "1 while the cell is to serve customers and does not.", word.isOut ? 1 : 0,
                    label)
            }
            if let condition = state.cells.condition(of: cell) {
                gauge(
                    "cellmesh_cell_witnesses_differ",
                    "1 while process table, membership and routers say different things of the cell.",
                    condition == .differ ? 1 : 0, label)
            }
        }
        for condition in FeedCondition.allCases {
            let cells = (0..<state.cells.count).count { state.cells.condition(of: $0) == condition }
            gauge(
                "cellmesh_condition", "Cells with this the matter; `none`: with nothing known to be.", Double(cells),
                [MetricLabel("condition", condition.rawValue)])
        }
        for router in state.routers ?? [] where router.state != .unknown {
            gauge(
                "cellmesh_router_out", "1 while the router takes no requests.", router.state.isOut ? 1 : 0,
                [MetricLabel("router", router.name)])
        }
        impact(state.impact)
        faults(state.faults, t: t)
        gauge("cellmesh_halted", "1 while no faults are let in.", state.halt == nil ? 0 : 1)
        evacuation(state.evacuation)
        for rule in AlertRule.all {
            gauge(
                "cellmesh_alerts_firing", "Subjects of which the alert fires, by the control plane's own word.",
                Double(state.alerts.count { $0.name == rule.name }), [MetricLabel("alert", rule.name)])
        }
    }

    private mutating func impact(_ impact: FeedImpact) {
        customers("predicted", impact.predicted)
        // What was observed of a fault that is over is history.
        customers(
            "observed",
            impact.open
                ? impact.observed : FeedImpact.Counts(noQuorum: impact.observed.noQuorum.map { _ in 0 }))
        gauge(
            "cellmesh_customers_different", "Customers that fare otherwise than predicted, while a fault goes on.",
            impact.open ? Double(impact.different ?? 0) : 0)
    }

    private mutating func customers(_ view: String, _ counts: FeedImpact.Counts) {
        // Nobody who finds too few cells for a record was counted before the first fault: a series that comes and goes would
        // make an alert of it forget.
        let states = [
            ("lost", counts.lost), ("degraded", counts.degraded), ("untouched", counts.untouched),
            ("no_quorum", counts.noQuorum ?? 0),
        ]
        for (state, count) in states {
            gauge(
                "cellmesh_customers", "Customers, as predicted and as routers see them while a fault goes on.",
                Double(count), [MetricLabel("view", view), MetricLabel("state", state)])
        }
    }

    private mutating func faults(_ faults: [FeedFault], t: Int64) {
        for kind in FaultKind.real {
            let label = [MetricLabel("kind", kind.rawValue)]
            let own = faults.filter { $0.kind == kind.rawValue }
            gauge("cellmesh_fault_active", "Faults in force.", Double(own.count), label)
            let left = own.compactMap(\.until).map { Double(max($0 - t, 0)) / 1_000 }.max() ?? 0
            gauge("cellmesh_fault_lease_seconds", "Until the last of the faults ends by itself.", left, label)
        }
    }

    private mutating func evacuation(_ status: EvacuationStatus?) {
        let isRunning = status.map { !$0.outcome.isFinal && $0.outcome != .none } ?? false
        gauge(
            "cellmesh_evacuation_stage_ratio", "Of the cohorts, at the end of the stage under way.",
            isRunning ? Double(status?.percent ?? 0) / 100 : 0)
        gauge(
            "cellmesh_evacuation_gate_failing", "Figures of the gate that speak against the stage under way.",
            isRunning ? Double(status?.gate?.count { !$0.ok } ?? 0) : 0)
        let cohorts = status?.cohorts
        for (state, count) in [("moved", cohorts?.moved ?? 0), ("left", (cohorts?.of ?? 0) - (cohorts?.moved ?? 0))] {
            gauge(
                "cellmesh_evacuation_cohorts", "Cohorts of the plan under way, or the last one.", Double(count),
                [MetricLabel("state", state)])
        }
        let records = status?.records
        for (state, count) in [
            ("copied", records?.copied), ("verified", records?.verified), ("different", records?.different),
        ] {
            gauge(
                "cellmesh_evacuation_records", "Records of the plan under way, or the last one.", Double(count ?? 0),
                [MetricLabel("state", state)])
        }
        let pause = status?.writePause
        for (share, pause) in [("0.5", pause?.p50), ("0.99", pause?.p99), ("1", pause?.max)] {
            gauge(
                "cellmesh_evacuation_write_pause_seconds", "How long writes waited that met the move.",
                (pause ?? 0) / 1_000, [MetricLabel("share", share)])
        }
    }
}
