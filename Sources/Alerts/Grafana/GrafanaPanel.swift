import MeshBase

/// A picture of a dashboard: what it asks, and how it shows that.
struct GrafanaPanel: Sendable {
    /// How it shows.
    enum Shape: String, Sendable {
        case line = "timeseries"
        case figure = "stat"
        case table
    }

    let title: String
    var shape = Shape.line
    /// As Grafana names them: `reqps`, `percentunit`, `s`, `bytes`, `short`.
    var unit = "short"
    /// PromQL with `$mesh`, each with how its lines are named.
    let queries: [(expression: String, legend: String)]

    /// - Parameter place: its number on the dashboard; two stand side by side.
    func tree(_ place: Int) -> JSONTree {
        let targets = queries.enumerated().map { number, query -> JSONTree in
            let isTable = shape == .table
            let letter = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(number)))
            return .object([
                ("refId", .text(letter)), ("datasource", GrafanaDashboard.source), ("expr", .text(query.expression)),
                ("legendFormat", .text(query.legend)), ("instant", .bool(isTable)), ("range", .bool(!isTable)),
                ("format", .text(isTable ? "table" : "time_series")),
            ])
        }
        let (left, top) = (place % 2 * 12, place / 2 * 8)
        let position: JSONTree = ["h": 8, "w": 12, "x": .integer(left), "y": .integer(top)]
        let defaults: JSONTree = ["unit": .text(unit), "min": 0]
        let fields: JSONTree = ["defaults": defaults, "overrides": .array([])]
        return .object([
            ("id", .integer(place + 1)), ("type", .text(shape.rawValue)), ("title", .text(title)),
            ("datasource", GrafanaDashboard.source), ("gridPos", position), ("fieldConfig", fields),
            ("options", .object([])), ("targets", .array(targets)),
        ])
    }
}
