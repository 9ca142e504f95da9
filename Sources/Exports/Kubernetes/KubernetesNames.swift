import MeshBase
import Topology

/// What Kubernetes calls the parts of a mesh.
struct KubernetesNames {
    let mesh: MeshTopology
    let prefix: String

    /// Of processes: whose namespace, and whose pods.
    enum Component: String {
        case cell, router, control
    }

    var routers: String { prefix + "routers" }
    var control: String { prefix + "control" }
    func namespace(of cell: Int) -> String { prefix + mesh.cells[cell].name }

    /// The value of a node's label `topology.kubernetes.io/zone`: zones of two regions may have one name.
    func zone(_ zone: Int, of region: Int) -> String {
        "\(mesh.regions[region].name)-\(mesh.regions[region].zones[zone])"
    }

    /// Of each object and namespace.
    func labels(_ component: Component, cell: Int? = nil) -> [(String, String)] {
        var labels = [
            ("app.kubernetes.io/name", "cellmesh"), ("app.kubernetes.io/instance", mesh.name),
            ("app.kubernetes.io/component", component.rawValue),
        ]
        if let cell { labels.append(("cellmesh/cell", mesh.cells[cell].name)) }
        return labels
    }

    /// Whatever belongs to the mesh; of one kind, where one is named.
    func selector(_ component: Component? = nil) -> JSONTree {
        .object([("matchLabels", .words(Array(labels(component ?? .cell).prefix(component == nil ? 2 : 3))))])
    }

    /// What cannot be a name there.
    var faults: [ExportFault] {
        var claims = NameClaims()
        claims.check(mesh.name, "label", for: .mesh, "the mesh '\(mesh.name)'")
        claims.reserve(routers, "namespace", "the namespace of all routers")
        claims.reserve(control, "namespace", "the namespace of the control plane")
        for (position, cell) in mesh.cells.enumerated() {
            claims.claim(namespace(of: position), "namespace", for: .cell(position), "the cell '\(cell.name)'")
        }
        for (position, router) in mesh.routers.enumerated() {
            claims.claim(router.name, "Deployment", for: .router(position), "the router '\(router.name)'")
        }
        for (position, region) in mesh.regions.enumerated() {
            claims.claim(region.name, "label of a region", for: .region(position), "the region '\(region.name)'")
            for (number, zone) in region.zones.enumerated() {
                claims.claim(
                    self.zone(number, of: position), "label of a zone", for: .zone(number, region: position),
                    "the zone '\(zone)' of '\(region.name)'")
            }
        }
        var faults = claims.faults
        if prefix.hasPrefix("kube-") {
            faults.append(
                ExportFault(
                    .mesh, "namespaces that begin with 'kube-' are Kubernetes' own", hint: "give --namespace-prefix"))
        }
        return faults
    }
}
