import ControlPlane
import Drills
import MeshBase
import Reports
import Telemetry
import UVDriver

/// Says in the mesh's directory what the drill of this process is doing, for whoever looks at the mesh meanwhile.
final class DrillNotice {
    private let mesh: DataDirectory
    private var told: RunningDrill

    /// Of a drill that begins; this process holds the lock of drills.
    init(_ mesh: DataDirectory, _ name: String, step: String = "begins") {
        self.mesh = mesh
        told = RunningDrill(name, step: step, since: WallClock.now() / 1_000_000)
        write()
    }

    /// It has come to another step, or to another drill of a game day.
    ///
    /// - Parameter report: as far as it has come.
    func tell(_ step: String, of name: String? = nil, report: DrillReport? = nil) {
        var now = told
        now.step = step
        now.name = name ?? now.name
        now.detail = report?.steps.last.map { "\($0.name): \($0.detail)".shortened(to: FeedDrill.longestText) }
        now.claims = report.flatMap { $0.claims.isEmpty ? nil : FeedDrill.claims($0.claims) }
        guard now != told else { return }
        told = now
        write()
    }

    /// Nobody is told any more.
    func end() {
        _ = try? SystemFile.remove(mesh.drillRunPath)
        mesh.forgetDrillEnd()
    }

    /// Where it cannot be written, as on a full disk, the drill goes on unseen.
    private func write() { try? SystemFile.replace(mesh.drillRunPath, with: ReportJSON.encode(told), isDurable: false) }
}
