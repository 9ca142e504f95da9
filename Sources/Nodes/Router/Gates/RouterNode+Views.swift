import MeshBase
import Resilience

/// What is to be seen of a router's gates and calls.
extension RouterNode {
    /// The gates that there are, in the order in which they were made.
    package func gateViews(now: Instant) -> [GateView] {
        gates.gates.indices.map { gate in
            let place = gates.places[gate]
            let cell = topology.cells[place.cell.position].name
            return GateView(
                node: nodeName, cell: cell, from: cell, to: gates.names[place.slot],
                gates.gates[gate].figures(gates.kinds[place.kind].gate, now: now))
        }
    }

    /// All scopes, those that have seen no call among them.
    package mutating func scopeViews(now: Instant) -> [ScopeView] {
        var views: [ScopeView] = []
        for kind in gates.kinds.indices {
            views.append(ScopeView(gates.kinds[kind].name, &gates.scopes[kind], now: now))
        }
        return views
    }

    /// Attempts for each call to a service, over all of them and the last 10 s.
    package mutating func amplification(now: Instant) -> Double { gates.scopes.amplification(now: now) }

    /// Cells that are out, by what compares them.
    package var ejected: [(scope: String, cell: String)] {
        gates.kinds.indices.flatMap { kind in
            topology.cells.indices.filter { gates.ejections[kind].isOut($0) }
                .map { (gates.kinds[kind].name, topology.cells[$0].name) }
        }
    }

    /// Ejections since the start by why, and choices of a cell that were made in panic.
    package var ejectionCounts: (byWhy: [(why: String, count: UInt64)], panics: UInt64) {
        let byWhy = OutlierEjection.Why.allCases.map { why in
            ("\(why.name)", gates.ejections.reduce(0) { $0 + $1.ejections(why) })
        }
        return (byWhy, gates.ejections.reduce(counters.gatesOverruled) { $0 + $1.panics })
    }

    /// What this router has shed itself: by what, by class.
    package var shedHere: [(place: String, priority: Priority, count: UInt64)] {
        guard let admission else { return [] }
        let places = [
            ("router", admission.load.shed), ("adaptive", admission.adaptive.shed), ("early", admission.early.shed),
        ]
        return places.flatMap { place, counts in Priority.allCases.map { (place, $0, counts[$0]) } }
    }

    /// Requests that rates have turned away.
    package var rateRefused: UInt64 {
        gates.limiters.reduce(limiter?.refused ?? 0) { $0 + ($1?.refused ?? 0) }
    }

    /// Pressure by signal, 0 to 1, where it sheds.
    package var pressures: [(signal: String, value: Double)] {
        guard shedsByPressure, let pressure = admission?.adaptive.pressure else { return [] }
        return [("cpu", pressure.cpu), ("memory", pressure.memory), ("p95", pressure.latency)]
    }

    /// What cuts off runaway flows, of services that declare it.
    package var valueBreakers: [(service: String, breaker: ValueBreaker)] {
        gates.kinds.indices.compactMap { kind in gates.values[kind].map { (gates.kinds[kind].name, $0) } }
    }
}
