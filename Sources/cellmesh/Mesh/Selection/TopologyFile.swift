import Blueprints
import ControlPlane
import Telemetry
import Topology

/// Where a command finds the topology that it is about.
enum TopologyFile {
    /// What `up` starts when no file is named and this one is there.
    static let usual = "topology/three-regions.yaml"
    /// More warnings than these are counted only, so that what a command says is not lost behind them.
    static let mostWarnings = 3

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
        let (topology, result) = try sound(path, console: console)
        warn(result, of: path, console: console)
        return topology
    }

    /// The warnings in short on standard error, for people: a line each, and where to read more.
    static func warn(_ result: MeshFilesResult, of path: String?, console: Console) {
        guard console.format != .json else { return }
        if let text = warnings(result, of: path, color: console.paintsMessages) {
            console.message(PaintedText.adopted(text))
        }
    }

    /// What `warn` says; nil where there are no warnings.
    static func warnings(_ result: MeshFilesResult, of path: String?, color: Bool) -> String? {
        guard !result.problems.isEmpty else { return nil }
        let (text, others) = result.brief(most: mostWarnings, color: color)
        guard others > 0 else { return trimmed(text) }
        let all = path == "-" ? "" : "; all: cellmesh validate\(path.map { " \($0)" } ?? "")"
        return text + "and \(Wording.plural(others, "other warning"))\(all)"
    }

    /// The topology, with what is said about it; an error ends the command.
    static func sound(_ path: String?, console: Console) throws -> (MeshTopology, MeshFilesResult) {
        let result = load(path)
        if let topology = result.topology { return (topology, result) }
        throw refusal(of: result, path, console: console)
    }

    /// Why a file cannot be used: for people with all problems on standard error.
    static func refusal(of result: MeshFilesResult, _ path: String?, console: Console) -> CommandFailure {
        let name = path == "-" ? "<stdin>" : path ?? usual
        let count = result.problems.count { $0.severity == .error }
        guard console.format != .json else {
            let first = result.problems.first { $0.severity == .error }
            return CommandFailure(
                "\(name) cannot be used: \(first.map { "\($0.file):\($0.line):\($0.column): \($0.message)" } ?? "")",
                hint: first?.hint, next: path == "-" ? nil : "cellmesh validate \(name) -o json")
        }
        console.message(PaintedText.adopted(trimmed(result.rendered(color: console.paintsMessages))))
        return CommandFailure("\(name) has \(Wording.plural(count, "error")) and cannot be used")
    }

    private static func trimmed(_ text: String) -> String { text.hasSuffix("\n") ? String(text.dropLast()) : text }
}
