import Chaos
import FoundationEssentials
import Glibc
import MeshBase

/// Watches one paused process and ends its pause when it is over, also where the control plane is no more. Blocks.
package enum PauseWatcher {
    /// - Parameters:
    ///   - path: of the file with the pause.
    ///   - lock: the control plane's.
    /// - Returns: false where the file says no pause.
    package static func run(path: String, lock: String, grace: TimeAmount) -> Bool {
        guard let lease = read(path) else { return false }
        let identity = ProcessIdentity(pid: lease.pid, startTime: lease.startTime)
        var watch = PauseWatch(lease, grace: grace)
        while true {
            let holder = Result { () throws(UVError) in try FileLock.holder(of: lock) }
            // What cannot be read says nothing of whether the control plane lives.
            let isHeld = if case .success(nil) = holder { false } else { true }
            let clock = SystemClock.reading()
            let now = Instant(nanoseconds: clock.boot)
            switch watch.look(target(identity), written: read(path), isHeld: isHeld, now: now, clock: clock) {
            case .wait: usleep(interval)
            case .leave: return true
            case .resume:
                _ = try? identity.kill(SIGCONT)
                identity.killGroup(SIGCONT)
                return true
            }
        }
    }

    /// Microseconds between two looks.
    private static let interval: UInt32 = 100_000

    private static func target(_ identity: ProcessIdentity) -> PauseWatch.Target {
        guard identity.isRunning else { return .gone }
        return identity.isStopped ? .stopped : .runs
    }

    private static func read(_ path: String) -> PauseLease? {
        SmallFile.read(path, most: 4_096).flatMap { try? JSONDecoder().decode(PauseLease.self, from: Data($0.utf8)) }
    }
}
