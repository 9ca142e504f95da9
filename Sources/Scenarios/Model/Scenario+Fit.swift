import Chaos
import Drills
import MeshBase
import Reports
import Topology

/// What a mesh lacks that a scenario is about.
package struct ScenarioMisfit: Error, Sendable, Equatable {
    /// A sentence without a full stop.
    package var message: String
    /// What would be right; nil where nothing is near.
    package var hint: String?
    /// The command with which it would be another matter; nil where there is none.
    package var next: String?

    init(_ message: String, hint: String? = nil, next: String? = nil) {
        (self.message, self.hint, self.next) = (message, hint, next)
    }
}

extension Scenario {
    /// Why it cannot be run on a mesh, whatever state that is in; nil where it can.
    ///
    /// - Parameter isSimulated: in virtual time, where more can be done.
    package func misfit(in topology: MeshTopology, isSimulated: Bool = false) -> ScenarioMisfit? {
        for action in actions + rollbacks {
            if let refusal = action.deed.refusal(in: topology) {
                return ScenarioMisfit(
                    "\(action.label): \(refusal.message)", next: action.deed.example.map { "cellmesh up \($0)" })
            }
            for word in action.deed.targets where !TargetChoice.isMeant(word) {
                do throws(UnknownTarget) { _ = try TargetSelector(word, in: topology) } catch {
                    return ScenarioMisfit("\(action.label): \(error.message)", hint: error.hint)
                }
            }
            if case .fault(let request) = action.deed, !request.targets.contains(where: TargetChoice.isMeant) {
                do throws(FaultRequest.Refusal) { _ = try request.spec(in: topology) } catch {
                    return ScenarioMisfit("\(action.label): \(error.message)")
                }
            }
            if !isSimulated, action.deed.holdsControl {
                return ScenarioMisfit(
                    "\(action.label): '\(action.deed.text)' is simulated alone, for leases are the control plane's to end",
                    next: "cellmesh sim run \(name).yaml")
            }
            guard !isSimulated, case .fault(let request) = action.deed, let kind = FaultKind(rawValue: request.kind),
                kind.isSimulatedAlone
            else { continue }
            return ScenarioMisfit(
                "\(action.label): '\(request.kind)' is simulated alone", next: "cellmesh sim run \(name).yaml")
        }
        if let unknown = unknownName(in: topology) {
            return ScenarioMisfit("the topology '\(topology.name)' has no \(unknown.message)", hint: unknown.hint)
        }
        if !isSimulated, load.verifies, load.writes > 0, !topology.blueprints.contains(where: { $0.store != nil }) {
            return ScenarioMisfit(
                "the topology '\(topology.name)' has no store, and the load of the scenario writes",
                hint: "give the scenario 'load: {mix: \"services=100%\"}'")
        }
        if let customers = load.customers, customers > topology.customers.count {
            return ScenarioMisfit(
                "the load has \(Wording.count(customers)) customers, and the topology '\(topology.name)' "
                    + "\(Wording.count(topology.customers.count))",
                hint: "leave 'customers' out of 'load', for all that there are")
        }
        let homes = Set(topology.routers.map(\.region))
        if !isSimulated, load.isTwoSided, homes.count < 2 {
            return ScenarioMisfit(
                "a cut is seen by clients on both sides, and all routers of the topology '\(topology.name)' are in one region",
                hint: "a topology with routers in several regions has 'routers: 3'",
                next: "cellmesh up topology/tiers.yaml --detach")
        }
        return nil
    }

    /// Also what is left to be chosen could be chosen while all cells serve.
    package func misfitOfChoices(in topology: MeshTopology) -> ScenarioMisfit? {
        let chooser = TargetChooser(
            topology, loads: topology.cells.map { _ in .init(rate: nil, customers: 1, serves: true) },
            seed: seed ?? topology.seed)
        for (step, action) in actions.enumerated() {
            do throws(UnknownTarget) { _ = try action.deed.chosen(by: chooser, step: step) } catch {
                return ScenarioMisfit("\(action.label): \(error.message)", hint: error.hint)
            }
        }
        return nil
    }
}
