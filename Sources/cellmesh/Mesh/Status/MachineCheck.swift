import CLibUV
import ControlPlane
import Glibc
import Reports

/// What of this machine keeps meshes from running well.
enum MachineCheck {
    typealias Finding = DoctorReport.Finding

    /// Descriptors that a router of a mesh of a hundred cells needs under load.
    static let openFiles: UInt64 = 4_096

    static func findings(_ home: MeshHome) -> [Finding] {
        var findings: [Finding] = []
        // Raises this command's own limit as far as it goes.
        let limit = cuv_raise_open_files_errno(openFiles)
        if limit >= 0, limit < openFiles {
            findings.append(
                Finding(
                    code: "open-files", message: "a process may have only \(limit) open files",
                    hint: "raise the hard limit: ulimit -Hn \(openFiles)"))
        }
        if SystemFile.exists(home.path), access(home.path, R_OK | W_OK | X_OK) != 0 {
            findings.append(
                Finding(
                    code: "home", message: "\(home.path) cannot be read and written",
                    hint: "check its owner and mode, or set CELLMESH_HOME"))
        }
        if !SystemFile.exists("/proc/self/stat") {
            findings.append(
                Finding(
                    code: "proc", message: "/proc is not mounted: processes cannot be told apart",
                    hint: "mount it; meshes do not start without it"))
        }
        return findings
    }
}
