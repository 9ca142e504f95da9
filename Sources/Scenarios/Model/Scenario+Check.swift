import MeshBase
import Topology

/// Why a scenario cannot be run on a mesh, and what to do instead.
package struct ScenarioMisfit: Error, Equatable, CustomStringConvertible {
    /// Without a full stop.
    package var message: String
    /// What could have been meant, or would do; nil where there is nothing to suggest.
    package var hint: String?
    /// A topology that has what is missing; nil where none is known.
    package var topology: String?

    package var description: String { message + (hint.map { "; \($0)" } ?? "") }
}

extension Scenario {
    /// That a mesh has all that is named. Choices are names of nothing yet, and are left alone.
    package func check(in topology: MeshTopology) throws(ScenarioMisfit) {
        for action in actions + rollbacks {
            if let refusal = action.deed.refusal(in: topology) {
                throw ScenarioMisfit(message: "\(action.name): \(refusal.message)", topology: "topology/poison.yaml")
            }
            for word in action.deed.targets where !TargetChooser.isChoice(word) {
                do throws(UnknownTarget) { _ = try TargetSelector(word, in: topology) } catch {
                    throw ScenarioMisfit(message: "\(action.name): \(error.message)", hint: error.hint)
                }
            }
        }
        let services = topology.blueprints.flatMap(\.services).map(\.name)
        for name in namedServices where !services.contains(name) && !TargetChooser.isChoice(name) {
            throw ScenarioMisfit(
                message: "mesh '\(topology.name)' has no service '\(name)'",
                hint: NearestWord.hint(for: name, among: services, listing: "services are"))
        }
        if load.verifies, load.writes > 0, !topology.blueprints.contains(where: { $0.store != nil }) {
            throw ScenarioMisfit(
                message: "mesh '\(topology.name)' has no store: the load of the scenario writes",
                hint: "give the scenario 'load: {mix: \"services=100%\"}'")
        }
    }

    private var namedServices: [String] {
        let measures = (hypothesis?.probes.map(\.measure) ?? []) + objectives.map(\.measure)
        let named = measures.compactMap { measure -> String? in
            switch measure.scope {
            case .service(let name), .notService(let name): name == "records" ? nil : name
            default: nil
            }
        }
        return named + [load.service].compactMap { $0 }
    }
}
