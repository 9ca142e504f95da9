import Blueprints
import ControlPlane
import Topology

/// Where a command finds the topology that it is about.
enum TopologyFile {
    /// What `up` starts when no file is named and this one is there.
    static let usual = "topology/three-regions.yaml"

    /// The named file, or the usual one, or the one inside of this program.
    static func load(_ path: String?) -> MeshFilesResult {
        if let path { return MeshFiles.load(topology: path) }
        if SystemFile.exists(usual) { return MeshFiles.load(topology: usual) }
        return embedded()
    }

    static func embedded() -> MeshFilesResult {
        MeshFiles.load(yaml: DefaultFiles.threeRegions, named: "topology/three-regions.yaml") { path in
            path.hasSuffix("storefront.yaml")
                ? .success(DefaultFiles.storefront)
                : .failure(Blueprints.FileFailure(code: .fileMissing, message: "there is no such file"))
        }
    }

    /// The topology, with its warnings on standard error; an error ends the command.
    static func topology(_ path: String?, console: Console) throws -> MeshTopology {
        let result = load(path)
        if let topology = result.topology {
            if !result.problems.isEmpty, console.format != .json {
                console.message(trimmed(result.rendered(color: console.paintsMessages)))
            }
            return topology
        }
        let name = path == "-" ? "<stdin>" : path ?? usual
        let count = result.problems.count { $0.severity == .error }
        guard console.format != .json else {
            let first = result.problems.first { $0.severity == .error }
            throw CommandFailure(
                "\(name) cannot be used: \(first.map { "\($0.file):\($0.line):\($0.column): \($0.message)" } ?? "")",
                hint: first?.hint, next: path == "-" ? nil : "cellmesh validate \(name) -o json")
        }
        console.message(trimmed(result.rendered(color: console.paintsMessages)))
        throw CommandFailure("\(name) has \(Wording.plural(count, "error")) and cannot be used")
    }

    private static func trimmed(_ text: String) -> String { text.hasSuffix("\n") ? String(text.dropLast()) : text }
}
