import Blueprints
import ControlPlane
import MeshBase
import Topology

/// Where a load goes.
struct LoadTarget {
    let mesh: DataDirectory
    let topology: MeshTopology
    let router: Endpoint

    /// The control plane need not run: requests do not pass it.
    init(_ options: MeshOptions, router: String?) throws {
        mesh = try options.alive()
        topology = try StoredMesh(mesh).topology
        self.router = try Self.endpoint(mesh, topology, router)
    }

    private static func endpoint(
        _ mesh: DataDirectory, _ topology: MeshTopology, _ given: String?
    ) throws -> Endpoint {
        if let given {
            let text = given.hasPrefix("http://") ? String(given.dropFirst(7)) : given
            if let argument = EndpointArgument(argument: text) { return argument.endpoint }
            let name = TargetSelector.name(in: text, of: .router)
            if let file = mesh.process(.router, name), let endpoint = Endpoint(file.data) { return endpoint }
            throw CommandFailure(
                .usage, "'\(given)' is no router and no HOST:PORT",
                hint: Endpoint.isIPv6(text)
                    ? Endpoint.onlyIPv4
                    : NearestWord.hint(for: name, among: topology.routers.map(\.name), listing: "routers are"))
        }
        for router in topology.routers {
            if let file = mesh.process(.router, router.name), file.identity.isRunning,
                let endpoint = Endpoint(file.data)
            {
                return endpoint
            }
        }
        throw CommandFailure(
            .unhealthy, "no router of mesh '\(mesh.name)' runs",
            next: mesh.controlHolder == nil ? "cellmesh up --mesh \(mesh.name) --detach" : "cellmesh status")
    }
}
