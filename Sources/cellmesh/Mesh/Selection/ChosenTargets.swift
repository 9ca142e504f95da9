import ControlPlane
import Reports
import Topology

/// Words for parts of a mesh of which some leave a choice open, such as `cell/{busiest}`: the control plane chooses, which knows
/// the load of its cells; where there is none, as for a topology file, the customers of each cell decide.
enum ChosenTargets {
    /// The words without a choice. What was chosen is told.
    ///
    /// - Parameter seed: of what is drawn and random; nil: see `TargetsRequest`.
    static func words(
        _ words: [String], _ mesh: DataDirectory, _ console: Console, seed: UInt64? = nil
    ) throws -> [String] {
        let parts = TargetChooser.parts(words)
        guard parts.contains(where: TargetChoice.isMeant) else { return words }
        let request = TargetsRequest(targets: parts, seed: seed)
        return told(try APIClient(mesh).post("/v1/targets", request, as: TargetsReport.self).targets, console)
    }

    /// The same of a mesh that need not run, or of a topology.
    static func words(
        _ words: [String], _ source: ModelOptions.Source, _ console: Console, seed: UInt64? = nil
    ) throws -> [String] {
        let parts = TargetChooser.parts(words)
        guard parts.contains(where: TargetChoice.isMeant) else { return words }
        if let mesh = source.mesh, mesh.controlHolder != nil {
            return try self.words(words, mesh, console, seed: seed)
        }
        var chooser = TargetChooser(
            source.model.topology, source.model.placement, seed: seed, chance: seed ?? SecretText.randomInteger())
        do throws(UnknownTarget) { return told(try chooser.words(for: parts), console) } catch {
            throw CommandFailure(error)
        }
    }

    /// The name of the one thing of a kind that is meant.
    static func name(
        _ word: String, of kind: TargetSelector.NameKind, _ mesh: DataDirectory, _ console: Console, seed: UInt64? = nil
    ) throws -> String {
        guard let full = full(word, kind) else { return TargetSelector.name(in: word, of: kind) }
        return try one(words([full], mesh, console, seed: seed), word, kind)
    }

    /// The same of a mesh that need not run, or of a topology.
    static func name(
        _ word: String, of kind: TargetSelector.NameKind, _ source: ModelOptions.Source, _ console: Console
    ) throws -> String {
        guard let full = full(word, kind) else { return TargetSelector.name(in: word, of: kind) }
        return try one(words([full], source, console), word, kind)
    }

    /// A choice may leave its kind out where one alone is meant.
    private static func full(_ word: String, _ kind: TargetSelector.NameKind) -> String? {
        guard TargetChoice.isMeant(word) else { return nil }
        return word.hasPrefix("{") ? "\(kind.rawValue)/\(word)" : word
    }

    private static func one(_ chosen: [String], _ word: String, _ kind: TargetSelector.NameKind) throws -> String {
        guard chosen.count == 1 else {
            throw CommandFailure(.usage, "'\(word)' means \(chosen.count), and one \(kind.rawValue) is wanted")
        }
        return TargetSelector.name(in: chosen[0], of: kind)
    }

    private static func told(_ chosen: [String], _ console: Console) -> [String] {
        console.message("chosen: \(chosen.joined(separator: ", "))")
        return chosen
    }

    /// The name of a region, of `NAME`, `region/NAME`, `region/{remote}` and `{remote}`. Whether there is such a one is asked of
    /// choices alone.
    ///
    /// - Parameter evacuated: where only regions that were left are meant: those. What leaves a choice open means the one of them.
    static func region(
        _ word: String, among evacuated: [String]? = nil, _ mesh: DataDirectory, _ console: Console,
        seed: UInt64? = nil
    ) throws -> String {
        guard let evacuated, TargetChoice.isMeant(word) else {
            return try name(word, of: .region, mesh, console, seed: seed)
        }
        do throws(UnknownTarget) {
            guard let only = try TargetChooser.left(word, among: evacuated) else {
                throw UnknownTarget("no region is evacuated that '\(word.prefix(128))' could be")
            }
            console.message("chosen: region/\(only)")
            return only
        } catch { throw CommandFailure(error) }
    }
}
