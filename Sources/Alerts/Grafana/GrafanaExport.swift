import MeshBase
import Reports

/// Dashboards of a mesh for Grafana, and what makes it load them.
package enum GrafanaExport {
    /// All files, in the order in which they are told.
    ///
    /// - Parameter directory: where the files will be, as Grafana reaches it.
    package static func files(in directory: String) -> [PrometheusExport.File] {
        dashboards.map {
            PrometheusExport.File(
                path: "dashboards/cellmesh-\($0.name).json", text: DocumentText.json($0.tree) + "\n")
        } + [
            PrometheusExport.File(path: "provisioning/datasources/cellmesh.yml", text: datasource),
            PrometheusExport.File(path: "provisioning/dashboards/cellmesh.yml", text: provider(directory)),
        ]
    }

    private static let datasource = """
        apiVersion: 1
        datasources:
          - name: cellmesh
            type: prometheus
            access: proxy
            url: http://127.0.0.1:9090
            jsonData: {timeInterval: 2s}

        """

    private static func provider(_ directory: String) -> String {
        """
        apiVersion: 1
        providers:
          - name: cellmesh
            type: file
            allowUiUpdates: true
            options: {path: \(AlertText.quoted(directory + "/dashboards"))}

        """
    }

    private static let mesh = "mesh=\"$mesh\""

    private static func rate(_ metric: String, _ labels: String = "", by: String) -> String {
        let by = by.isEmpty ? "" : " by (\(by))"
        return "sum\(by) (rate(\(metric){\(mesh)\(labels.isEmpty ? "" : "," + labels)}[1m]))"
    }

    private static func quantile(_ share: String, _ metric: String, by: String) -> String {
        let by = by.isEmpty ? "le" : "\(by), le"
        return "histogram_quantile(\(share), sum by (\(by)) (rate(\(metric)_bucket{\(mesh)}[1m])))"
    }

    private static func gauge(_ metric: String, _ labels: String = "", by: String = "") -> String {
        "\(by.isEmpty ? "max" : "max by (\(by))") (\(metric){\(mesh)\(labels.isEmpty ? "" : "," + labels)})"
    }

    static let dashboards = [
        GrafanaDashboard(
            name: "mesh", title: "cellmesh: mesh",
            panels: [
                GrafanaPanel(
                    title: "Requests by class", unit: "reqps",
                    queries: [(rate("cellmesh_router_requests_total", by: "class"), "{{class}}")]),
                GrafanaPanel(
                    title: "Latency of requests", unit: "s",
                    queries: [
                        (quantile("0.5", "cellmesh_router_request_seconds", by: "kind"), "p50 {{kind}}"),
                        (quantile("0.99", "cellmesh_router_request_seconds", by: "kind"), "p99 {{kind}}"),
                    ]),
                GrafanaPanel(
                    title: "Amplification by layer",
                    queries: [(gauge("cellmesh_amplification", by: "layer"), "{{layer}}")]),
                GrafanaPanel(
                    title: "What is left of the budget for retries", unit: "percentunit",
                    queries: [("min by (layer) (cellmesh_retry_budget_ratio{\(mesh)})", "{{layer}}")]),
                GrafanaPanel(
                    title: "Shed by class", unit: "reqps",
                    queries: [(rate("cellmesh_router_shed_total", by: "priority"), "{{priority}}")]),
                GrafanaPanel(
                    title: "Members", queries: [(gauge("cellmesh_swim_members", by: "instance"), "{{instance}}")]),
                GrafanaPanel(
                    title: "Alerts", shape: .table,
                    queries: [("ALERTS{\(mesh),alertstate=\"firing\"}", "{{alertname}}")]),
                GrafanaPanel(
                    title: "Budget of the objective used, over 1 h", unit: "percentunit",
                    queries: [("mesh:cellmesh_slo_bad:ratio1h{\(mesh)}", "failed")]),
                GrafanaPanel(
                    title: "Host", unit: "percentunit",
                    queries: [(gauge("cellmesh_host_pressure_ratio"), "waiting for a processor")]),
            ]),
        GrafanaDashboard(
            name: "cells", title: "cellmesh: cells",
            panels: [
                GrafanaPanel(
                    title: "Attempts at cells", unit: "reqps",
                    queries: [("cell:cellmesh_attempts:rate1m{\(mesh)}", "{{cell}}")]),
                GrafanaPanel(
                    title: "Failed attempts", unit: "percentunit",
                    queries: [("cell:cellmesh_attempt_errors:ratio1m{\(mesh)}", "{{cell}}")]),
                GrafanaPanel(
                    title: "p99 of attempts", unit: "s",
                    queries: [("cell:cellmesh_attempt_seconds:p99_1m{\(mesh)}", "{{cell}}")]),
                GrafanaPanel(
                    title: "Use of capacity", unit: "percentunit",
                    queries: [(gauge("cellmesh_cell_utilisation_ratio", by: "cell"), "{{cell}}")]),
                GrafanaPanel(
                    title: "Calls between services that failed", unit: "percentunit",
                    queries: [("edge:cellmesh_errors:ratio1m{\(mesh)}", "{{from}} > {{to}}")]),
                GrafanaPanel(
                    title: "Breakers that let nothing through",
                    queries: [
                        (
                            gauge("cellmesh_breaker_state", "state=~\"open|forced-open\"", by: "gate") + " > 0",
                            "{{gate}}"
                        )
                    ]),
                GrafanaPanel(
                    title: "Loop lag", unit: "s",
                    queries: [(gauge("cellmesh_loop_lag_seconds", by: "cell"), "{{cell}}")]),
                GrafanaPanel(
                    title: "Calls without a worker, by why", unit: "ops",
                    queries: [(rate("cellmesh_pool_rejections_total", by: "reason"), "{{reason}}")]),
                GrafanaPanel(
                    title: "p99 of the store's answers", unit: "s",
                    queries: [(quantile("0.99", "cellmesh_store_seconds", by: "order"), "{{order}}")]),
                GrafanaPanel(
                    title: "Orders that wait for the store",
                    queries: [(gauge("cellmesh_store_waiting", by: "cell"), "{{cell}}")]),
            ]),
        GrafanaDashboard(
            name: "customers", title: "cellmesh: customers and faults",
            panels: [
                GrafanaPanel(
                    title: "Customers, predicted and observed",
                    queries: [(gauge("cellmesh_customers", by: "view, state"), "{{view}} {{state}}")]),
                GrafanaPanel(
                    title: "Customers who fare otherwise", shape: .figure,
                    queries: [(gauge("cellmesh_customers_different"), "different")]),
                GrafanaPanel(
                    title: "Faults in force", queries: [(gauge("cellmesh_fault_active", by: "kind"), "{{kind}}")]),
                GrafanaPanel(
                    title: "What faults strike", unit: "ops",
                    queries: [(rate("cellmesh_fault_hits_total", by: "kind"), "{{kind}}")]),
                GrafanaPanel(
                    title: "Lease of the faults", unit: "s",
                    queries: [(gauge("cellmesh_fault_lease_seconds", by: "kind"), "{{kind}}")]),
                GrafanaPanel(
                    title: "Cells and routers out",
                    queries: [
                        (gauge("cellmesh_cell_out", by: "cell") + " > 0", "{{cell}}"),
                        (gauge("cellmesh_router_out", by: "router") + " > 0", "router {{router}}"),
                    ]),
            ]),
        GrafanaDashboard(
            name: "evacuation", title: "cellmesh: evacuation and drills",
            panels: [
                GrafanaPanel(
                    title: "Stage", unit: "percentunit",
                    queries: [(gauge("cellmesh_evacuation_stage_ratio"), "of the cohorts, at its end")]),
                GrafanaPanel(
                    title: "Cohorts", queries: [(gauge("cellmesh_evacuation_cohorts", by: "state"), "{{state}}")]),
                GrafanaPanel(
                    title: "Records", queries: [(gauge("cellmesh_evacuation_records", by: "state"), "{{state}}")]),
                GrafanaPanel(
                    title: "Pauses of writes", unit: "s",
                    queries: [(gauge("cellmesh_evacuation_write_pause_seconds", by: "share"), "{{share}}")]),
                GrafanaPanel(
                    title: "Figures of the gate that are beyond their bounds", shape: .figure,
                    queries: [(gauge("cellmesh_evacuation_gate_failing"), "failing")]),
                GrafanaPanel(
                    title: "Use of the cells that take over", unit: "percentunit",
                    queries: [(gauge("cellmesh_cell_utilisation_ratio", by: "cell"), "{{cell}}")]),
            ]),
    ]
}
