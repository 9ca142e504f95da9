import MeshBase

extension ControlPlane {
    /// What the routers said last, while the mesh starts.
    struct Reach {
        /// A question is under way.
        var isAsking = false
        /// By router: the cells whose links it has open.
        var cells: [ProcessName: Set<String>] = [:]
    }

    private struct Serving: Decodable {
        var cells: [String]
    }

    /// Whether every router has its links to all cells that should serve; asks them again where one has not. Members
    /// may know each other some milliseconds before a router has opened its last link, and a client that comes at once
    /// would be refused.
    func routersReach(_ expected: [SupervisedProcess]) -> Bool {
        let routers = expected.filter { $0.name.role == .router && !supervisor.isStopped($0) }
        let cells = expected.filter { $0.name.role == .cell && !supervisor.isStopped($0) }.map(\.name.name)
        let isReached = routers.allSatisfy { router in
            reach.cells[router.name].map { reached in cells.allSatisfy(reached.contains) } ?? false
        }
        guard !isReached, !reach.isAsking else { return isReached }
        reach.isAsking = true
        ask(routers, "/v1/serving", as: Serving.self) { [weak self] answers in
            guard let self else { return }
            reach.isAsking = false
            for (name, answer) in answers { reach.cells[name] = Set(answer?.cells ?? []) }
            checkStart()
        }
        return false
    }
}
