import MeshBase

/// What Prometheus needs to watch a mesh: its configuration, rules, and tests of the rules. Text alone; who writes it is elsewhere.
package struct PrometheusExport: Sendable {
    /// One file.
    package typealias File = ExportedFile

    /// How often processes are asked and rules are looked at: rates over 10 s need five answers.
    private static let interval = "2s"

    /// The mesh's name.
    package let mesh: String
    /// Where the mesh tells its processes (`targets.json`).
    package let targets: String
    /// What requests are held to.
    package let objective: AlertObjective
    /// By what the windows of burn rates are divided, 1 or more.
    package let scale: Double

    /// - Parameter scale: below 1 is 1.
    package init(mesh: String, targets: String, objective: AlertObjective = .usual, scale: Double = 1) {
        self.mesh = mesh
        self.targets = targets
        self.objective = objective
        self.scale = scale >= 1 ? scale : 1
    }

    /// All files, in the order in which they are told.
    package var files: [File] {
        [
            File(path: "prometheus.yml", text: configuration), File(path: "rules/cellmesh.yml", text: rules),
            File(path: "tests/alerts.yml", text: PrometheusRuleTests(self).alerts),
            File(path: "tests/burn.yml", text: PrometheusRuleTests(self).burn),
        ]
    }

    private var configuration: String {
        """
        # Made by 'cellmesh export prometheus'. Paths are below the directory of this file.
        #   prometheus --config.file prometheus.yml --web.listen-address 127.0.0.1:9090
        global:
          scrape_interval: \(Self.interval)
          scrape_timeout: \(Self.interval)
          evaluation_interval: \(Self.interval)
        rule_files:
          - rules/cellmesh.yml
        scrape_configs:
          - job_name: cellmesh
            # The mesh writes this file again whenever a process starts.
            file_sd_configs:
              - files: [\(AlertText.quoted(targets))]
                refresh_interval: 5s

        """
    }

    /// A window of the rules, in a rehearsal shorter than its name.
    func scaled(_ window: TimeAmount) -> TimeAmount {
        max(.nanoseconds(Int64(Double(window.nanoseconds) / scale)), .seconds(1))
    }

    // MARK: Rules

    /// Windows that alerts about the objective look back on.
    private var windows: [TimeAmount] {
        var windows: [TimeAmount] = []
        for case .burn(let long, let short) in AlertRule.all.map(\.signal) {
            for window in [short, long] where !windows.contains(window) { windows.append(window) }
        }
        return windows.sorted()
    }

    private static let recorded: [(name: String, expression: String)] = [
        (
            "cell:cellmesh_attempts:rate1m", "sum by (mesh, cell) (rate(cellmesh_router_cell_attempts_total[1m]))"
        ),
        (
            "cell:cellmesh_attempt_errors:ratio1m",
            "sum by (mesh, cell) (rate(cellmesh_router_cell_attempts_total{outcome=\"failed\"}[1m])) / "
                + "(sum by (mesh, cell) (rate(cellmesh_router_cell_attempts_total[1m])) > 0)"
        ),
        (
            "cell:cellmesh_attempt_seconds:p99_1m",
            "histogram_quantile(0.99, "
                + "sum by (mesh, cell, le) (rate(cellmesh_router_cell_attempt_seconds_bucket[1m])))"
        ),
        (
            "edge:cellmesh_errors:ratio1m",
            "sum by (mesh, from, to) (rate(cellmesh_edge_requests_total{outcome=\"failed\"}[1m])) / "
                + "(sum by (mesh, from, to) (rate(cellmesh_edge_requests_total[1m])) > 0)"
        ),
        (
            "mesh:cellmesh_amplification:ratio1m",
            "sum by (mesh, role) (rate(cellmesh_attempts_total[1m])) / "
                + "(sum by (mesh, role) (rate(cellmesh_attempts_total{kind=\"first\"}[1m])) > 0)"
        ),
    ]

    private var rules: String {
        var text = "# Made by 'cellmesh export prometheus' from the rules that the control plane goes by.\ngroups:\n"
        text += "  - name: cellmesh-recorded\n    rules:\n"
        for (name, expression) in Self.recorded { text += Self.record(name, expression) }
        for window in windows {
            let range = "[\(AlertText.span(scaled(window)))]"
            text += Self.record(
                AlertSignal.badRatio(window),
                "sum by (mesh) (rate(cellmesh_slo_events_total{outcome=\"bad\"}\(range))) / "
                    + "(sum by (mesh) (rate(cellmesh_slo_events_total\(range))) > 0)")
        }
        text += "  - name: cellmesh-alerts\n    rules:\n"
        for rule in AlertRule.all {
            text += "      - alert: \(rule.name)\n"
            text += "        expr: \(AlertText.quoted(rule.signal.condition(above: rule.bound, objective)))\n"
            if rule.holds > .zero { text += "        for: \(AlertText.span(rule.holds))\n" }
            text += "        labels: {severity: \(rule.severity.rawValue)}\n"
            text += "        annotations: {summary: \(AlertText.quoted(rule.summaryTemplate))}\n"
        }
        return text
    }

    private static func record(_ name: String, _ expression: String) -> String {
        "      - record: \(AlertText.quoted(name))\n        expr: \(AlertText.quoted(expression))\n"
    }
}

extension AlertRule {
    /// As Prometheus fills it in.
    var summaryTemplate: String { signal.label.map { summary(of: "{{ $labels.\($0) }}") } ?? summary }
}
