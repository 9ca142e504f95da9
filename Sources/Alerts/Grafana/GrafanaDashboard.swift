import MeshBase

/// One dashboard for Grafana.
struct GrafanaDashboard: Sendable {
    /// In its address and its file's name.
    let name: String
    let title: String
    let panels: [GrafanaPanel]

    /// The one that the dashboard's variable names.
    static let source: JSONTree = ["type": "prometheus", "uid": "${datasource}"]

    var tree: JSONTree {
        let faults: JSONTree = [
            "name": "faults", "enable": true, "datasource": Self.source, "iconColor": "red",
            "expr": "sum by (kind) (cellmesh_fault_active{mesh=\"$mesh\"}) > 0", "titleFormat": "fault {{kind}}",
            "step": "10s",
        ]
        let datasource: JSONTree = [
            "name": "datasource", "type": "datasource", "query": "prometheus", "label": "source",
        ]
        let mesh: JSONTree = [
            "name": "mesh", "type": "query", "datasource": Self.source, "refresh": 2,
            "query": "label_values(cellmesh_uptime_seconds, mesh)",
            "definition": "label_values(cellmesh_uptime_seconds, mesh)",
        ]
        let span: JSONTree = ["from": "now-15m", "to": "now"]
        return .object([
            ("uid", .text("cellmesh-\(name)")), ("title", .text(title)), ("tags", .array([.text("cellmesh")])),
            ("schemaVersion", .integer(38)), ("version", .integer(1)), ("editable", .bool(true)),
            ("refresh", .text("5s")), ("time", span),
            ("templating", .object([("list", .array([datasource, mesh]))])),
            ("annotations", .object([("list", .array([faults]))])),
            ("panels", .array(panels.enumerated().map { $1.tree($0) })),
        ])
    }
}
