import MeshBase
import Topology

/// A mesh as what `podman play kube` can play on one machine: pods, a ConfigMap, a Secret and claims of volumes, without namespaces.
/// Pods find each other by their names on a network of podman's.
///
/// Podman 4.3 plays no StatefulSet, keeps no namespace apart, puts no file of a ConfigMap into a folder of its own, and asks probes
/// by what it finds in the container.
package struct PodmanExport: Sendable {
    let source: ExportSource
    let settings: KubernetesSettings
    /// Where the first router is reached on the machine's loopback; the others follow.
    let port: Int
    private var mesh: MeshTopology { source.mesh }

    /// - Parameter settings: quotas, placement and classes of storage are Kubernetes' alone.
    package init(_ source: ExportSource, _ settings: KubernetesSettings, port: Int = KubernetesExport.port) {
        self.source = source
        self.settings = settings
        self.port = port
    }

    /// What podman cannot hold.
    package var faults: [ExportFault] {
        var claims = NameClaims()
        claims.reserve(name("control"), "pod", "the control plane")
        for (position, cell) in mesh.cells.enumerated() {
            claims.claim(name(cell.name), "pod", for: .cell(position), "the cell '\(cell.name)'")
        }
        for (position, router) in mesh.routers.enumerated() {
            claims.claim(name(router.name), "pod", for: .router(position), "the router '\(router.name)'")
        }
        return claims.faults + source.sharedFaults
            + source.programs(in: settings.image, isOwn: settings.isOwnImage)
    }

    /// In the order in which they are played.
    package var files: [ExportedFile] {
        var files = [ExportedFile(path: "mesh.yaml", text: YAMLEmitter.text(objects.map(\.tree), header: header))]
        if case .written(let secret) = settings.secret {
            let object = object("Secret", secretName, KubernetesPod.secretBody(secret))
            files.insert(
                ExportedFile(path: "secret.yaml", text: YAMLEmitter.text([object.tree]), isSecret: true), at: 0)
        }
        return files
    }

    private var header: [String] {
        [
            "The mesh \(mesh.name), made by 'cellmesh export kubernetes --flavour podman'.", "",
            "  podman network create \(mesh.name)", "  podman play kube --network \(mesh.name) secret.yaml",
            "  podman play kube --network \(mesh.name) mesh.yaml",
        ]
    }

    private var secretName: String { settings.secret.name(own: name("secret")) }

    private func name(_ part: String) -> String { settings.prefix + part }

    private var objects: [KubernetesObject] {
        let configuration = object("ConfigMap", name("topology"), [("data", source.texts)])
        let keepers = mesh.cells.map(\.name) + ["control"]
        let claims = keepers.map { keeper in
            object(
                "PersistentVolumeClaim", name("\(keeper)-data"),
                [
                    (
                        "spec",
                        [
                            "accessModes": ["ReadWriteOnce"],
                            "resources": ["requests": .words([("storage", Quantity.memory(settings.storage))])],
                        ]
                    )
                ])
        }
        let cells = mesh.cells.indices.map { cell in
            let name = mesh.cells[cell].name
            return pod(
                name, ["cell", "--name=\(name)", "--listen=0.0.0.0:\(KubernetesExport.port)"], cell: cell,
                probe: KubernetesExport.port)
        }
        let routers = mesh.routers.enumerated().map { number, router in
            pod(
                router.name,
                [
                    "router", "--name=\(router.name)", "--listen=0.0.0.0:\(KubernetesExport.port)",
                    "--admin=0.0.0.0:\(KubernetesExport.adminPort)",
                ], keeps: false, probe: KubernetesExport.adminPort, published: port + number)
        }
        let control = pod(
            "control", ["control", "--observe", "--api=127.0.0.1:\(KubernetesExport.apiPort)"], data: mesh.name,
            environment: [("CELLMESH_HOME", .text(ExportSource.data))], probe: KubernetesExport.apiPort)
        return [configuration] + claims + cells + routers + [control]
    }

    private func object(_ kind: String, _ name: String, _ body: [(key: String, value: JSONTree)]) -> KubernetesObject {
        KubernetesObject(
            kind: kind, name: name, namespace: nil,
            labels: [("app.kubernetes.io/name", "cellmesh"), ("app.kubernetes.io/instance", mesh.name)], body: body)
    }

    /// - Parameter published: the port of the machine's loopback that leads to it; nil: none does.
    private func pod(
        _ short: String, _ command: [String], cell: Int? = nil, data: String? = nil,
        environment: [(key: String, value: JSONTree)] = [], keeps: Bool = true, probe: Int, published: Int? = nil
    ) -> KubernetesObject {
        let arguments =
            command + [
                "--topology=\(source.topologyPath)", "--data=\(ExportSource.data)/\(data ?? short)",
                "--secret-file=\(KubernetesPod.secretFile)", "--gossip=0.0.0.0:\(KubernetesExport.gossipPort)",
            ]
            + source.seeds.filter { $0 != cell }.map {
                "--join=\(name(mesh.cells[$0].name)):\(KubernetesExport.gossipPort)"
            }
        let work = cell.map { source.work(of: $0) } ?? 0
        let process = KubernetesPod.Process(
            name: cell == nil ? (keeps ? "control" : "router") : "cell", arguments: arguments,
            environment: environment, resources: Resources(processors: 1_000, memory: work + 256 << 20),
            request: Resources(processors: 100, memory: work + 128 << 20))
        let folders = folders
        var container = KubernetesPod.container(process, image: settings.image)
        if let published {
            container.append(
                (
                    "ports",
                    [
                        [
                            "containerPort": .integer(KubernetesExport.port), "hostPort": .integer(published),
                            "hostIP": "127.0.0.1", "protocol": "TCP",
                        ]
                    ]
                ))
        }
        container += [
            (
                "livenessProbe",
                [
                    "exec": ["command": ["cellmesh", "probe", .text("127.0.0.1:\(probe)"), "livez"]],
                    "periodSeconds": 10, "timeoutSeconds": 2, "failureThreshold": 3, "initialDelaySeconds": 10,
                ]
            ),
            (
                "volumeMounts",
                .array(
                    folders.enumerated().map { number, folder in
                        KubernetesPod.mount("topology-\(number)", at: folder.path)
                    } + [
                        KubernetesPod.mount("secret", at: "/run/secrets/cellmesh"),
                        KubernetesPod.mount("data", at: ExportSource.data), KubernetesPod.mount("tmp", at: "/tmp"),
                    ])
            ),
        ]
        let keeper: JSONTree =
            keeps
            ? ["name": "data", "persistentVolumeClaim": ["claimName": .text(name("\(short)-data"))]]
            : ["name": "data", "emptyDir": [:]]
        let volumes =
            folders.enumerated().map { number, folder -> JSONTree in
                [
                    "name": .text("topology-\(number)"),
                    "configMap": ["name": .text(name("topology")), "items": .array(folder.items)],
                ]
            } + [KubernetesPod.secretVolume(secretName), keeper, ["name": "tmp", "emptyDir": [:]]]
        return object(
            "Pod", name(short),
            [
                (
                    "spec",
                    [
                        "automountServiceAccountToken": false, "restartPolicy": "Always",
                        "terminationGracePeriodSeconds": 15, "securityContext": KubernetesPod.securityContext,
                        "containers": .array([.object(container)]), "volumes": .array(volumes),
                    ]
                )
            ])
    }

    /// A volume for each folder that files lie in.
    private var folders: [(path: String, items: [JSONTree])] {
        var folders: [(path: String, items: [JSONTree])] = []
        for (key, file) in zip(source.keys, source.files) {
            let parts = file.path.split(separator: "/")
            let path = ([ExportSource.folder] + parts.dropLast().map(String.init)).joined(separator: "/")
            let item: JSONTree = ["key": .text(key), "path": .text(String(parts.last ?? ""))]
            if let known = folders.firstIndex(where: { $0.path == path }) {
                folders[known].items.append(item)
            } else {
                folders.append((path, [item]))
            }
        }
        return folders
    }
}
