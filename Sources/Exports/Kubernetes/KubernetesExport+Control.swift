import MeshBase
import Topology

extension KubernetesExport {
    static let controlResources = (
        request: Resources(processors: 250, memory: 256 << 20), limit: Resources(processors: 1_000, memory: 1 << 30)
    )

    /// All that the control plane's namespace holds beside what every namespace does: it watches, and supervises nothing.
    var control: [KubernetesObject] {
        let namespace = names.control
        return [
            controlPolicy(in: namespace), gossipService(in: namespace, .control), controlService(in: namespace),
            budget(in: namespace, .control), controlSet(in: namespace),
        ]
    }

    private func controlService(in namespace: String) -> KubernetesObject {
        KubernetesObject(
            kind: "Service", name: "control", namespace: namespace, labels: names.labels(.control),
            body: [
                (
                    "spec",
                    [
                        "type": "ClusterIP", "selector": .words(names.labels(.control)),
                        "ports": [
                            [
                                "name": "api", "port": .integer(Self.apiPort), "targetPort": "api", "protocol": "TCP",
                            ]
                        ],
                    ]
                )
            ])
    }

    private func controlSet(in namespace: String) -> KubernetesObject {
        let process = KubernetesPod.Process(
            name: "control",
            arguments: arguments(
                ["control", "--observe", "--api=0.0.0.0:\(Self.apiPort)"], data: mesh.name),
            environment: [("CELLMESH_HOME", .text(ExportSource.data)), address],
            ports: [("api", Self.apiPort, false), ("gossip", Self.gossipPort, true)],
            resources: Self.controlResources.limit, request: Self.controlResources.request)
        let affinity = nodes(region: mesh.control.region, zone: nil).map { JSONTree.object([$0]) }
        return KubernetesObject(
            version: "apps/v1", kind: "StatefulSet", name: "control", namespace: namespace,
            labels: names.labels(.control), annotations: image.skips,
            body: [
                (
                    "spec",
                    [
                        "serviceName": "gossip", "replicas": 1, "selector": names.selector(.control),
                        "template": [
                            "metadata": ["labels": .words(names.labels(.control))],
                            // Its API answers to its own address and the loopback's, so that no web page reaches it.
                            "spec": pod(
                                process, probes: probes(port: "api", host: "127.0.0.1:\(Self.apiPort)"),
                                affinity: affinity, grace: 15, keeps: true),
                        ],
                        "volumeClaimTemplates": .array([claim]),
                    ]
                )
            ])
    }
}
