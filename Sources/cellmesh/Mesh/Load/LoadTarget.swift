import Blueprints
import ControlPlane
import MeshBase
import Topology
import UVDriver

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
            if let port = UInt16(text) { return .loopback(port) }
            if let place = HostPort(text) { return try Self.reached(place) }
            let name = TargetSelector.name(in: text, of: .router)
            if let file = mesh.process(.router, name), let endpoint = Endpoint(file.data) { return endpoint }
            throw CommandFailure(
                .usage, "'\(given)' is no router and no HOST:PORT",
                hint: AddressProblem.endpoint(text)
                    ?? NearestWord.hint(for: name, among: topology.routers.map(\.name), listing: "routers are"))
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

    /// Of a name's addresses the first that takes a connection.
    private static func reached(_ place: HostPort) throws -> Endpoint {
        do throws(UVError) {
            let all = try Resolver.addresses(of: place.host, port: place.port)
            return AddressChoice.reached(all) ?? all[0]
        } catch { throw CommandFailure(.usage, "\(error)", hint: "give HOST:PORT, or the name of a router") }
    }
}
