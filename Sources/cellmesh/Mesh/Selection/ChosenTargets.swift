import ControlPlane
import Reports
import Topology

/// Words for parts of a mesh of which some leave a choice open, such as `cell/{busiest}`: the control plane chooses, which knows
/// the load of its cells.
enum ChosenTargets {
    /// The words without a choice. What was chosen is told.
    static func words(_ words: [String], _ api: APIClient, _ console: Console) throws -> [String] {
        let parts = words.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        guard parts.contains(where: TargetChooser.isChoice) else { return words }
        let chosen = try api.post("/v1/targets", TargetsRequest(targets: parts), as: TargetsReport.self).targets
        console.message("chosen: \(chosen.joined(separator: ", "))")
        return chosen
    }

    /// The name of a region, of `NAME`, `region/NAME` and `region/{remote}`. Whether there is such a one is asked of choices alone.
    ///
    /// - Parameter evacuated: where only regions that were left are meant: those. What leaves a choice open means the one of them.
    static func region(
        _ word: String, among evacuated: [String]? = nil, _ api: APIClient, _ console: Console
    ) throws -> String {
        guard TargetChoice.isMeant(word) else { return TargetSelector.name(in: word, of: .region) }
        do throws(UnknownTarget) {
            guard try TargetChoice(word).kind == .region else {
                throw UnknownTarget("'\(word.prefix(128))' chooses no region", hint: "say 'region/{remote}'")
            }
        } catch {
            throw CommandFailure(error)
        }
        guard let evacuated else {
            return TargetSelector.name(in: try words([word], api, console)[0], of: .region)
        }
        guard let only = evacuated.first else {
            throw CommandFailure(.usage, "no region is evacuated that '\(word)' could be; nothing was changed")
        }
        guard evacuated.count == 1 else {
            throw CommandFailure(
                .usage, "\(evacuated.joined(separator: ", ")) are evacuated; nothing was changed",
                hint: "name one of them")
        }
        console.message("chosen: region/\(only)")
        return only
    }
}
