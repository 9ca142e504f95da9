import Chaos
import Feed
import MeshBase
import Reports
import Store
import Topology
import UVDriver

extension Supervisor {
    package typealias OutcomeHandler = (ActionOutcome) -> Void

    /// The longest lease, a week.
    package static let longestLease = FaultRequest.longestLease

    /// Carries out an action; `completion` is called when its effect has been seen, in this call or later.
    ///
    /// - Parameter lease: after this long a killed process is started again, or a paused one resumed; nil: never.
    package func perform(
        _ action: ProcessAction, on name: ProcessName, lease: TimeAmount? = nil, completion: @escaping OutcomeHandler
    ) {
        guard let process = table[name], !isShuttingDown else {
            return completion(outcome(name, "failed", nil, isShuttingDown ? "the mesh is shutting down" : "unknown"))
        }
        switch action {
        case .kill: kill(process, lease, completion)
        case .pause: pause(process, lease, completion)
        case .resume: resume(process, completion)
        case .restart: restart(process, completion)
        }
    }

    // MARK: Kill

    private func kill(_ process: SupervisedProcess, _ lease: TimeAmount?, _ completion: @escaping OutcomeHandler) {
        let name = process.name
        let until = deadline(lease)
        do throws(StoreError) {
            try journal.will(.kill, name, process.identity, at: driver.clock(), until: until)
        } catch {
            return completion(
                outcome(name, "failed", process.identity.flatMap(driver.pid), "nothing was done: \(error)"))
        }
        cancel(.revive, name)
        table[name]?.isHeldDown = true
        table[name]?.isRevivalDue = false
        dropSuccessor(name, "it was killed")
        scheduleRevival(name, until: until)
        guard let identity = process.identity else {
            return completion(outcome(name, "already-down", nil, followUp("started again", lease)))
        }
        let pid = driver.pid(of: identity)
        end(name, identity, with: .kill) { [unowned self] in
            guard !driver.isGone(identity) else {
                return completion(
                    outcome(name, "failed", pid, "its host vanished meanwhile; it is killed when that comes back"))
            }
            completion(outcome(name, "killed", pid, followUp("started again", lease)))
        }
    }

    func scheduleRevival(_ name: ProcessName, until: Int64) {
        guard until != .max else { return cancel(.revive, name) }
        schedule(.revive, name, after: remaining(until)) { [unowned self] in endLease(of: .kill, name) }
    }

    /// The time of a kill or a pause is over; nothing happens where it was ended before.
    func endLease(of action: FaultAction.Process, _ name: ProcessName) {
        guard let process = table[name] else { return }
        switch action {
        case .kill where process.isHeldDown:
            if process.isRunning { table[name]?.isRevivalDue = true } else { revive(name) }
        case .pause where process.isPaused: resume(process) { _ in }
        case .kill, .pause, .leave, .late: break
        }
    }

    func revive(_ name: ProcessName) {
        journal.note("lease-ended", name, "killed for a time, started again", at: driver.wallClock())
        table[name]?.restarts += 1
        start([name])
    }

    // MARK: Pause and resume

