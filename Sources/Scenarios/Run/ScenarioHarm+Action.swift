import Reports
import Topology

extension ScenarioHarm {
    /// What an action touches by itself, whose targets have been chosen.
    ///
    /// - Parameter shard: the names of a customer's cells, by its number.
    package init(_ action: ScenarioAction, in topology: MeshTopology, shard: (Int) -> [String]) {
        self.init()
        if case .poison(let number) = action.deed { touched.formUnion(shard(number)) }
        var words = action.deed.targets
        if case .fault(let request) = action.deed, let spec = try? request.spec(in: topology) {
            // What lies between two sides touches both.
            words += spec.targets.map(\.text)
        }
        // Events may name what was struck as it is written.
        touched.formUnion(words)
        for word in words {
            guard let target = try? TargetSelector(word, in: topology),
                let processes = try? target.processes(in: topology)
            else { continue }
            touched.formUnion(processes.map(\.name))
        }
        if case .fault(let request) = action.deed, Self.gentle.contains(request.kind) { return }
        mortal = touched
    }

    /// Kinds of faults that no process ends for, whatever else they do to it.
    private static let gentle: Set<String> = ["latency", "datagram-loss", "duplicate", "bandwidth", "errors"]
}
