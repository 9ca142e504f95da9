import MeshBase
import Topology

extension KubernetesExport {
    /// What a cell may have: its blueprint's memory beside what the process needs, and no less than is usual.
    func resources(of cell: Int) -> (request: Resources, limit: Resources) {
        let limits = settings.limits
        let memory = source.work(of: cell) + limits.least.memory
        return (
            Resources(processors: max(250, limits.least.processors), memory: memory),
            Resources(
                processors: max(limits.usual.processors, limits.least.processors),
                memory: max(limits.usual.memory, memory))
        )
    }

    /// All that a cell's namespace holds beside what every namespace does.
    func objects(of cell: Int) -> [KubernetesObject] {
        let namespace = names.namespace(of: cell)
        return [
            cellPolicy(in: namespace, cell), gossipService(in: namespace, .cell, cell: cell),
            budget(in: namespace, .cell, cell: cell), statefulSet(of: cell, in: namespace),
        ]
    }

    private func statefulSet(of position: Int, in namespace: String) -> KubernetesObject {
        let cell = mesh.cells[position]
        let resources = resources(of: position)
        let process = KubernetesPod.Process(
            name: "cell",
            arguments: arguments(
                ["cell", "--name=\(cell.name)", "--listen=0.0.0.0:\(Self.port)"], data: cell.name, excluding: position),
            environment: [address], ports: [("cell", Self.port, false), ("gossip", Self.gossipPort, true)],
            resources: resources.limit, request: resources.request)
        // Cells of a region lie on different nodes where they can. The namespaces of the others count too.
        let apart: (key: String, value: JSONTree) = (
            "podAntiAffinity",
            [
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    [
                        "weight": 50,
                        "podAffinityTerm": [
                            "topologyKey": "kubernetes.io/hostname", "labelSelector": names.selector(.cell),
                            "namespaceSelector": names.selector(.cell),
                        ],
                    ]
                ]
            ]
        )
        let affinity = [nodes(region: cell.region, zone: cell.zone), apart].compactMap { $0 }
        return KubernetesObject(
            version: "apps/v1", kind: "StatefulSet", name: "cell", namespace: namespace,
            labels: names.labels(.cell, cell: position), annotations: image.skips,
            body: [
                (
                    "spec",
                    [
                        "serviceName": "gossip", "replicas": 1, "selector": names.selector(.cell),
                        // Each cell has a set of its own, and all of them change at once: a new pod comes when the old one is
                        // deleted, by whoever goes from cell to cell.
                        "updateStrategy": ["type": "OnDelete"],
                        "template": [
                            "metadata": ["labels": .words(names.labels(.cell, cell: position))],
                            "spec": pod(
                                process, probes: probes(port: "cell"), affinity: .object(affinity), grace: 30,
                                keeps: true),
                        ],
                        "volumeClaimTemplates": .array([claim]),
                    ]
                )
            ])
    }
}
