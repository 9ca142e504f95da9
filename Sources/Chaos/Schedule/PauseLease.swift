import MeshBase

/// The pause of one process, as the file beside its data says it: a stopped process cannot end its own pause, so a
/// watching process follows this file.
package struct PauseLease: Sendable, Codable, Equatable {
    /// The paused process.
    package var pid: Int32
    /// Clock ticks from boot to the start of the process.
    package var startTime: UInt64
    /// For how long it is paused.
    package var term: LeaseTerm

    /// A pause that has begun.
    package init(pid: Int32, startTime: UInt64, term: LeaseTerm) {
        self.pid = pid
        self.startTime = startTime
        self.term = term
    }
}

/// What the process that watches one pause decides at each look.
package struct PauseWatch: Sendable {
    /// What to do now.
    package enum Verdict: Sendable, Equatable {
        case wait
        /// The pause is over: send SIGCONT, and leave.
        case resume
        /// There is nothing to watch any more.
        case leave
    }

    /// What has become of the paused process.
    package enum Target: Sendable {
        case gone, runs, stopped
    }

    /// The control plane ends leases itself; while it lives it has this much time to.
    package static let courtesy = TimeAmount.seconds(1)
    /// A process that is not stopped this long after the watch began will not be.
    package static let patience = TimeAmount.seconds(5)

    private let lease: PauseLease
    /// How long a pause goes on without a control plane.
    private let grace: TimeAmount
    private var began: Instant?
    private var unheldSince: Instant?
    private var wasStopped = false

    /// - Parameter grace: how long a pause goes on once no control plane lives.
    package init(_ lease: PauseLease, grace: TimeAmount) {
        self.lease = lease
        self.grace = grace
    }

    /// - Parameters:
    ///   - written: what the file says now; nil where it cannot be read, which ends nothing.
    ///   - isHeld: whether a control plane lives.
    package mutating func look(
        _ target: Target, written: PauseLease?, isHeld: Bool, now: Instant, clock: ClockReading
    ) -> Verdict {
        let began = began ?? now
        self.began = began
        if let written, written != lease { return .leave }
        switch target {
        case .gone: return .leave
        case .runs: return wasStopped || now - began >= Self.patience ? .leave : .wait
        case .stopped: wasStopped = true
        }
        unheldSince = isHeld ? nil : unheldSince ?? now
        if let unheldSince, now - unheldSince >= grace { return .resume }
        guard let left = lease.term.remaining(at: clock), left == .zero else { return .wait }
        guard isHeld else { return .resume }
        overSince = overSince ?? now
        return now - (overSince ?? now) >= Self.courtesy ? .resume : .wait
    }

    private var overSince: Instant?
}
