import MeshBase
import Store
import UVDriver

extension Supervisor {
    package typealias OutcomeHandler = (ActionOutcome) -> Void

    /// The longest lease, a week.
    package static let longestLease = TimeAmount.hours(24 * 7)

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
            try journal.will(.kill, name, process.identity, at: driver.wallClock(), until: until)
        } catch {
            return completion(outcome(name, "failed", process.identity?.pid, "nothing was done: \(error)"))
        }
        cancel(.revive, name)
        table[name]?.isHeldDown = true
        scheduleRevival(name, until: until)
        guard let identity = process.identity else {
            return completion(outcome(name, "already-down", nil, followUp("started again", lease)))
        }
        end(name, identity, with: .kill) { [unowned self] in
            completion(outcome(name, "killed", identity.pid, followUp("started again", lease)))
        }
    }

    func scheduleRevival(_ name: ProcessName, until: Int64) {
        guard until != .max else { return cancel(.revive, name) }
        schedule(.revive, name, after: remaining(until)) { [unowned self] in
            guard table[name]?.isHeldDown == true, table[name]?.isRunning == false else { return }
            journal.note("lease-ended", name, "killed for a time, started again", at: driver.wallClock())
            table[name]?.restarts += 1
            start([name])
        }
    }

    // MARK: Pause and resume

    private func pause(_ process: SupervisedProcess, _ lease: TimeAmount?, _ completion: @escaping OutcomeHandler) {
        let name = process.name
        guard let identity = process.identity, !process.isEnding else {
            return completion(outcome(name, "not-running", nil))
        }
        let until = deadline(lease)
        do throws(StoreError) {
            try journal.will(.pause, name, identity, at: driver.wallClock(), until: until)
        } catch {
            return completion(outcome(name, "failed", identity.pid, "nothing was done: \(error)"))
        }
        let wasPaused = process.isPaused
        guard driver.signal(identity, .stop) else {
            journal.cleared(.pause, name, event: nil, at: driver.wallClock())
            return completion(outcome(name, "not-running", identity.pid))
        }
        table[name]?.isPaused = true
        scheduleResume(name, until: until)
        onChange()
        completion(
            outcome(name, wasPaused ? "already-paused" : "paused", identity.pid, followUp("resumed", lease)))
    }

    func scheduleResume(_ name: ProcessName, until: Int64) {
        guard until != .max else { return cancel(.resume, name) }
        schedule(.resume, name, after: remaining(until)) { [unowned self] in
            guard let process = table[name], process.isPaused else { return }
            resume(process) { _ in }
        }
    }

    private func resume(_ process: SupervisedProcess, _ completion: @escaping OutcomeHandler) {
        let name = process.name
        guard let identity = process.identity else { return completion(outcome(name, "not-running", nil)) }
        let wasStopped = isStopped(process)
        cancel(.resume, name)
        driver.signal(identity, .resume)
        table[name]?.isPaused = false
        journal.cleared(.pause, name, event: wasStopped ? "resume" : nil, at: driver.wallClock())
        onChange()
        completion(outcome(name, wasStopped ? "resumed" : "not-paused", identity.pid))
    }

    // MARK: Restart

    private func restart(_ process: SupervisedProcess, _ completion: @escaping OutcomeHandler) {
        let name = process.name
        journal.note("restart", name, process.isRunning ? "stopped first" : "was down", at: driver.wallClock())
        let begin = { [unowned self] in
            readyWaiters[name, default: []].append { [unowned self] reason in
                let pid = table[name]?.identity?.pid
                completion(outcome(name, reason == nil ? "restarted" : "failed", pid, reason))
            }
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

    // MARK: Ending

    /// Ends a process, and calls `then` when it is gone: SIGTERM, and SIGKILL when that takes too long.
    func end(
        _ name: ProcessName, _ identity: ProcessIdentity, with signal: ProcessSignal, then: @escaping () -> Void
    ) {
        exitWaiters[name, default: []].append(then)
        cancel(.start, name)
        let wasStopped = table[name].map { isStopped($0) } ?? false
        table[name]?.phase = .ending(identity)
        guard driver.signal(identity, signal) else {
            // It is gone; a child's exit is still reported, that of a stranger may have been missed.
            return exited(name, identity, "it was gone already")
        }
        if signal == .terminate {
            // A stopped process takes the signal only when it goes on, and takes it before anything else then.
            if wasStopped { driver.signal(identity, .resume) }
            schedule(.stop, name, after: settings.stopTimeout) { [unowned self] in driver.signal(identity, .kill) }
        }
        onChange()
    }

    // MARK: Helpers

    private func deadline(_ lease: TimeAmount?) -> Int64 {
        guard let lease else { return .max }
        return driver.wallClock() + min(max(lease, .zero), Self.longestLease).nanoseconds
    }

    private func remaining(_ until: Int64) -> TimeAmount {
        max(TimeAmount(nanoseconds: until.subtractingReportingOverflow(driver.wallClock()).partialValue), .zero)
    }

    private func followUp(_ what: String, _ lease: TimeAmount?) -> String? {
        lease.map { "\(what) by itself in \(Double(min($0, Self.longestLease).millisecondsRoundedUp) / 1000) s" }
    }

    private func outcome(_ name: ProcessName, _ action: String, _ pid: Int32?, _ detail: String? = nil)
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
