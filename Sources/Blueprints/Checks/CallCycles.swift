import Topology

/// Finds calls that lead back to their caller; compensations and fallbacks count as calls.
struct CallCycles {
    let reporter: Reporter

    /// Reports each call that closes a cycle.
    func check(_ loaded: LoadedBlueprint) {
        var search = Search(loaded: loaded)
        for service in loaded.blueprint.services.indices { search.visit(service) }
        for (position, path) in search.found {
            let names = path.map { loaded.blueprint.services[$0].name }.joined(separator: " -> ")
            reporter.error(.callCycle, at: position, "the calls form a cycle: \(names)")
        }
    }

    private struct Search {
        let loaded: LoadedBlueprint
        var found: [(position: Position, path: [Int])] = []
        private var path: [Int] = []
        private var done: Set<Int> = []

        init(loaded: LoadedBlueprint) { self.loaded = loaded }

        mutating func visit(_ service: Int) {
            guard !done.contains(service) else { return }
            path.append(service)
            let marks = loaded.services[service].edges
            for (edge, mark) in zip(loaded.blueprint.services[service].calls, marks) {
                follow(edge.to, mark.position)
                if let compensation = edge.compensation { follow(compensation, mark.compensation ?? mark.position) }
                if let generic = edge.genericService { follow(generic, mark.generic ?? mark.position) }
            }
            path.removeLast()
            done.insert(service)
        }

        private mutating func follow(_ target: Int, _ position: Position) {
            if let start = path.firstIndex(of: target) {
                found.append((position, path[start...] + [target]))
            } else {
                visit(target)
            }
        }
    }
}
