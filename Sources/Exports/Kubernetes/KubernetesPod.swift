import MeshBase

/// What all pods of a mesh have in common, for Kubernetes and for what plays its files.
struct KubernetesPod {
    /// Nobody's on a node, and above those that nodes give to people.
    static let user = 10_001
    static let secretFile = "/run/secrets/cellmesh/secret"

    /// The process that runs in it: how it is called, what it is told, and what it has.
    struct Process {
        var name: String
        var arguments: [String]
        var environment: [(key: String, value: JSONTree)] = []
        var ports: [(name: String, number: Int, isUDP: Bool)] = []
        var resources: Resources
        /// Of processors and memory, asked for at the start.
        var request: Resources
    }

    static func container(_ process: Process, image: String) -> [(key: String, value: JSONTree)] {
        var container: [(key: String, value: JSONTree)] = [
            ("name", .text(process.name)), ("image", .text(image)),
            ("imagePullPolicy", .text(ImageName(image).isMoving ? "Always" : "IfNotPresent")),
            ("command", ["cellmesh"]), ("args", .list(process.arguments)),
        ]
        if !process.environment.isEmpty {
            container.append(
                (
                    "env",
                    .array(
                        process.environment.map {
                            .object([("name", .text($0.key)), ($0.value.isText ? "value" : "valueFrom", $0.value)])
                        })
                ))
        }
        if !process.ports.isEmpty {
            container.append(
                (
                    "ports",
                    .array(
                        process.ports.map {
                            .object([
                                ("name", .text($0.name)), ("containerPort", .integer($0.number)),
                                ("protocol", .text($0.isUDP ? "UDP" : "TCP")),
                            ])
                        })
                ))
        }
        container += [
            (
                "resources",
                ["requests": amounts(process.request), "limits": amounts(process.resources)]
            ),
            (
                "securityContext",
                [
                    "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "privileged": false,
                    "runAsNonRoot": true, "capabilities": ["drop": ["ALL"]],
                ]
            ),
        ]
        return container
    }

    static func amounts(_ resources: Resources) -> JSONTree {
        .words([
            ("cpu", Quantity.processors(resources.processors)), ("memory", Quantity.memory(resources.memory)),
        ])
    }

    /// Of the pod.
    static var securityContext: JSONTree {
        [
            "runAsNonRoot": true, "runAsUser": .integer(user), "runAsGroup": .integer(user), "fsGroup": .integer(user),
            "seccompProfile": ["type": "RuntimeDefault"],
        ]
    }

    static func mount(_ name: String, at path: String, isReadOnly: Bool = false) -> JSONTree {
        .object(
            [("name", .text(name)), ("mountPath", .text(path))] + (isReadOnly ? [("readOnly", .bool(true))] : []))
    }

    /// Of a Secret with the mesh's.
    static func secretBody(_ secret: String) -> [(key: String, value: JSONTree)] {
        let encoded = String(decoding: Base64Text.bytes(Array(secret.utf8)), as: UTF8.self)
        return [("type", "Opaque"), ("data", .words([("secret", encoded)]))]
    }

    /// Its group may read it: processes are not its owner.
    static func secretVolume(_ name: String) -> JSONTree {
        [
            "name": "secret",
            "secret": ["secretName": .text(name), "defaultMode": .integer(0o440), "optional": false],
        ]
    }

    /// Of a directory that is gone with the pod.
    static func scratch(_ name: String, mebibytes: Int) -> JSONTree {
        ["name": .text(name), "emptyDir": ["sizeLimit": .text("\(mebibytes)Mi")]]
    }
}

extension JSONTree {
    var isText: Bool { if case .text = self { true } else { false } }
}

extension ExportSource {
    static func keys(of files: [ExportedFile]) -> [String] {
        var taken: Set<String> = []
        return files.map { file in
            let letters = file.path.utf8.suffix(200).map { byte -> Character in
                let isPlain =
                    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                    || byte == 46
                return isPlain ? Character(UnicodeScalar(byte)) : "_"
            }
            var key = String(letters)
            while !taken.insert(key).inserted { key += "_" }
            return key
        }
    }

    /// What the ConfigMap holds.
    var texts: JSONTree { .words(Array(zip(keys, files.map(\.text)))) }
}
