import MeshBase
import Reports

/// A figure of one subject.
package struct AlertValue: Sendable, Equatable {
    /// A cell, a gate, a layer, or the mesh.
    package var subject: String
    /// What is held against the bound.
    package var value: Double
}

extension AlertSignal {
    /// The subject of what is about the mesh as a whole.
    package static let mesh = "mesh"

    /// What the feed knows; what it does not know is left out.
    ///
    /// - Parameters:
    ///   - names: of the cells, in the order of the state's columns.
    ///   - scale: by what windows of burn rates are divided, 1 or more.
    package func values(
        _ state: FeedState, names: [String], _ ledger: RequestLedger, _ objective: AlertObjective, scale: Double = 1,
        now: Instant
    ) -> [AlertValue] {
        func cells(_ value: (Int) -> Double?) -> [AlertValue] {
            names.indices.prefix(state.cells.count).compactMap { cell in
                value(cell).map { AlertValue(subject: names[cell], value: $0) }
            }
        }
        func mesh(_ value: Double?) -> [AlertValue] { value.map { [AlertValue(subject: Self.mesh, value: $0)] } ?? [] }
        switch self {
        case .utilisation: return cells { state.cells[.util, $0].value(.util) }
        case .retries:
            return (state.mesh.retry.map { [AlertValue(subject: "router", value: $0)] } ?? [])
                + cells { state.cells[.retry, $0].value(.retry) }
        case .openBreakers:
            return state.breakers.map { breaker in
                // What a router's gate says of its cell stands in the name already.
                let name = breaker.name.split(separator: "@").first.map(String.init) ?? breaker.name
                let isShut = breaker.state == "open" || breaker.state == "forced-open"
                return AlertValue(subject: name, value: isShut ? 1 : 0)
            }
        case .amplification:
            return state.amplification.map {
                AlertValue(subject: $0.layer == "cells" ? "edge" : $0.layer, value: $0.ratio)
            }
        case .cellsOut:
            return cells { cell in
                let word = state.cells.state(of: cell)
                return word == .unknown ? nil : word.isOut ? 1 : 0
            }
        case .routersOut:
            return (state.routers ?? []).filter { $0.state != .unknown }
                .map { AlertValue(subject: $0.name, value: $0.state.isOut ? 1 : 0) }
        case .differentWitnesses:
            return cells { state.cells.condition(of: $0).map { $0 == .differ ? 1 : 0 } }
        case .differentCustomers: return mesh(state.impact.different.map { state.impact.open ? Double($0) : 0 })
        case .customersWithoutQuorum:
            return mesh(state.impact.observed.noQuorum.map { state.impact.open ? Double($0) : 0 })
        case .failingGate:
            guard let move = state.evacuation, !move.outcome.isFinal, let gate = move.gate else { return mesh(0) }
            return mesh(Double(gate.count { !$0.ok }))
        case .burn(let long, let short):
            let shares = [long, short].compactMap {
                ledger.failureShare(over: .nanoseconds(Int64(Double($0.nanoseconds) / max(scale, 1))), now: now)
            }
            guard shares.count == 2 else { return [] }
            return mesh(shares.min().map { $0 / objective.allowed })
        }
    }
}
