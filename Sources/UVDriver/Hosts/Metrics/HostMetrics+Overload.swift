import MeshBase
import Nodes
import Resilience
import Telemetry

extension MetricPage {
    /// How far processes are past their comfort.
    mutating func pressures(_ values: [(place: String, signal: String, value: Double)]) {
        for (place, signal, value) in values {
            gauge(
                "cellmesh_pressure", "How far past its comfort the process is, 0 to 1.", value,
                [MetricLabel("where", place), MetricLabel("signal", signal)])
        }
    }

    private mutating func level(_ level: DegradationLevel, _ labels: [MetricLabel]) {
        gauge(
            "cellmesh_degradation_level", "The level in force, 0 (normal) to 4 (emergency).", Double(level.rawValue),
            labels)
    }

    /// What a cell gives up, and why.
    ///
    /// - Parameter decisions: how long looks at the objectives took.
    mutating func degradation(_ node: UnsafeMutablePointer<CellNode>, decisions: DurationHistogram) {
        pressures(node.pointee.pressures)
        let view = node.pointee.degradation
        let scope = MetricLabel("scope", "cell/\(node.pointee.name)")
        let arms = node.pointee.comparison
        if arms.isEmpty { self.level(view.level, [scope]) }
        for (arm, level, ok, failed) in arms {
            self.level(level, [scope, MetricLabel("arm", "\(arm.name)")])
            for (result, count) in [("ok", ok), ("failed", failed)] {
                counter(
                    "cellmesh_comparison_answers_total", "Answers to the customers of an arm.", count,
                    [MetricLabel("arm", "\(arm.name)"), MetricLabel("result", result)])
            }
        }
        for feature in view.features {
            let label = [MetricLabel("feature", feature.name)]
            gauge("cellmesh_feature_on", "1 while the feature is on.", feature.isOn ? 1 : 0, label)
            gauge("cellmesh_feature_quality", "Share of its full quality, 0 to 1.", feature.quality, label)
        }
        for (service, rung, _, falls) in node.pointee.ladders {
            let label = [MetricLabel("service", service)]
            gauge("cellmesh_ladder_rung", "The way in which the service answers, 0 is the best.", Double(rung), label)
            counter(
                "cellmesh_ladder_falls_total", "Calls that took a plainer way where a better one failed.", falls, label)
        }
        guard let severities = node.pointee.severities else { return }
        for (objective, severity) in severities {
            gauge(
                "cellmesh_slo_severity", "By how much an objective is missed, 0 to 1.", severity,
                [MetricLabel("objective", objective)])
        }
        for (quantile, name) in [(0.5, "0.5"), (0.99, "0.99"), (1, "1")] {
            gauge(
                "cellmesh_slo_decision_seconds", "How long looks at the objectives took.",
                decisions.quantile(quantile).seconds, [MetricLabel("share", name)])
        }
    }
}
