import Drills
import MeshBase
import Topology

/// What a scenario names of a mesh.
extension Scenario {
    /// A service, cell or region that its load or its bounds name and the mesh has not; nil where it has all.
    ///
    /// - Returns: `service 'x'`, and what could have been meant.
    package func unknownName(in topology: MeshTopology) -> (message: String, hint: String?)? {
        let services = topology.blueprints.flatMap(\.services).map(\.name)
        func unknown(_ what: String, _ name: String, _ known: [String]) -> (String, String?)? {
            guard !known.contains(name), !TargetChoice.isMeant(name) else { return nil }
            return ("\(what) '\(name)'", NearestWord.hint(for: name, among: known, listing: "\(what)s are"))
        }
        if let service = load.service, let found = unknown("service", service, services) { return found }
        for measure in measures {
            let found: (String, String?)? =
                switch measure.scope {
                case .service("records"), .notService("records"): nil
                case .service(let name), .notService(let name): unknown("service", name, services)
                case .cell(let name), .notCell(let name): unknown("cell", name, topology.cells.map(\.name))
                case .region(let name): unknown("region", name, topology.regions.map(\.name))
                case .kind, .priority, .layer, nil: nil
                }
            if let found { return found }
        }
        return nil
    }

    /// Whether something is asked of the requests of a region.
    package var asksRegions: Bool {
        measures.contains { if case .region = $0.scope { true } else { false } }
    }
}

extension ScenarioCall {
    /// Why no simulation runs it, with its place.
    package var simulationRefusal: String {
        "\(place): \(isProcess ? "a program" : "a request") is asked of what is real, and a simulation has none: "
            + "'\(text)' is run by drill run alone"
    }
}

extension MeshTopology {
    /// The name of a cell's region; nil for a cell that is none of its.
    package func region(ofCell name: String) -> String? {
        cells.first { $0.name == name }.map { regions[$0.region].name }
    }
}
