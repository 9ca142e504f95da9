import MeshBase
import Topology

extension KubernetesExport {
    /// What Kubernetes, or the walls that were asked for, cannot hold. Nothing is exported where there is any.
    package var faults: [ExportFault] {
        names.faults + source.tooLarge + source.sharedFaults
            + source.programs(in: settings.image, isOwn: settings.isOwnImage) + cellFaults + memberFaults
    }

    private var cellFaults: [ExportFault] {
        mesh.cells.indices.flatMap { cell -> [ExportFault] in
            let (request, limit) = resources(of: cell)
            let what = "the cell '\(mesh.cells[cell].name)'"
            var faults = walls(what, .cell(cell), request: request, limit: limit)
            faults += quotas(what, .cell(cell), requests: [request], claims: 1)
            return faults
        }
    }

    private var memberFaults: [ExportFault] {
        let router = Self.routerResources
        let control = Self.controlResources
        var faults = walls("a router", .mesh, request: router.request, limit: router.limit)
        faults += quotas(
            mesh.routers.count == 1 ? "the router" : "\(mesh.routers.count) routers", .mesh,
            requests: mesh.routers.map { _ in router.request }, claims: 0,
            loadBalancers: settings.service == .loadBalancer ? 1 : 0)
        faults += walls("the control plane", .mesh, request: control.request, limit: control.limit)
        faults += quotas("the control plane", .mesh, requests: [control.request], claims: 1)
        return faults
    }

    /// Against the LimitRange.
    private func walls(_ what: String, _ part: TopologyPart, request: Resources, limit: Resources) -> [ExportFault] {
        let limits = settings.limits
        var faults: [ExportFault] = []
        func check(_ holds: Bool, _ message: String) {
            if !holds { faults.append(ExportFault(part, message, hint: "give --limits")) }
        }
        check(
            limit.memory <= limits.most.memory,
            "\(what) needs \(Quantity.memory(limit.memory)) of memory, and a container may have "
                + Quantity.memory(limits.most.memory))
        check(
            limit.processors <= limits.most.processors,
            "\(what) may use \(Quantity.processors(limit.processors)) processors, and a container may have "
                + Quantity.processors(limits.most.processors))
        check(
            request.memory >= limits.least.memory && request.processors >= limits.least.processors,
            "\(what) asks for \(Quantity.processors(request.processors)) processors and "
                + "\(Quantity.memory(request.memory)), and a container has "
                + "\(Quantity.processors(limits.least.processors)) and \(Quantity.memory(limits.least.memory)) at least"
        )
        return faults
    }

    /// Against the ResourceQuota of the namespace.
    private func quotas(
        _ what: String, _ part: TopologyPart, requests: [Resources], claims: Int, loadBalancers: Int = 0
    ) -> [ExportFault] {
        let quota = settings.quota
        let processors = requests.reduce(0) { $0 + $1.processors }
        let memory = requests.reduce(0) { $0 + $1.memory }
        let asked: [(Int, Int, String, String)] = [
            (
                processors, quota.processors, Quantity.processors(processors),
                Quantity.processors(quota.processors) + " processors"
            ),
            (memory, quota.memory, Quantity.memory(memory), Quantity.memory(quota.memory) + " of memory"),
            (claims, quota.claims, "\(claims)", "\(quota.claims) volume claims"),
            (loadBalancers, quota.loadBalancers, "\(loadBalancers)", "\(quota.loadBalancers) load balancers"),
        ]
        return asked.filter { $0.0 > $0.1 }.map {
            ExportFault(
                part, "\(what) would ask for \($0.2), and the quota of a namespace lets \($0.3)", hint: "give --quota")
        }
    }
}
