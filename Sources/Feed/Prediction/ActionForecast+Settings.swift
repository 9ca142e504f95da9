import MeshBase
import Reports
import Resilience
import Sharding
import Topology

/// What is set by hand: breakers that are held, and levels.
extension ActionForecast {
    /// A gate that refuses costs its cell's customers the answers of one service.
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
        if request.targets.isEmpty { refuse("no-target", "name gates, as NODE/FROM/TO") }
        for word in request.targets {
            guard let cell = cell(ofGate: word) else {
                refuse("unknown-gate", "there is no gate '\(word.prefix(128))'")
                continue
            }
            if harms { impaired.insert(cell) }
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

    /// `r1/us-east-1/checkout`, `us-east-1/checkout/payment`: the cell whose answers go through the gate.
    private func cell(ofGate name: String) -> CellIndex? {
        let parts = name.split(separator: "/").map(String.init)
        guard parts.count == 3 else { return nil }
        func services(_ cell: CellIndex) -> [Service] {
            topology.blueprints[topology.cells[cell.position].blueprint].services
        }
        if let cell = topology.cellIndex(named: parts[0]) {
            let all = services(cell)
            let caller = all.first { $0.name == parts[1] }
            return caller?.calls.contains { all[$0.to].name == parts[2] } == true ? cell : nil
        }
        guard topology.routers.contains(where: { $0.name == parts[0] }),
            let cell = topology.cellIndex(named: parts[1])
        else { return nil }
        let hasRecords = topology.blueprints[topology.cells[cell.position].blueprint].store != nil
        return services(cell).contains { $0.name == parts[2] } || hasRecords && parts[2] == "records" ? cell : nil
    }
}
