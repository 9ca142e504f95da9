import MeshBase

/// Tests of the exported rules for `promtool test rules`: each alert fires where it should, and stays silent where it should not.
struct PrometheusRuleTests {
    private let export: PrometheusExport

    init(_ export: PrometheusExport) { self.export = export }

    /// What is told to Prometheus, and what comes of it.
    private struct Sample {
        /// Series without the label `mesh`, with values for the two cases.
        var series: [(name: String, labels: String, loud: String, quiet: String)]
        /// Labels that the alert has beside `mesh` and `severity`.
        var labels: [(name: String, value: String)] = []
        /// What stands for the subject in its sentence.
        var subject = ""
    }

    private func sample(_ rule: AlertRule) -> Sample? {
        func gauge(_ name: String, _ labels: String, _ loud: String, _ quiet: String) -> Sample {
            Sample(series: [(name, labels, "\(loud)x60", "\(quiet)x60")])
        }
        var sample: Sample
        switch rule.signal {
        case .utilisation:
            sample = gauge("cellmesh_cell_utilisation_ratio", "cell=\"c-1\"", "0.81+0", "0.8+0")
            (sample.labels, sample.subject) = ([("cell", "c-1")], "c-1")
        case .retries:
            // In 2 s: of 100 attempts 12, or 5, are none of the first.
            sample = Sample(series: [
                ("cellmesh_attempts_total", "role=\"cell\",cell=\"c-1\",kind=\"first\"", "0+88x60", "0+95x60"),
                ("cellmesh_attempts_total", "role=\"cell\",cell=\"c-1\",kind=\"retry\"", "0+12x60", "0+5x60"),
            ])
            (sample.labels, sample.subject) = ([("cell", "c-1"), ("place", "c-1")], "c-1")
        case .openBreakers:
            sample = gauge("cellmesh_breaker_state", "gate=\"c-1/a/b\",state=\"open\"", "1+0", "0+0")
            (sample.labels, sample.subject) = ([("gate", "c-1/a/b")], "c-1/a/b")
        case .amplification:
            sample = gauge("cellmesh_amplification", "layer=\"router\"", "1.6+0", "1.5+0")
            (sample.labels, sample.subject) = ([("layer", "router")], "router")
        case .cellsOut:
            sample = gauge("cellmesh_cell_out", "cell=\"c-1\"", "1+0", "0+0")
            (sample.labels, sample.subject) = ([("cell", "c-1")], "c-1")
        case .routersOut:
            sample = gauge("cellmesh_router_out", "router=\"r-1\"", "1+0", "0+0")
            (sample.labels, sample.subject) = ([("router", "r-1")], "r-1")
        case .differentWitnesses:
            sample = gauge("cellmesh_cell_witnesses_differ", "cell=\"c-1\"", "1+0", "0+0")
            (sample.labels, sample.subject) = ([("cell", "c-1")], "c-1")
        case .differentCustomers: sample = gauge("cellmesh_customers_different", "", "3+0", "0+0")
        case .customersWithoutQuorum:
            sample = gauge("cellmesh_customers", "view=\"observed\",state=\"no_quorum\"", "3+0", "0+0")
        case .failingGate: sample = gauge("cellmesh_evacuation_gate_failing", "", "1+0", "0+0")
        case .burn: return nil
        }
        return sample
    }

    /// Of all alerts but those about the objective.
    var alerts: String {
        var text = head(interval: "2s")
        for rule in AlertRule.all {
            guard let sample = sample(rule) else { continue }
            for isLoud in [true, false] {
                text +=
                    "  - name: \(rule.name) \(isLoud ? "fires" : "is silent")\n    interval: 2s\n    input_series:\n"
                for series in sample.series {
                    text += self.series(series.name, series.labels, isLoud ? series.loud : series.quiet)
                }
                text += expectation(rule, at: "1m", isLoud ? sample : nil)
                // It waits as long as it says.
                if isLoud, rule.holds > .zero { text += check(rule, at: "2s", nil) }
            }
        }
        return text
    }

    /// Of those about the objective: with windows of hours a look a minute is enough.
    var burn: String {
        let step = AlertText.span(export.scaled(.minutes(1)))
        var text = head(interval: step)
        for rule in AlertRule.all {
            guard case .burn(let long, _) = rule.signal else { continue }
            let end = AlertText.span(export.scaled(long + long))
            for isLoud in [true, false] {
                // A tenth more than the factor allows, or half of it, of 10 000 requests a step.
                let share = rule.bound * export.objective.allowed * (isLoud ? 1.1 : 0.5)
                // Where so much may fail no share of the requests is too much.
                guard share <= 1 else { continue }
                let bad = Int((share * 10_000).rounded(.up))
                text += "  - name: \(rule.name) \(isLoud ? "fires" : "is silent")\n    interval: \(step)\n"
                text += "    input_series:\n"
                let steps = 2 * Int(long.nanoseconds / TimeAmount.minutes(1).nanoseconds) + 2
                text += series("cellmesh_slo_events_total", "outcome=\"bad\"", "0+\(bad)x\(steps)")
                text += series("cellmesh_slo_events_total", "outcome=\"good\"", "0+\(10_000 - bad)x\(steps)")
                text += expectation(rule, at: end, isLoud ? Sample(series: []) : nil)
            }
        }
        return text
    }

    private func head(interval: String) -> String {
        "# Run by 'promtool test rules'.\nrule_files: [../rules/cellmesh.yml]\nevaluation_interval: \(interval)\ntests:\n"
    }

    private func series(_ name: String, _ labels: String, _ values: String) -> String {
        let all = "mesh=\(AlertText.quoted(export.mesh))" + (labels.isEmpty ? "" : "," + labels)
        return "      - series: '\(name){\(all)}'\n        values: '\(values)'\n"
    }

    private func expectation(_ rule: AlertRule, at time: String, _ sample: Sample?) -> String {
        "    alert_rule_test:\n" + check(rule, at: time, sample)
    }

    private func check(_ rule: AlertRule, at time: String, _ sample: Sample?) -> String {
        var text = "      - eval_time: \(time)\n        alertname: \(rule.name)\n"
        guard let sample else { return text + "        exp_alerts: []\n" }
        let labels =
            [("severity", rule.severity.rawValue), ("mesh", export.mesh)] + sample.labels.map { ($0.name, $0.value) }
        text += "        exp_alerts:\n          - exp_labels:\n"
        for (name, value) in labels { text += "              \(name): \(AlertText.quoted(value))\n" }
        text += "            exp_annotations:\n"
        text += "              summary: \(AlertText.quoted(rule.summary(of: sample.subject)))\n"
        return text
    }
}
