import ControlPlane
import MeshBase

/// Waiting for a control plane.
enum Waiting {
    /// The API of a control plane that runs, but may still be starting.
    static func forControl(_ mesh: DataDirectory, _ time: TimeAmount) throws -> APIClient {
        let deadline = Pause.now() + time
        while true {
            do {
                return try APIClient(mesh)
            } catch let failure as CommandFailure where failure.status == .unhealthy && Pause.now() < deadline {
                Pause.sleep(.milliseconds(20))
            }
        }
    }
}