    private func pause(_ process: SupervisedProcess, _ lease: TimeAmount?, _ completion: @escaping OutcomeHandler) {
        let name = process.name
        guard let identity = process.identity, !process.isEnding else {
            return completion(outcome(name, "not-running", nil))
        }
        guard process.successor == nil else {
            return completion(outcome(name, "failed", driver.pid(of: identity), Self.isRelieved))
        }
        let until = deadline(lease)
        do throws(StoreError) {
            try journal.will(.pause, name, identity, at: driver.clock(), until: until)
        } catch {
            return completion(outcome(name, "failed", driver.pid(of: identity), "nothing was done: \(error)"))
        }
        let wasPaused = isStopped(process)
        do throws(SpawnFailure) {
            let asked = lease.map { min(max($0, .zero), Self.longestLease) }
            try watchPause(name, identity, LeaseTerm(asked: asked, from: driver.clock()))
        } catch {
            if !wasPaused { journal.cleared(.pause, name, event: nil, at: driver.wallClock()) }
            return completion(
                outcome(
                    name, "failed", driver.pid(of: identity),
                    "nothing was done: nobody could end the pause if the control plane died: \(error)"))
        }
        guard driver.signal(identity, .stop) else {
            journal.cleared(.pause, name, event: nil, at: driver.wallClock())
            return completion(outcome(name, "not-running", driver.pid(of: identity)))
        }
        table[name]?.isPaused = true
        table[name]?.pausedSince = driver.now()
        scheduleResume(name, until: until)
        onChange()
        awaitSight(of: identity, stopped: true) { [unowned self] isSeen in
            let pid = driver.pid(of: identity)
            guard isSeen else {
                // Should it be carried out after all, it is taken back with that.
                if let process = table[name], process.identity == identity { resume(process) { _ in } }
                return completion(outcome(name, "failed", pid, Self.unseen))
            }
            if table[name]?.isPaused == true { lookAfterPause(of: name) }
            completion(outcome(name, wasPaused ? "already-paused" : "paused", pid, followUp("resumed", lease)))
        }
    }

    private static let unseen = "its host has not said that it was done"

    /// The agent of another host says when a signal has been taken.
    private func awaitSight(
        of identity: ProcessIdentity, stopped: Bool, tries: Int = 60, then: @escaping (_ isSeen: Bool) -> Void
    ) {
        guard identity.host != nil, driver.isStopped(identity) != stopped else { return then(true) }
        guard tries > 0, !driver.isGone(identity), !isShuttingDown else { return then(false) }
        _ = driver.schedule(after: .milliseconds(50)) { [weak self] in
            self?.awaitSight(of: identity, stopped: stopped, tries: tries - 1, then: then)
        }
    }

    /// A stopped process cannot end its own pause: something else that lives does, whatever becomes of this process.
    func watchPause(_ name: ProcessName, _ identity: ProcessIdentity, _ term: LeaseTerm) throws(SpawnFailure) {
        try driver.watchPause(
            PauseLease(pid: identity.pid, startTime: identity.startTime, term: term),
            at: command.directory.pausePath(of: name.role, name.name), by: command.pauseWatch(name))
    }

    /// Anybody may let a paused process go on: the pause is over then.
    func lookAfterPause(of name: ProcessName) {
        schedule(.look, name, after: Self.pauseLook) { [unowned self] in
            guard let process = table[name], process.isPaused else { return }
            guard !isStopped(process) else { return lookAfterPause(of: name) }
            cancel(.resume, name)
            table[name]?.isPaused = false
            table[name]?.pausedSince = nil
            journal.cleared(.pause, name, event: nil, at: driver.wallClock())
            journal.note("resume", name, "by a SIGCONT of somebody else", at: driver.wallClock())
            onChange()
        }
    }

    private static let pauseLook = TimeAmount.seconds(1)

    func scheduleResume(_ name: ProcessName, until: Int64) {
        guard until != .max else { return cancel(.resume, name) }
        schedule(.resume, name, after: remaining(until)) { [unowned self] in endLease(of: .pause, name) }
    }

    private func resume(_ process: SupervisedProcess, _ completion: @escaping OutcomeHandler) {
        let name = process.name
        guard let identity = process.identity else { return completion(outcome(name, "not-running", nil)) }
        let wasStopped = isStopped(process)
        cancel(.resume, name)
        driver.signal(identity, .resume)
        table[name]?.isPaused = false
        table[name]?.pausedSince = nil
        journal.cleared(.pause, name, event: wasStopped ? "resume" : nil, at: driver.wallClock())
        onChange()
        awaitSight(of: identity, stopped: false) { [unowned self] isSeen in
            let pid = driver.pid(of: identity)
            guard isSeen else { return completion(outcome(name, "failed", pid, Self.unseen)) }
            completion(outcome(name, wasStopped ? "resumed" : "not-paused", pid))
        }
    }

