import Chaos
import MeshBase
import Store
import Topology
import UVDriver

/// Starts, watches, pauses, kills and restarts the processes of a mesh. Confined to its driver's thread.
package final class Supervisor {
    package struct Settings: Sendable {
        package var restart: RestartPolicy
        /// A process that has not reported after this long is killed.
        package var startTimeout: TimeAmount
        /// Processes that start at a time. Of many that start at once each takes as long as all of them do, and the control
        /// plane, which they join through, gets as little of the machine as any of them.
        package var startsAtOnce = 32
        /// Between SIGTERM and SIGKILL.
        package var stopTimeout = TimeAmount.seconds(2)
        package var seed: UInt64

        package init(restart: RestartPolicy = .never, startTimeout: TimeAmount = .seconds(10), seed: UInt64 = 0) {
            self.restart = restart
            self.startTimeout = startTimeout
            self.seed = seed
        }
    }

    package let settings: Settings
    let driver: any ProcessDriver
    private(set) var command: ProcessCommand
    package internal(set) var journal: SupervisorJournal
    /// In the order of the topology: cells, then routers.
    package private(set) var names: [ProcessName]
    var table: [ProcessName: SupervisedProcess]
    private var generator: Generator

    /// Members that a new process joins through.
    package var joinPoints: () -> [Endpoint] = { [] }
    /// After any change of any process.
    package var onChange: () -> Void = {}
    /// A process could not be started, or died before it served.
    package var onStartFailure: (ProcessName, String) -> Void = { _, _ in }

    /// Leases that end by themselves, restarts that are due, starts that may take too long.
    var timers: [TimerKey: any ScheduledCall] = [:]
    /// Who waits for a process to end, or to serve.
    var exitWaiters: [ProcessName: [() -> Void]] = [:]
    var readyWaiters: [ProcessName: [(String?) -> Void]] = [:]
    /// Processes that go and whose name is another one's already, or nobody's; and who waits for each to be gone.
    var leavers: [ProcessIdentity: Leaver] = [:]
    package internal(set) var isShuttingDown = false
    /// Who is to be started when one of those that start serves, or does not.
    var startQueue = StartQueue()
    /// Of these some may start no more.
    private var starting: Set<ProcessName> = []

    struct TimerKey: Hashable {
        enum Purpose { case start, stop, resume, revive, relieve, leave, doubt, look }
        var purpose: Purpose
        var name: ProcessName
    }

    package init(
        driver: any ProcessDriver, journal: Journal, command: ProcessCommand, names: [ProcessName], settings: Settings
    ) {
        self.driver = driver
        self.journal = SupervisorJournal(journal)
        self.command = command
        self.names = names
        self.settings = settings
        table = Dictionary(uniqueKeysWithValues: names.map { ($0, SupervisedProcess($0)) })
        generator = Generator(seed: settings.seed, concern: "restart")
    }

    /// The mesh has further processes, none of which runs.
    /// - Parameter names: all, in the order of the topology.
    package func grow(_ names: [ProcessName]) {
        self.names = names
        for name in names where table[name] == nil { table[name] = SupervisedProcess(name) }
    }

    package subscript(name: ProcessName) -> SupervisedProcess? { table[name] }
    package var processes: [SupervisedProcess] { names.compactMap { table[$0] } }
    package var servingCount: Int { table.values.count { $0.isServing } }

    /// Says where a process takes its traffic.
    /// - Parameter isFixed: it does not start if that address is taken; else it starts at any other.
    package func setListen(_ endpoint: Endpoint?, isFixed: Bool, of name: ProcessName) {
        table[name]?.listen = endpoint
        table[name]?.isListenFixed = isFixed
    }

    /// Has routers that start from now on take customers at one port besides, also under the next control plane.
    package func share(_ endpoint: Endpoint) {
        command.share = endpoint
        journal.shares(endpoint)
    }

    /// Whether a process is stopped, from here or by anybody else.
    package func isStopped(_ process: SupervisedProcess) -> Bool {
        guard let identity = process.identity else { return false }
        if driver.isStopped(identity) { return true }
        // Continued by anybody, it is paused no more.
        return process.pausedSince.map { driver.now() - $0 < Self.stopDelay } ?? false
    }

    /// The longest time from SIGSTOP until the kernel shows a process as stopped.
    static let stopDelay = TimeAmount.milliseconds(500)

    // MARK: Starting

    /// Starts processes, as many at a time as the settings say. What cannot be started is reported through `onStartFailure`.
    package func start(_ wanted: [ProcessName]) {
        let names = wanted.filter { name in
            !startQueue.contains(name) && (table[name].map { !$0.isRunning } ?? false)
        }
        guard !names.isEmpty, !isShuttingDown else { return }
        for name in names {
            cancel(.revive, name)
            table[name]?.isHeldDown = false
            table[name]?.isPaused = false
            table[name]?.pausedSince = nil
            table[name]?.isSilent = false
            table[name]?.isRevivalDue = false
        }
        let words: [ProcessName: StoreWord]
        do throws(StoreError) {
            words = try journal.willStart(names, at: driver.wallClock()) { [directory = command.directory] name in
                SystemFile.exists(directory.directory(of: name.role, name.name) + "/process.json")
            }
        } catch {
            for name in names { failStart(name, "the journal cannot be written: \(error)") }
            return onChange()
        }
        startQueue.append(names, join: joinPoints(), words)
        startNext()
    }

    /// Starts whose turn it is.
    func startNext() {
        guard !isShuttingDown else { return startQueue.removeAll() }
        var started: [(ProcessName, ProcessIdentity)] = []
        var failed: [(ProcessName, String)] = []
        starting = starting.filter { if case .starting = table[$0]?.phase { true } else { false } }
        while starting.count < settings.startsAtOnce, let next = startQueue.popFirst() {
            // It was killed while it waited, or runs by now.
            guard let process = table[next.name], !process.isRunning, !process.isHeldDown else { continue }
            do throws(SpawnFailure) {
                let spawned = try launch(next.name, next.join, next.store)
                isStarting(next.name, spawned)
                started.append((next.name, spawned))
            } catch { failed.append((next.name, error.description)) }
        }
        guard !started.isEmpty || !failed.isEmpty else { return }
        journal.started(started, failed: failed, at: driver.wallClock())
        for (name, reason) in failed { failStart(name, reason) }
        onChange()
    }

    /// Starts a process, which is nobody's yet.
    func launch(
        _ name: ProcessName, _ join: [Endpoint], _ store: StoreWord?, replacing predecessor: ProcessIdentity? = nil
    ) throws(SpawnFailure) -> ProcessIdentity {
        var identity: ProcessIdentity?
        let request = command.request(
            name, join: join, listen: table[name]?.listen, store: store, replacing: predecessor)
        let spawned = try driver.spawn(request) { [weak self] line in
            if let self, let identity { report(name, identity, line) }
        } onExit: { [weak self] how in
            if let self, let identity { exited(name, identity, how) }
        }
        identity = spawned
        return spawned
    }

    /// The process bears the name from now on, and has to say soon that it serves.
    func isStarting(_ name: ProcessName, _ identity: ProcessIdentity) {
        table[name]?.phase = .starting(identity)
        starting.insert(name)
        table[name]?.addresses = ProcessAddresses()
        table[name]?.started = driver.wallClock()
        table[name]?.servingSince = nil
        schedule(.start, name, after: settings.startTimeout) { [unowned self] in startTimedOut(name, identity) }
    }

    private func report(_ name: ProcessName, _ identity: ProcessIdentity, _ line: String) {
        guard let line = ReadyLine(line) else { return }
        if table[name]?.successor == identity, successorReports(name, identity, line) { return }
        guard table[name]?.phase == .starting(identity), let ready = line.ready else { return }
        guard ready else {
            // It ends by itself now.
            return endStart(
                name, identity, line.reason(of: name), isPortTaken: line.errorCode == "EADDRINUSE")
        }
        cancel(.start, name)
        table[name]?.phase = .serving(identity)
        table[name]?.startFailure = nil
        table[name]?.addresses = line.addresses
        table[name]?.servingSince = driver.now()
        if name.role == .router { table[name]?.listen = line.addresses.data }
        journal.ready(name, identity, line.addresses, store: line.storeID, at: driver.wallClock())
        for waiter in readyWaiters.removeValue(forKey: name) ?? [] { waiter(nil) }
        startNext()
        onChange()
    }

    private func startTimedOut(_ name: ProcessName, _ identity: ProcessIdentity) {
        guard table[name]?.phase == .starting(identity) else { return }
        driver.signal(identity, .kill)
        let seconds = settings.startTimeout.seconds
        endStart(name, identity, "it did not serve within \(seconds) s" + logQuote(name))
    }

    /// A process that will not serve: it dies now, or has been told to.
    private func endStart(
        _ name: ProcessName, _ identity: ProcessIdentity, _ reason: String, isPortTaken: Bool = false
    ) {
        cancel(.start, name)
        table[name]?.phase = .ending(identity)
        schedule(.stop, name, after: settings.stopTimeout) { [unowned self] in driver.signal(identity, .kill) }
        if let process = table[name], process.listen != nil, !process.isListenFixed, isPortTaken {
            table[name]?.listen = nil
            table[name]?.startsElsewhere = true
            journal.note("port-taken", name, reason, at: driver.wallClock())
        } else {
            failStart(name, reason)
        }
        startNext()
        onChange()
    }

    private func failStart(_ name: ProcessName, _ reason: String) {
        if case .down = table[name]?.phase { table[name]?.phase = .down(reason: reason) }
        table[name]?.startFailure = reason
        for waiter in readyWaiters.removeValue(forKey: name) ?? [] { waiter(reason) }
        onStartFailure(name, reason)
    }

    /// The host of these is gone: nothing can be started there, and nobody sees what becomes of what runs. Whoever waits is told.
    package func hostIsGone(_ names: [ProcessName], _ reason: String) {
        for name in names {
            if table[name]?.isRunning == false {
                cancel(.revive, name)
                failStart(name, reason)
            }
            for waiter in readyWaiters.removeValue(forKey: name) ?? [] { waiter(reason) }
            for waiter in exitWaiters.removeValue(forKey: name) ?? [] { waiter() }
        }
        onChange()
    }

    /// What kept these from being started is over.
    package func hostIsBack(_ names: [ProcessName]) {
        for name in names where table[name]?.isRunning == false { table[name]?.startFailure = nil }
    }

    /// The end of a process's log, for an error message.
    func logQuote(_ name: ProcessName) -> String {
        let path = command.directory.logPath(of: name.role, name.name)
        let lines = driver.tail(path, lines: 5)
        guard !lines.isEmpty else { return "; its log \(path) is empty" }
        return "; its log \(path) ends:\n" + lines.map { "    " + $0.prefix(400) }.joined(separator: "\n")
    }

    // MARK: Adopting

    /// Takes over a process that a predecessor started and that serves.
    ///
    /// - Parameter pausedUntil: when it is resumed, if the predecessor paused it (nanoseconds since 1970).
    package func adopt(_ entry: LedgerEntry, pausedUntil: Int64?) throws(SpawnFailure) {
        let (name, identity) = (entry.name, entry.identity)
        try driver.adopt(identity) { [weak self] how in self?.exited(name, identity, how) }
        table[name]?.phase = .serving(identity)
        table[name]?.startFailure = nil
        table[name]?.addresses = entry.addresses
        table[name]?.servingSince = driver.now()
        if name.role == .router { table[name]?.listen = entry.addresses.data }
        table[name]?.isSilent = entry.isSilent
        journal.adopted(name, identity, entry.addresses, isSilent: entry.isSilent, at: driver.wallClock())
        if let pausedUntil, driver.isStopped(identity) {
            table[name]?.isPaused = true
            scheduleResume(name, until: pausedUntil)
            lookAfterPause(of: name)
            // The watch of the predecessor follows what this one writes; without one this control plane resumes it.
            let asked = pausedUntil == .max ? nil : remaining(pausedUntil)
            do throws(SpawnFailure) {
                try watchPause(name, identity, LeaseTerm(asked: asked, from: driver.clock()))
            } catch {
                journal.note("pause-unwatched", name, error.description, at: driver.wallClock())
            }
        }
    }

    /// A process that was killed on purpose stays down, until its lease ends.
    package func holdDown(_ held: StartPlan.HeldDown) {
        table[held.name]?.isHeldDown = true
        scheduleRevival(held.name, until: held.until)
    }

    // MARK: Ends

    func exited(_ name: ProcessName, _ identity: ProcessIdentity, _ how: String) {
        if left(name, identity, how) { return }
        guard let process = table[name], process.identity == identity else { return }
        driver.endPrograms(of: name, in: command.directory)
        let wasStarting = process.phase == .starting(identity)
        let wasExpected = process.isEnding || isShuttingDown
        for purpose in [TimerKey.Purpose.start, .stop, .resume] { cancel(purpose, name) }
        table[name]?.phase = .down(reason: how)
        table[name]?.addresses = ProcessAddresses()
        table[name]?.servingSince = nil
        if process.isPaused {
            table[name]?.isPaused = false
            table[name]?.pausedSince = nil
            journal.cleared(.pause, name, event: nil, at: driver.wallClock())
        }
        journal.exited(name, identity, how: how, wasExpected: wasExpected, at: driver.wallClock())
        if succeeds(name) { return }
        if process.startsElsewhere || process.startsWhenGone {
            table[name]?.startsElsewhere = false
            table[name]?.startsWhenGone = false
            if !isShuttingDown, !process.isHeldDown { return start([name]) }
        }
        let disappointed = wasStarting ? [] : readyWaiters.removeValue(forKey: name) ?? []
        for waiter in disappointed { waiter("it was told to end before it served") }
        for waiter in exitWaiters.removeValue(forKey: name) ?? [] { waiter() }
        if wasStarting { failStart(name, "it ended before it served (\(how))" + logQuote(name)) }
        if process.isRevivalDue, !isShuttingDown {
            revive(name)
        } else if !wasExpected {
            scheduleRestart(name, servedSince: process.servingSince)
        }
        startNext()
        onChange()
    }

    private func scheduleRestart(_ name: ProcessName, servedSince: Instant?) {
        guard table[name]?.isRunning == false, table[name]?.isHeldDown == false else { return }
        let served = servedSince.map { driver.now() - $0 }
        guard
            let delay = table[name]?.backoff.delay(settings.restart, served: served, using: &generator)
        else { return }
        journal.note("restart-due", name, "in \(delay.millisecondsRoundedUp) ms", at: driver.wallClock())
        schedule(.revive, name, after: delay) { [unowned self] in
            table[name]?.restarts += 1
            start([name])
        }
    }

    // MARK: Timers

    func schedule(
        _ purpose: TimerKey.Purpose, _ name: ProcessName, after delay: TimeAmount, _ body: @escaping () -> Void
    ) {
        cancel(purpose, name)
        let key = TimerKey(purpose: purpose, name: name)
        timers[key] = driver.schedule(after: delay) { [weak self] in
            self?.timers[key] = nil
            body()
        }
    }

    func cancel(_ purpose: TimerKey.Purpose, _ name: ProcessName) {
        timers.removeValue(forKey: TimerKey(purpose: purpose, name: name))?.cancel()
    }
}
