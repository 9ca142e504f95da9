import MeshBase
import Topology

/// A mesh as objects of Kubernetes: a namespace for each cell with its walls (A11), one for all routers, and one for a control plane
/// that watches.
///
/// Restarts, addresses and volumes are Kubernetes'; who lives and where customers are is the mesh's own, as on hosts without it.
package struct KubernetesExport: Sendable {
    /// Where cells serve and routers take customers.
    package static let port = 7_000
    /// Where routers answer probes and metrics.
    static let adminPort = 7_001
    /// Where the control plane answers.
    static let apiPort = 7_002
    static let gossipPort = 7_946

    let source: ExportSource
    let settings: KubernetesSettings
    var mesh: MeshTopology { source.mesh }
    var image: ImageName { ImageName(settings.image) }
    var names: KubernetesNames { KubernetesNames(mesh: mesh, prefix: settings.prefix) }

    /// A mesh and what was chosen; see `faults`.
    package init(_ source: ExportSource, _ settings: KubernetesSettings) {
        self.source = source
        self.settings = settings
    }

    /// What `kubectl apply -k` takes, and its parts in their order; of no use where there are faults.
    package var files: [ExportedFile] {
        var parts = [
            part("00-namespaces", namespaces),
            part("20-topology", everyNamespace.map { topologyMap(in: $0.name, $0.labels) }),
        ]
        if case .written(let secret) = settings.secret {
            parts.insert(part("10-secrets", secrets(secret), isSecret: true), at: 1)
        }
        for cell in mesh.cells.indices { parts.append(part("30-cell-\(mesh.cells[cell].name)", objects(of: cell))) }
        parts.append(part("40-routers", routers))
        for (position, router) in mesh.routers.enumerated() {
            parts.append(part("41-router-\(router.name)", self.router(position)))
        }
        parts.append(part("50-control", control))
        let list: JSONTree = [
            "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
            "resources": .list(parts.map(\.path)),
        ]
        let head = [
            "The mesh \(mesh.name), made by 'cellmesh export kubernetes'.", "",
            "  kubectl apply -k .            or, without kustomize: kubectl apply -f manifests",
        ]
        return [ExportedFile(path: "kustomization.yaml", text: YAMLEmitter.text([list], header: head))] + parts
    }

    private func part(_ name: String, _ objects: [KubernetesObject], isSecret: Bool = false) -> ExportedFile {
        ExportedFile(path: "manifests/\(name).yaml", text: YAMLEmitter.text(objects.map(\.tree)), isSecret: isSecret)
    }

    // MARK: Namespaces

    /// In the order in which they are made.
    private var everyNamespace: [(name: String, labels: [(String, String)])] {
        mesh.cells.indices.map { (names.namespace(of: $0), names.labels(.cell, cell: $0)) }
            + [(names.routers, names.labels(.router)), (names.control, names.labels(.control))]
    }

    private var namespaces: [KubernetesObject] {
        everyNamespace.flatMap { name, labels in
            [
                KubernetesObject(
                    kind: "Namespace", name: name,
                    labels: labels + [("pod-security.kubernetes.io/enforce", "restricted")], body: []),
                quota(in: name, labels), limitRange(in: name, labels),
            ]
        }
    }

    private func quota(in namespace: String, _ labels: [(String, String)]) -> KubernetesObject {
        let quota = settings.quota
        return KubernetesObject(
            kind: "ResourceQuota", name: "cellmesh", namespace: namespace, labels: labels,
            body: [
                (
                    "spec",
                    [
                        "hard": .words([
                            ("requests.cpu", Quantity.processors(quota.processors)),
                            ("requests.memory", Quantity.memory(quota.memory)),
                            ("persistentvolumeclaims", "\(quota.claims)"),
                            ("services.loadbalancers", "\(quota.loadBalancers)"),
                        ])
                    ]
                )
            ])
    }

    private func limitRange(in namespace: String, _ labels: [(String, String)]) -> KubernetesObject {
        let limits = settings.limits
        return KubernetesObject(
            kind: "LimitRange", name: "cellmesh", namespace: namespace, labels: labels,
            body: [
                (
                    "spec",
                    [
                        "limits": [
                            [
                                "type": "Container", "max": KubernetesPod.amounts(limits.most),
                                "min": KubernetesPod.amounts(limits.least),
                                "default": KubernetesPod.amounts(limits.usual),
                                "defaultRequest": KubernetesPod.amounts(limits.usual),
                            ]
                        ]
                    ]
                )
            ])
    }

    private func topologyMap(in namespace: String, _ labels: [(String, String)]) -> KubernetesObject {
        KubernetesObject(
            kind: "ConfigMap", name: "topology", namespace: namespace, labels: labels, body: [("data", source.texts)])
    }

    private func secrets(_ secret: String) -> [KubernetesObject] {
        everyNamespace.map { name, labels in
            KubernetesObject(
                kind: "Secret", name: secretName, namespace: name, labels: labels,
                body: KubernetesPod.secretBody(secret))
        }
    }

    private var secretName: String { settings.secret.name(own: "cellmesh") }

    // MARK: Parts of pods

    /// Of every process, behind the names of the command's own.
    func arguments(_ command: [String], data: String, excluding cell: Int? = nil) -> [String] {
        command + [
            "--topology=\(source.topologyPath)", "--data=\(ExportSource.data)/\(data)",
            "--secret-file=\(KubernetesPod.secretFile)", "--gossip=0.0.0.0:\(Self.gossipPort)",
            "--advertise=$(POD_IP)",
        ]
            + source.seeds.filter { $0 != cell }.map {
                "--join=gossip.\(names.namespace(of: $0)).svc:\(Self.gossipPort)"
            }
    }

    var address: (key: String, value: JSONTree) {
        ("POD_IP", ["fieldRef": ["fieldPath": "status.podIP"]])
    }

    /// A container with its probes and volumes, in a pod that may do nothing but run it.
    func pod(
        _ process: KubernetesPod.Process, probes: [(key: String, value: JSONTree)], affinity: JSONTree?,
        further: [(key: String, value: JSONTree)] = [], grace: Int, keeps: Bool
    ) -> JSONTree {
        let container =
            KubernetesPod.container(process, image: settings.image) + probes + [
                (
                    "volumeMounts",
                    .array([
                        KubernetesPod.mount("topology", at: ExportSource.folder, isReadOnly: true),
                        KubernetesPod.mount("secret", at: "/run/secrets/cellmesh", isReadOnly: true),
                        KubernetesPod.mount("data", at: ExportSource.data), KubernetesPod.mount("tmp", at: "/tmp"),
                    ])
                )
            ]
        let items = zip(source.keys, source.files).map { key, file -> JSONTree in
            ["key": .text(key), "path": .text(file.path)]
        }
        var volumes: [JSONTree] = [
            ["name": "topology", "configMap": ["name": "topology", "items": .array(items)]],
            KubernetesPod.secretVolume(secretName), KubernetesPod.scratch("tmp", mebibytes: 64),
        ]
        if !keeps { volumes.append(KubernetesPod.scratch("data", mebibytes: 256)) }
        var pod: [(key: String, value: JSONTree)] = [
            ("automountServiceAccountToken", false), ("enableServiceLinks", false),
            ("terminationGracePeriodSeconds", .integer(grace)), ("securityContext", KubernetesPod.securityContext),
        ]
        if let affinity { pod.append(("affinity", affinity)) }
        pod += further
        pod += [("containers", .array([.object(container)])), ("volumes", .array(volumes))]
        return .object(pod)
    }

    /// The catalogue's probes (B7): startup within 300 s, then twice every 10 s, each within 1 s.
    func probes(port: String, host: String? = nil) -> [(key: String, value: JSONTree)] {
        func probe(_ path: String, every seconds: Int, failures: Int) -> JSONTree {
            var call: [(key: String, value: JSONTree)] = [("path", .text(path)), ("port", .text(port))]
            if let host { call.append(("httpHeaders", [["name": "Host", "value": .text(host)]])) }
            return [
                "httpGet": .object(call), "periodSeconds": .integer(seconds), "timeoutSeconds": 1,
                "failureThreshold": .integer(failures),
            ]
        }
        return [
            ("startupProbe", probe("/startupz", every: 2, failures: 150)),
            ("readinessProbe", probe("/readyz", every: 10, failures: 3)),
            ("livenessProbe", probe("/livez", every: 10, failures: 3)),
        ]
    }

    /// A claim of a volume, in a StatefulSet.
    var claim: JSONTree {
        var spec: [(key: String, value: JSONTree)] = [("accessModes", ["ReadWriteOnce"])]
        if let name = settings.storageClass { spec.append(("storageClassName", .text(name))) }
        spec.append(("resources", ["requests": .words([("storage", Quantity.memory(settings.storage))])]))
        return ["metadata": ["name": "data"], "spec": .object(spec)]
    }

    /// Names that lead to pods before they are ready: they become so by finding each other.
    func gossipService(in namespace: String, _ component: KubernetesNames.Component, cell: Int? = nil)
        -> KubernetesObject
    {
        KubernetesObject(
            kind: "Service", name: "gossip", namespace: namespace, labels: names.labels(component, cell: cell),
            body: [
                (
                    "spec",
                    [
                        "clusterIP": "None", "publishNotReadyAddresses": true,
                        "selector": .words(names.labels(component)),
                        "ports": [
                            [
                                "name": "gossip", "port": .integer(Self.gossipPort), "targetPort": "gossip",
                                "protocol": "UDP",
                            ]
                        ],
                    ]
                )
            ])
    }

    /// One pod may go at a time by somebody's will. None would hold up whoever empties a node, since each cell has one pod.
    func budget(in namespace: String, _ component: KubernetesNames.Component, cell: Int? = nil) -> KubernetesObject {
        KubernetesObject(
            version: "policy/v1", kind: "PodDisruptionBudget", name: component.rawValue, namespace: namespace,
            labels: names.labels(component, cell: cell),
            body: [("spec", ["maxUnavailable": 1, "selector": names.selector(component)])])
    }

    /// To nodes of a region, and of a zone where one is named.
    func nodes(region: Int, zone: Int?) -> (key: String, value: JSONTree)? {
        var expressions = [Self.label("topology.kubernetes.io/region", mesh.regions[region].name)]
        if let zone { expressions.append(Self.label("topology.kubernetes.io/zone", names.zone(zone, of: region))) }
        let term: JSONTree = ["matchExpressions": .array(expressions)]
        switch settings.placement {
        case .none: return nil
        case .required:
            return (
                "nodeAffinity",
                ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": .array([term])]]
            )
        case .preferred:
            return (
                "nodeAffinity",
                [
                    "preferredDuringSchedulingIgnoredDuringExecution": [["weight": 100, "preference": term]]
                ]
            )
        }
    }

    private static func label(_ key: String, _ value: String) -> JSONTree {
        ["key": .text(key), "operator": "In", "values": .list([value])]
    }
}