    // MARK: Restart

    private func restart(_ process: SupervisedProcess, _ completion: @escaping OutcomeHandler) {
        let name = process.name
        guard process.successor == nil else {
            return completion(outcome(name, "failed", process.identity.flatMap(driver.pid), Self.isRelieved))
        }
        if case .serving(let identity) = process.phase { return relieve(name, identity, completion) }
        journal.note("restart", name, process.isRunning ? "stopped first" : "was down", at: driver.wallClock())
        let begin = { [unowned self] in
            awaitRestart(name, completion)
            table[name]?.restarts += 1
            start([name])
            // Shutting down, or two restarts at once: nothing was started that could report.
            if table[name]?.isRunning != true, let waiters = readyWaiters.removeValue(forKey: name) {
                for waiter in waiters { waiter("it was not started") }
            }
        }
        guard let identity = process.identity else { return begin() }
        // The new one would find the store locked, or the port taken.
        end(name, identity, with: .terminate, then: begin)
    }

    /// Tells the outcome of a restart once it is known.
    func awaitRestart(_ name: ProcessName, _ completion: @escaping OutcomeHandler) {
        readyWaiters[name, default: []].append { [unowned self] reason in
            let pid = table[name]?.identity.flatMap(driver.pid)
            completion(outcome(name, reason == nil ? "restarted" : "failed", pid, reason))
        }
    }

    // MARK: Ending

    /// Ends a process that is needed no more, in order; it stays down until somebody starts it.
    package func retire(_ name: ProcessName) {
        guard let process = table[name], let identity = process.identity, !process.isEnding else { return }
        cancel(.revive, name)
        table[name]?.isHeldDown = true
        table[name]?.isRevivalDue = false
        dropSuccessor(name, "its cell was drained")
        journal.note("retired", name, "it holds no customers", at: driver.wallClock())
        end(name, identity, with: .terminate) {}
    }

    /// Ends a process, and calls `then` when it is gone: SIGTERM, and SIGKILL when that takes too long.
    func end(
        _ name: ProcessName, _ identity: ProcessIdentity, with signal: ProcessSignal, then: @escaping () -> Void
    ) {
        exitWaiters[name, default: []].append(then)
        cancel(.start, name)
        table[name]?.phase = .ending(identity)
        guard driver.signal(identity, signal) else {
            // It is gone; a child's exit is still reported, that of a stranger may have been missed.
            return exited(name, identity, "it was gone already")
        }
        if signal == .terminate {
            // A stopped process takes the signal only when it goes on, and takes it before anything else then; to one
            // that runs this means nothing.
            driver.signal(identity, .resume)
            schedule(.stop, name, after: settings.stopTimeout) { [unowned self] in driver.signal(identity, .kill) }
        }
        onChange()
    }

    // MARK: Helpers

    private func deadline(_ lease: TimeAmount?) -> Int64 {
        guard let lease else { return .max }
        return driver.wallClock() + min(max(lease, .zero), Self.longestLease).nanoseconds
    }

    func remaining(_ until: Int64) -> TimeAmount {
        max(TimeAmount(nanoseconds: until.subtractingReportingOverflow(driver.wallClock()).partialValue), .zero)
    }

    private func followUp(_ what: String, _ lease: TimeAmount?) -> String? {
        lease.map { "\(what) by itself in \(Double(min($0, Self.longestLease).millisecondsRoundedUp) / 1000) s" }
    }

    func outcome(_ name: ProcessName, _ action: String, _ pid: Int32?, _ detail: String? = nil)
        -> ActionOutcome
    {
        var facts = ProcessFacts()
        if let process = table[name] {
            facts.isRunning = process.isRunning
            facts.isEnding = process.isEnding
            facts.isReady = process.isServing
            facts.isStopped = isStopped(process)
            // What the members believe follows within a second or two; the report speaks of the process.
            facts.status = .alive
        }
        return ActionOutcome(name: name.name, pid: pid, action: action, state: facts.state, detail: detail)
    }
}
