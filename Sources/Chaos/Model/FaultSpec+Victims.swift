import Topology

extension FaultSpec {
    /// Members that others are to take for dead by it: those that are ended or stopped, and those that nothing reaches any
    /// more.
    package func victims(in topology: MeshTopology) -> [String] {
        switch action {
        case .process(.kill), .process(.pause), .process(.leave), .disk(.destroy), .disk(.lose):
            var names: [String] = []
            for target in targets {
                for process in (try? target.processes(in: topology)) ?? [] where !names.contains(process.name) {
                    names.append(process.name)
                }
            }
            return names
        case .wire(.blackhole), .wire(.partition):
            let nodes = WireNodes(topology)
            return nodes.all.indices.filter { nodes.isNode($0, in: side) }.map { nodes.all[$0].name }
        default: return []
        }
    }
}
