import MeshBase
import Store
import Topology
import UVDriver

/// Restarts a process that serves by relief: the new one is started beside it and does all that may fail; only then the
/// old one has to go. A router gives its sockets to the new one and still answers those who are connected; any other
/// process is told to end when the new one is prepared. Where the new one fails, the old one goes on as it was.
extension Supervisor {
    /// A process that goes.
    struct Leaver {
        var name: ProcessName
        /// Called when it is gone.
        var onGone: [() -> Void] = []
    }

    static let isRelieved = "it is being restarted"
    /// What has handed over its sockets ends by itself within 10 s, and is killed after this long.
    static let leaveTimeout = TimeAmount.seconds(12)

    func relieve(_ name: ProcessName, _ predecessor: ProcessIdentity, _ completion: @escaping OutcomeHandler) {
        journal.note("restart", name, "beside the one that runs", at: driver.wallClock())
        let successor: ProcessIdentity
        do {
            let words = try journal.willStart([name], at: driver.wallClock(), isRelief: true)
            successor = try launch(name, joinPoints(), words[name], replacing: predecessor)
        } catch {
            journal.started([], failed: [(name, "\(error)")], at: driver.wallClock())
            return completion(outcome(name, "failed", driver.pid(of: predecessor), Self.kept("\(error)")))
        }
        journal.started([(name, successor)], failed: [], at: driver.wallClock())
        table[name]?.successor = successor
        awaitRestart(name, completion)
        schedule(.relieve, name, after: settings.startTimeout) { [unowned self] in
            successorFailed(name, "it did not serve within \(settings.startTimeout.seconds) s" + logQuote(name))
        }
        onChange()
    }

    private static func kept(_ reason: String) -> String { "the one that runs goes on; the new one: \(reason)" }

    /// - Returns: false where the line is that of any process that starts.
    func successorReports(_ name: ProcessName, _ successor: ProcessIdentity, _ line: ReadyLine) -> Bool {
        if line.prepared == true {
            if let predecessor = table[name]?.identity, table[name]?.isEnding == false {
                end(name, predecessor, with: .terminate) {}
            }
        } else if line.ready == true {
            promote(name, successor)
            return false
        } else if line.ready == false {
            successorFailed(name, line.reason(of: name))
        }
        return true
    }

    /// The successor has the sockets and serves: the name is its own, and the other one goes.
    private func promote(_ name: ProcessName, _ successor: ProcessIdentity) {
        cancel(.relieve, name)
        table[name]?.successor = nil
        if let predecessor = table[name]?.identity { leave(name, predecessor, within: Self.leaveTimeout) }
        clearPause(name)
        table[name]?.restarts += 1
        table[name]?.isSilent = false
        isStarting(name, successor)
    }

    /// The one that ran is gone while its successor waited for that.
    /// - Returns: whether there is a successor.
    func succeeds(_ name: ProcessName) -> Bool {
        guard let successor = table[name]?.successor, !isShuttingDown else { return false }
        cancel(.relieve, name)
        table[name]?.successor = nil
        table[name]?.restarts += 1
        table[name]?.isSilent = false
        isStarting(name, successor)
        for waiter in exitWaiters.removeValue(forKey: name) ?? [] { waiter() }
        onChange()
        return true
    }

    private func successorFailed(_ name: ProcessName, _ reason: String) {
        guard let process = table[name] else { return }
        // Whether it got as far as to take the sockets is not known: the other one may be on its way out.
        table[name]?.startsWhenGone = true
        schedule(.doubt, name, after: Self.leaveTimeout) { [unowned self] in
            if table[name]?.isEnding == false { table[name]?.startsWhenGone = false }
        }
        journal.note("restart-failed", name, reason, at: driver.wallClock())
        dropSuccessor(name, process.isEnding ? reason : Self.kept(reason))
        onChange()
    }

    /// Ends a successor that has not come so far as to serve.
    func dropSuccessor(_ name: ProcessName, _ reason: String) {
        guard let successor = table[name]?.successor else { return }
        cancel(.relieve, name)
        table[name]?.successor = nil
        if driver.signal(successor, .kill) { leave(name, successor, within: settings.stopTimeout) }
        for waiter in readyWaiters.removeValue(forKey: name) ?? [] { waiter(reason) }
    }

    // MARK: Leavers

    private func leave(_ name: ProcessName, _ identity: ProcessIdentity, within time: TimeAmount) {
        leavers[identity] = Leaver(name: name)
        schedule(.leave, name, after: time) { [unowned self] in
            for (identity, leaver) in leavers where leaver.name == name { driver.signal(identity, .kill) }
        }
    }

    /// - Returns: whether it was a process that bears its name no more, or does not bear it yet.
    func left(_ name: ProcessName, _ identity: ProcessIdentity, _ how: String) -> Bool {
        if table[name]?.successor == identity {
            leavers[identity] = Leaver(name: name)
            successorFailed(name, "it ended before it served (\(how))" + logQuote(name))
        }
        guard let leaver = leavers.removeValue(forKey: identity) else { return false }
        if !leavers.values.contains(where: { $0.name == name }) { cancel(.leave, name) }
        journal.exited(name, identity, how: how, wasExpected: true, at: driver.wallClock())
        for waiter in leaver.onGone { waiter() }
        onChange()
        return true
    }

    private func clearPause(_ name: ProcessName) {
        guard table[name]?.isPaused == true else { return }
        cancel(.resume, name)
        table[name]?.isPaused = false
        table[name]?.pausedSince = nil
        journal.cleared(.pause, name, event: nil, at: driver.wallClock())
    }
}
