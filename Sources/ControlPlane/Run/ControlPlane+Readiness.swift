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
