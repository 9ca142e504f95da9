import Blueprints
import Foundation
import MeshBase
import Testing
import Topology
import Yams

@testable import Exports

/// Topologies of the tests, and what was exported, read again.
enum ExportSamples {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let secret = String(repeating: "5e", count: 32)

    /// `topology/NAME.yaml` with its blueprints, as the command finds them.
    static func shipped(_ name: String) throws -> ExportSource {
        let result = MeshFiles.load(topology: root.appendingPathComponent("topology/\(name).yaml").path)
        let files = result.sources.map {
            ExportedFile(path: String($0.name.dropFirst(root.path.count + 1)), text: $0.text)
        }
        return ExportSource(mesh: try #require(result.topology), files: files)
    }

    /// A small mesh that is made by hand.
    static func mesh(
        name: String = "shop", regions: [Region] = [Region(name: "eu", zones: ["a", "b"])],
        cells: [Cell] = [Cell(name: "eu-1", region: 0, zone: 0), Cell(name: "eu-2", region: 0, zone: 1)],
        routers: [Router] = [Router(name: "r1", region: 0)]
    ) -> MeshTopology {
        MeshTopology(
            name: name, seed: 1, regions: regions, cells: cells,
            blueprints: [Blueprint(name: "plain", services: [Service(name: "echo")])],
            customers: Customers(count: 10), routers: routers, control: Control(region: 0))
    }

    static func source(_ mesh: MeshTopology) -> ExportSource {
        ExportSource(mesh: mesh, files: [ExportedFile(path: "mesh.yaml", text: "mesh: shop\n")])
    }

    static func settings(_ mesh: MeshTopology) -> KubernetesSettings {
        KubernetesSettings(image: "cellmesh:1", prefix: mesh.name + "-", secret: .written(secret))
    }

    /// All objects of files, in their order.
    static func objects(_ files: [ExportedFile]) throws -> [Exported] {
        try files.flatMap { file in
            try Yams.load_all(yaml: file.text).map { Exported(try #require($0 as? [String: Any]), in: file.path) }
        }
    }
}

/// A value of a document, asked for by a path such as `spec.template.spec.containers.0.image`.
struct Exported {
    let value: Any?
    let file: String

    init(_ value: Any?, in file: String = "") {
        self.value = value
        self.file = file
    }

    subscript(_ path: String) -> Exported {
        var value = value
        // Keys of Kubernetes have dots and slashes of their own: those are asked for by `key`.
        for part in path.split(separator: ".") {
            if let list = value as? [Any], let index = Int(part) {
                value = list.indices.contains(index) ? list[index] : nil
            } else {
                value = (value as? [String: Any])?[String(part)]
            }
        }
        return Exported(value, in: file)
    }

    func key(_ name: String) -> Exported { Exported((value as? [String: Any])?[name], in: file) }
    var text: String? { value as? String }
    var number: Int? { value as? Int }
    var flag: Bool? { value as? Bool }
    var texts: [String] { value as? [String] ?? [] }
    var words: [String: String] { value as? [String: String] ?? [:] }
    var items: [Exported] { (value as? [Any] ?? []).map { Exported($0, in: file) } }
    var keys: Set<String> { Set((value as? [String: Any] ?? [:]).keys) }

    var kind: String { self["kind"].text ?? "" }
    var name: String { self["metadata.name"].text ?? "" }
    var namespace: String { self["metadata.namespace"].text ?? "" }

    /// The pod of whatever makes or is one.
    var pod: Exported? {
        switch kind {
        case "Pod": self["spec"]
        case "StatefulSet", "Deployment": self["spec.template.spec"]
        default: nil
        }
    }
}
