import Blueprints
import ControlPlane
import MeshBase
import Telemetry
import Topology

/// What `up --policies` puts in place of a topology's policies.
enum PolicyChoice {
    /// - Parameters:
    ///   - word: `off`, a profile, or the path of a file.
    ///   - written: of the topology; nil: nothing, or there is none.
    /// - Throws: for what is none of them, and for a file with an error.
    static func policies(_ word: String, over written: PoliciesBlock?, _ console: Console) throws -> PoliciesBlock? {
        guard let profile = PolicyProfile(rawValue: word) else { return try file(word, console) }
        // What is written beside it would say that it is in force.
        var block = profile == .off ? PoliciesBlock() : written ?? PoliciesBlock()
        block.profile = profile == .local ? nil : profile
        return block.isEmpty ? nil : block
    }

    private static func file(_ path: String, _ console: Console) throws -> PoliciesBlock? {
        guard path.contains("/") || path.contains(".") || SystemFile.exists(path) else {
            let words = PolicyProfile.allCases.map(\.rawValue)
            throw CommandFailure(
                .usage, "there is no profile '\(path)', and no such file",
                hint: NearestWord.hint(for: path, among: words, listing: "there are"))
        }
        let (policies, result) = MeshFiles.load(policies: path)
        guard result.report.ok else {
            let count = result.problems.count { $0.severity == .error }
            if console.format != .json {
                console.message(PaintedText.adopted(result.rendered(color: console.paintsMessages)))
            }
            let first = result.problems.first { $0.severity == .error }
            throw CommandFailure(
                .usage,
                "\(path) has \(Wording.plural(count, "error")) and cannot be used: "
                    + (first.map { "\($0.line):\($0.column): \($0.message)" } ?? ""), hint: first?.hint)
        }
        return policies
    }
}
