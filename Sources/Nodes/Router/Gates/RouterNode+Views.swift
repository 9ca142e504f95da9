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

    /// The same with those that no call has needed yet, as they will begin, while there are not more than `most`: metrics have
    /// every state from the start.
    package func allGateViews(upTo most: Int, now: Instant) -> [GateView] {
        var views = gateViews(now: now)
        for cell in topology.cells.indices {
            for slot in gates.names.indices {
                guard views.count < most else { return views }
                let kind = gates.kinds[gates.kind(CellIndex(cell), slot)]
                guard kind.isGated, gates.known(CellIndex(cell), slot) < 0 else { continue }
                let name = topology.cells[cell].name
                views.append(
                    GateView(
                        node: nodeName, cell: name, from: name, to: gates.names[slot],
                        TargetGate(kind.gate, now: now).figures(kind.gate, now: now)))
            }
        }
        return views
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

    /// Whether a cell is out, of each cell and of what compares it; beyond `most` of those that are.
    package func ejected(upTo most: Int) -> [(scope: String, cell: String, isOut: Bool)] {
        let compared = gates.kinds.indices.filter { gates.kinds[$0].ejectionPolicy != nil }
        var views: [(scope: String, cell: String, isOut: Bool)] = []
        for kind in compared {
            for cell in topology.cells.indices where gates.holds(kind, for: CellIndex(cell)) {
                let isOut = gates.ejections[kind].isOut(cell)
                if isOut || views.count < most {
                    views.append((gates.kinds[kind].name, topology.cells[cell].name, isOut))
                }
            }
        }
        return views
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
