import MeshBase

/// Walls between namespaces: what is not named does not pass, in either direction.
extension KubernetesExport {
    /// Only routers enter, beside the mesh itself: other cells by links for what they hold together, the control plane to look.
    func cellPolicy(in namespace: String, _ cell: Int) -> KubernetesObject {
        policy(
            in: namespace, .cell, cell: cell,
            ingress: [.router, .cell, .control].map { rule("from", $0, tcp(Self.port)) })
    }

    /// Customers come from anywhere.
    func routerPolicy(in namespace: String) -> KubernetesObject {
        let customers: JSONTree = ["ports": .array([tcp(Self.port)])]
        return policy(in: namespace, .router, ingress: [customers, rule("from", nil, tcp(Self.adminPort))])
    }

    /// Whoever may make a pod beside it, or forward a port to it, reaches its API.
    func controlPolicy(in namespace: String) -> KubernetesObject {
        let own: JSONTree = ["from": [["podSelector": [:]]], "ports": .array([tcp(Self.apiPort)])]
        return policy(in: namespace, .control, ingress: [own])
    }

    /// - Parameter ingress: what enters beside gossip.
    private func policy(
        in namespace: String, _ component: KubernetesNames.Component, cell: Int? = nil, ingress: [JSONTree]
    ) -> KubernetesObject {
        let gossip = udp(Self.gossipPort)
        return KubernetesObject(
            version: "networking.k8s.io/v1", kind: "NetworkPolicy", name: component.rawValue, namespace: namespace,
            labels: names.labels(component, cell: cell),
            body: [
                (
                    "spec",
                    [
                        "podSelector": [:], "policyTypes": ["Ingress", "Egress"],
                        "ingress": .array(ingress + [rule("from", nil, gossip)]),
                        "egress": [
                            lookups, rule("to", nil, gossip), rule("to", .cell, tcp(Self.port)),
                            rule("to", .router, tcp(Self.adminPort)),
                        ],
                    ]
                )
            ])
    }

    /// - Parameters:
    ///   - side: `from` or `to`.
    ///   - component: nil for whatever belongs to the mesh.
    private func rule(_ side: String, _ component: KubernetesNames.Component?, _ port: JSONTree) -> JSONTree {
        [side: [["namespaceSelector": names.selector(component)]], "ports": [port]]
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
