import MeshBase

/// Walls between namespaces: what is not named does not pass, in either direction.
extension KubernetesExport {
    /// Only routers enter, beside the mesh itself: other cells by links for what they hold together, the control plane to look.
    func cellPolicy(in namespace: String, _ cell: Int) -> KubernetesObject {
        policy(
            in: namespace, .cell, cell: cell,
            ingress: [
                entry(from: .router, [Self.port]), entry(from: .cell, [Self.port]), entry(from: .control, [Self.port]),
                gossipEntry,
            ],
            egress: [lookups, gossipExit, exit(to: .cell, [Self.port]), exit(to: .router, [Self.adminPort])])
    }

    /// Customers come from anywhere.
    func routerPolicy(in namespace: String) -> KubernetesObject {
        let customers: JSONTree = ["ports": .array([tcp(Self.port)])]
        return policy(
            in: namespace, .router,
            ingress: [customers, entry(from: nil, [Self.adminPort]), gossipEntry],
            egress: [lookups, gossipExit, exit(to: .cell, [Self.port]), exit(to: .router, [Self.adminPort])])
    }

    /// Whoever may make a pod beside it, or forward a port to it, reaches its API.
    func controlPolicy(in namespace: String) -> KubernetesObject {
        let own: JSONTree = ["from": [["podSelector": [:]]], "ports": .array([tcp(Self.apiPort)])]
        return policy(
            in: namespace, .control, ingress: [own, gossipEntry],
            egress: [lookups, gossipExit, exit(to: .cell, [Self.port]), exit(to: .router, [Self.adminPort])])
    }

    private func policy(
        in namespace: String, _ component: KubernetesNames.Component, cell: Int? = nil, ingress: [JSONTree],
        egress: [JSONTree]
    ) -> KubernetesObject {
        KubernetesObject(
            version: "networking.k8s.io/v1", kind: "NetworkPolicy", name: component.rawValue, namespace: namespace,
            labels: names.labels(component, cell: cell),
            body: [
                (
                    "spec",
                    [
                        "podSelector": [:], "policyTypes": ["Ingress", "Egress"], "ingress": .array(ingress),
                        "egress": .array(egress),
                    ]
                )
            ])
    }

    private func entry(from component: KubernetesNames.Component?, _ ports: [Int]) -> JSONTree {
        ["from": [["namespaceSelector": names.selector(component)]], "ports": .array(ports.map(tcp))]
    }

    private func exit(to component: KubernetesNames.Component, _ ports: [Int]) -> JSONTree {
        ["to": [["namespaceSelector": names.selector(component)]], "ports": .array(ports.map(tcp))]
    }

    private var gossipEntry: JSONTree {
        ["from": [["namespaceSelector": names.selector()]], "ports": .array([udp(Self.gossipPort)])]
    }

    private var gossipExit: JSONTree {
        ["to": [["namespaceSelector": names.selector()]], "ports": .array([udp(Self.gossipPort)])]
    }

    /// Of names, by the cluster's own servers.
    private var lookups: JSONTree {
        [
            "to": [
                ["namespaceSelector": ["matchLabels": .words([("kubernetes.io/metadata.name", "kube-system")])]]
            ], "ports": .array([udp(53), tcp(53)]),
        ]
    }

    private func tcp(_ port: Int) -> JSONTree { ["protocol": "TCP", "port": .integer(port)] }
    private func udp(_ port: Int) -> JSONTree { ["protocol": "UDP", "port": .integer(port)] }
}
