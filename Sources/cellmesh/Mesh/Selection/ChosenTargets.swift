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
}
