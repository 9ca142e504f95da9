import MeshBase

/// The same figures as Prometheus has them, from the metrics that processes tell.
extension AlertSignal {
    /// Rates are over so much in the feed; in a rehearsal too.
    private static let window = "10s"

    /// The series to be held against a bound, one for each subject of each mesh.
    ///
    /// - Parameter objective: what requests are held to.
    package func promQL(_ objective: AlertObjective) -> String {
        switch self {
        case .utilisation: return "max by (mesh, cell) (cellmesh_cell_utilisation_ratio)"
        case .retries:
            let cells =
                "sum by (mesh, cell) (rate(cellmesh_attempts_total{role=\"cell\",kind!=\"first\"}[\(Self.window)]))"
                + " / (sum by (mesh, cell) (rate(cellmesh_attempts_total{role=\"cell\"}[\(Self.window)])) > 0)"
            let routers =
                "sum by (mesh) (rate(cellmesh_router_failovers_total[\(Self.window)]))"
                + " / (sum by (mesh) (rate(cellmesh_router_attempts_total[\(Self.window)])) > 0)"
            return "label_replace(\(cells), \"place\", \"$1\", \"cell\", \"(.*)\")"
                + " or label_replace(\(routers), \"place\", \"router\", \"\", \"\")"
        case .openBreakers: return "max by (mesh, gate) (cellmesh_breaker_state{state=~\"open|forced-open\"})"
        case .amplification: return "max by (mesh, layer) (cellmesh_amplification)"
        case .cellsOut: return "max by (mesh, cell) (cellmesh_cell_out)"
        case .routersOut: return "max by (mesh, router) (cellmesh_router_out)"
        case .differentWitnesses: return "max by (mesh, cell) (cellmesh_cell_witnesses_differ)"
        case .differentCustomers: return "max by (mesh) (cellmesh_customers_different)"
        case .customersWithoutQuorum:
            return "max by (mesh) (cellmesh_customers{view=\"observed\",state=\"no_quorum\"})"
        case .failingGate: return "max by (mesh) (cellmesh_evacuation_gate_failing)"
        case .burn(let long, _): return "\(Self.badRatio(long)) / \(AlertText.number(objective.allowed))"
        }
    }

    /// The condition of an alert: the series, above a bound.
    package func condition(above bound: Double, _ objective: AlertObjective) -> String {
        let text = AlertText.number(bound)
        guard case .burn(_, let short) = self else { return "(\(promQL(objective))) > \(text)" }
        let both = "\(Self.badRatio(short)) / \(AlertText.number(objective.allowed))"
        return "(\(promQL(objective))) > \(text) and (\(both)) > \(text)"
    }

    /// The name of the recorded share of requests that failed over a window.
    package static func badRatio(_ window: TimeAmount) -> String {
        "mesh:cellmesh_slo_bad:ratio\(AlertText.span(window))"
    }
}

/// Figures as PromQL and its files have them.
package enum AlertText {
    /// Without needless digits.
    package static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }

    /// `5m`, `3d`; below a second `500ms`.
    package static func span(_ time: TimeAmount) -> String {
        let milliseconds = time.nanoseconds / 1_000_000
        for (unit, length) in [("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)]
        where milliseconds >= length && milliseconds % length == 0 {
            return "\(milliseconds / length)\(unit)"
        }
        return "\(milliseconds)ms"
    }

    /// A double-quoted scalar of YAML.
    package static func quoted(_ text: String) -> String {
        var quoted = "\""
        for character in text.unicodeScalars {
            switch character {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case _ where character.value < 0x20 || character.value == 0x7F: quoted += " "
            default: quoted.unicodeScalars.append(character)
            }
        }
        return quoted + "\""
    }
}
