import MeshBase
import Reports
import Resilience
import Sharding
import Topology

/// What is set by hand: breakers that are held, and levels.
extension ActionForecast {
    /// A gate that refuses costs its cell's customers the answers of one service: others of their shards stand in, and where all
    /// refuse, the service is lost to them. What has a fallback is answered worse instead.
    mutating func breaker(_ request: PredictionRequest) {
        var harms = false
        if let word = request.options?.value {
            guard let mode = BreakerEntry.Mode(rawValue: word) else {
                let known = BreakerEntry.Mode.allCases.map(\.rawValue)
                return refuse(
                    "unknown-value", "there is no way to hold a breaker '\(word.prefix(64))'", asWritten: word, known)
            }
            harms = mode == .forcedOpen
        }
        confirm = harms ? .click : .none
        if request.targets.isEmpty { refuse("no-target", "name gates, as NODE/FROM/TO, or edge/FROM/TO of all cells") }
        for word in request.targets {
            let gates = gates(named: word)
            if gates.isEmpty { refuse("unknown-gate", "there is no gate '\(word.prefix(128))'") }
            for gate in gates where harms { hold(gate) }
        }
    }

    /// A level costs the customers of its cells features where the blueprint has any.
    mutating func degrade(_ request: PredictionRequest) {
        var harms = false
        if let word = request.options?.value {
            guard let level = DegradationLevel(word) else {
                return refuse(
                    "unknown-value", "there is no level '\(word.prefix(64))'", asWritten: word, DegradationLevel.names)
            }
            harms = level > .normal
        } else {
            confirm = .none
        }
        if request.targets.isEmpty { refuse("no-target", "name mesh, region/NAME or cell/NAME") }
        for word in request.targets {
            let scope = SettingsScope(word)
            let place = "name mesh, region/NAME or cell/NAME"
            var isKnown = scope == .mesh
            for (position, cell) in topology.cells.enumerated() {
                let here = SettingsPlace(region: topology.regions[cell.region].name, cell: cell.name)
                guard scope?.covers(here) == true else { continue }
                isKnown = true
                if harms, !topology.blueprints[cell.blueprint].featureNames.isEmpty {
                    impaired.insert(CellIndex(position))
                }
            }
            if !isKnown { refuse("unknown-target", "there is no '\(word.prefix(128))': \(place)") }
            if case .cell? = scope { continue }
            if harms { confirm = .type }
        }
    }

    /// A gate: the cell whose answers go through it, the caller there, nil of a router's, and what is called.
    private struct Gate {
        var cell: CellIndex
        var from: Int?
        var to: String
    }

    private func services(_ cell: CellIndex) -> [Service] {
        topology.blueprints[topology.cells[cell.position].blueprint].services
    }

    /// `r1/us-east-1/checkout`, `us-east-1/checkout/payment`, and `edge/checkout/payment` for that call in all cells; none where
    /// there is no such gate.
    private func gates(named name: String) -> [Gate] {
        let parts = name.split(separator: "/").map(String.init)
        guard parts.count == 3 else { return [] }
        func edge(_ cell: CellIndex) -> Gate? {
            let all = services(cell)
            guard let caller = all.firstIndex(where: { $0.name == parts[1] }),
                all[caller].calls.contains(where: { all[$0.to].name == parts[2] })
            else { return nil }
            return Gate(cell: cell, from: caller, to: parts[2])
        }
        if let cell = topology.cellIndex(named: parts[0]) { return edge(cell).map { [$0] } ?? [] }
        if parts[0] == "edge" { return topology.cells.indices.compactMap { edge(CellIndex($0)) } }
        guard topology.routers.contains(where: { $0.name == parts[0] }),
            let cell = topology.cellIndex(named: parts[1])
        else { return [] }
        let hasRecords = topology.blueprints[topology.cells[cell.position].blueprint].store != nil
        let isKnown = services(cell).contains { $0.name == parts[2] } || hasRecords && parts[2] == "records"
        return isKnown ? [Gate(cell: cell, from: nil, to: parts[2])] : []
    }

    /// Every call through a gate is refused.
    private mutating func hold(_ gate: Gate) {
        impaired.insert(gate.cell)
        guard let from = gate.from else {
            // Of records all cells are asked where the others are too few.
            if gate.to != "records" { refused[gate.to, default: CellSet()].insert(gate.cell) }
            return
        }
        let services = services(gate.cell)
        func isCovered(_ call: Edge) -> Bool { call.criticality != .core || !call.fallback.isEmpty }
        var failing: Set<Int> = []
        if services[from].calls.contains(where: { services[$0.to].name == gate.to && !isCovered($0) }) {
            failing.insert(from)
        }
        // Whoever needs what fails, fails.
        var count = -1
        while count != failing.count {
            count = failing.count
            for (number, service) in services.enumerated()
            where service.calls.contains(where: { failing.contains($0.to) && !isCovered($0) }) {
                failing.insert(number)
            }
        }
        for name in topology.entryServices {
            if let entry = services.firstIndex(where: { $0.name == name }), failing.contains(entry) {
                refused[name, default: CellSet()].insert(gate.cell)
            }
        }
    }
}
