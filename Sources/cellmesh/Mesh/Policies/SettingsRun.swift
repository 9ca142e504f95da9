import ControlPlane
import MeshBase
import Reports
import Topology

/// Asks the control plane to change settings, and tells which processes have them in force.
enum SettingsRun {
    /// - Parameter next: what to look at then.
    static func run(_ wishes: [SettingsWish], _ mesh: MeshOptions, _ console: Console, next: String) throws {
        for wish in wishes {
            guard let fault = wish.fault else { continue }
            // In the words of the command line, not in those of the API.
            let option = ["for_ms": "--for ", "scope": "--in: ", "share": "--share "][fault.member] ?? ""
            throw CommandFailure(.usage, option + fault.reason)
        }
        let api = try Waiting.forControl(try mesh.running(), .seconds(1))
        let answer = try CommandFailure.advising(next) {
            try api.post("/v1/settings", SettingsRequest(wishes), as: SettingsReport.self, conflict: .unhealthy)
        }
        console.show(SettingsView.changed(answer))
        let late = answer.late
        guard late.isEmpty else {
            throw CommandFailure(
                .unhealthy,
                "\(late.count == 1 ? "1 process has" : "\(late.count) processes have") not taken the settings over within 1 s: "
                    + late.prefix(8).joined(separator: ", ") + (late.count > 8 ? ", ..." : ""),
                hint: "they get them as soon as they answer", next: "cellmesh status")
        }
        console.next(next)
    }

    /// Says aloud that what is shown is heeded by nobody, where the mesh's own policies switch that off.
    static func warn(of policy: PolicySwitch, _ topology: MeshTopology, _ console: Console) {
        guard topology.policies?.profile == .off || topology.policies?.off?.contains(policy) == true else { return }
        console.message("the policies of this mesh switch '\(policy.rawValue)' off: nothing of this is in force")
    }
}
