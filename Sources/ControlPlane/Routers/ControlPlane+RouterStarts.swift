import MeshBase
import Topology
import UVDriver

/// Who restarts a router wants it to take requests when the answer comes, and the mesh told of as it is then.
extension ControlPlane {
    /// A router that has just begun reaches its cells within moments; one that has not in this time is told of as it is.
    private static let routerPatience = TimeAmount.seconds(3)
    private static let routerLook = TimeAmount.milliseconds(20)

    /// - Parameter done: called when a router has told that it reaches the cells that run, or after 3 s.
    func awaitRouter(_ name: ProcessName, _ done: @escaping () -> Void) {
        awaitRouter(name, until: loop.now() + Self.routerPatience, done)
    }

    private func awaitRouter(_ name: ProcessName, until end: Instant, _ done: @escaping () -> Void) {
        let isServing =
            supervisor[name].map { state(of: $0) == .serving && routerWatch.hasTold(name, at: $0.addresses.admin) }
            ?? true
        guard !isServing, !isStopping, loop.now() < end else {
            liveDesk.renew()
            return done()
        }
        let timer = try? LoopTimer.once(loop: loop, after: Self.routerLook) { [weak self] in
            self?.awaitRouter(name, until: end, done)
        }
        if timer == nil { done() }
    }
}
