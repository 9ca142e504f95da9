import MeshBase

/// One object of Kubernetes.
struct KubernetesObject: Sendable {
    var version = "v1"
    var kind: String
    var name: String
    /// Nil for a namespace itself.
    var namespace: String?
    var labels: [(String, String)]
    var annotations: [(String, String)] = []
    /// What stands beside the metadata: `spec`, `data`.
    var body: [(key: String, value: JSONTree)]

    var tree: JSONTree {
        var metadata: [(key: String, value: JSONTree)] = [("name", .text(name))]
        if let namespace { metadata.append(("namespace", .text(namespace))) }
        metadata.append(("labels", .words(labels)))
        if !annotations.isEmpty { metadata.append(("annotations", .words(annotations))) }
        return .object(
            [("apiVersion", .text(version)), ("kind", .text(kind)), ("metadata", .object(metadata))] + body)
    }
}

extension JSONTree {
    /// An object of texts.
    static func words(_ words: [(String, String)]) -> JSONTree { .object(words.map { ($0.0, .text($0.1)) }) }

    /// A list of texts.
    static func list(_ words: [String]) -> JSONTree { .array(words.map { .text($0) }) }
}
