import MeshBase

extension ControlPlane {
    func makeRouterWatch() -> RouterWatch {
        let watch = RouterWatch(loop: loop, client: client) { [unowned self] in
            supervisor.processes.compactMap { process in
                guard process.name.role == .router, process.isServing, !supervisor.isStopped(process),
                    let admin = process.addresses.admin
                else { return nil }
                return RouterWatch.Router(name: process.name, admin: admin)
            }
        } isUnsettled: { [unowned self] in
            guard isReady else { return true }
            let young = supervisor.processes.filter { $0.name.role == .cell && $0.isServing && isYoung($0) }
            return young.contains { state(of: $0) == .starting }
        }
        watch.onChange = { [unowned self] in
            checkStart()
            liveDesk.changed()
        }
        return watch
    }

    /// A mesh whose routers reach all cells has so long to be seen serving as a whole, with all that `status --wait` waits for.
    private static let patience = TimeAmount.seconds(2)

    /// Whether whoever is told that the mesh is ready will see it so everywhere: what routers tell beside is of the time since they
    /// reach all cells, and the headline says that all is well. Where something keeps it from that, it had the time to.
    func isSeenWhole(_ expected: [SupervisedProcess]) -> Bool {
        let since = reachedSince ?? loop.now()
        reachedSince = since
        if loop.now() - since >= Self.patience { return true }
        guard routerWatch.isWhole else { return false }
        // Without some of its processes it is never whole.
        return expected.count < supervisor.processes.count || liveDesk.headline.map { $0.word == .serving } ?? true
    }

    /// Whether every router has its links to all cells that should serve. Members may know each other some
    /// milliseconds before a router has opened its last link, and a client that comes at once would be refused.
    func routersReach(_ expected: [SupervisedProcess]) -> Bool {
        let routers = expected.filter { $0.name.role == .router && !supervisor.isStopped($0) }.map(\.name)
        return expected.allSatisfy { cell in
            cell.name.role != .cell || supervisor.isStopped(cell)
                || routerWatch.reaching(cell.name.name, at: cell.addresses.data, among: routers).count == routers.count
        }
    }
}
