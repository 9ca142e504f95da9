import MeshBase
import Topology
import UVDriver

/// One process under supervision: what is known of it and what is meant to become of it.
package struct SupervisedProcess: Sendable {
    package enum Phase: Sendable, Equatable {
        /// There is no process. `reason`: how the last one ended; nil if there was none.
        case down(reason: String?)
        /// Started, has not reported yet.
        case starting(ProcessIdentity)
        case serving(ProcessIdentity)
        /// Told to end.
        case ending(ProcessIdentity)
    }

    package let name: ProcessName
    package var phase = Phase.down(reason: nil)
    package var addresses = ProcessAddresses()
    /// Where it takes its traffic, if not at any port: asked for, or as in its earlier life.
    package var listen: Endpoint?
    /// Started to take the place of the one that runs: see `Supervisor+Relief`.
    package var successor: ProcessIdentity?
    /// Once it is gone, it is started again: its successor failed and may have taken its sockets before.
    package var startsWhenGone = false
    /// Somebody asked for just that address.
    package var isListenFixed = false
    /// Once it is gone, it is started again at another port: the one it had was taken meanwhile.
    package var startsElsewhere = false
    /// Stopped from here and not resumed.
    package var isPaused = false
    /// Why its last start failed; nil where it has served since, or was never started.
    package var startFailure: String?
    /// When it was stopped from here: the kernel takes a moment to show it.
    package var pausedSince: Instant?
    /// Taken over although it did not answer: it runs, and is not known to serve.
    package var isSilent = false
    /// Its kill lease ended before its end was seen: it is started again as soon as it is gone.
    package var isRevivalDue = false
    /// Killed on purpose: not started again before its lease ends or someone restarts it.
    package var isHeldDown = false
    /// How often it was started again.
    package var restarts = 0
    package var backoff = RestartBackoff()
    /// Nanoseconds since 1970; 0 where unknown.
    package var started: Int64 = 0
    package var servingSince: Instant?

    package init(_ name: ProcessName) { self.name = name }

    package var identity: ProcessIdentity? {
        switch phase {
        case .down: nil
        case .starting(let identity), .serving(let identity), .ending(let identity): identity
        }
    }
    package var isRunning: Bool { identity != nil }
    package var isServing: Bool { if case .serving = phase { true } else { false } }
    package var isEnding: Bool { if case .ending = phase { true } else { false } }
}

/// What can be done to a process.
package enum ProcessAction: String, Sendable, CaseIterable {
    case kill, pause, resume, restart
}
