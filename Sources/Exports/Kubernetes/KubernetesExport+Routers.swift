import MeshBase
import Topology

extension KubernetesExport {
    static let routerResources = (
        request: Resources(processors: 250, memory: 256 << 20), limit: Resources(processors: 1_000, memory: 1 << 30)
    )

    /// All that the routers' namespace holds beside what every namespace does.
    var routers: [KubernetesObject] {
        let namespace = names.routers
        return [
            routerPolicy(in: namespace), gossipService(in: namespace, .router), routerService(in: namespace),
            budget(in: namespace, .router),
        ]
    }

    /// A file each, so that one after the other is given new pods.
    func router(_ position: Int) -> [KubernetesObject] { [deployment(of: position, in: names.routers)] }

    /// Where customers come in: all routers at one name.
    private func routerService(in namespace: String) -> KubernetesObject {
        KubernetesObject(
            kind: "Service", name: "routers", namespace: namespace, labels: names.labels(.router),
            body: [
                (
                    "spec",
                    [
                        "type": .text(settings.service.rawValue), "selector": .words(names.labels(.router)),
                        "ports": [
                            ["name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"]
                        ],
                    ]
                )
            ])
    }

    /// A router is a member by its name, so that each has a Deployment of one pod, and the old one goes before the new one
    /// comes.
    private func deployment(of position: Int, in namespace: String) -> KubernetesObject {
        let router = mesh.routers[position]
        let labels = names.labels(.router) + [("cellmesh/router", router.name)]
        let process = KubernetesPod.Process(
            name: "router",
            arguments: arguments(
                [
                    "router", "--name=\(router.name)", "--listen=0.0.0.0:\(Self.port)",
                    "--admin=0.0.0.0:\(Self.adminPort)",
                ], data: router.name), environment: [address],
            ports: [("http", Self.port, false), ("admin", Self.adminPort, false), ("gossip", Self.gossipPort, true)],
            resources: Self.routerResources.limit, request: Self.routerResources.request)
        // Until the last proxy of the cluster has forgotten its address, customers are still sent to it.
        let stop: (key: String, value: JSONTree) = ("lifecycle", ["preStop": ["sleep": ["seconds": 5]]])
        let spread = ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map { key -> JSONTree in
            [
                "maxSkew": 1, "topologyKey": .text(key), "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": names.selector(.router),
            ]
        }
        let affinity = nodes(region: router.region, zone: nil).map { JSONTree.object([$0]) }
        return KubernetesObject(
            version: "apps/v1", kind: "Deployment", name: router.name, namespace: namespace, labels: labels,
            annotations: image.skips,
            body: [
                (
                    "spec",
                    [
                        "replicas": 1,
                        "selector": ["matchLabels": .words(labels)],
                        "strategy": [
                            "type": "RollingUpdate", "rollingUpdate": ["maxSurge": 0, "maxUnavailable": 1],
                        ],
                        "template": [
                            "metadata": ["labels": .words(labels)],
                            "spec": pod(
                                process, probes: probes(port: "admin") + [stop], affinity: affinity,
                                further: [("topologySpreadConstraints", .array(spread))], grace: 20, keeps: false),
                        ],
                    ]
                )
            ])
    }
}
