import Glibc
import MeshBase
import Reports
import Store
import Topology
import UVDriver

/// The cells of one region as children of one process, as a container holds them. It takes no part in the membership:
/// cells find the rest of the mesh by themselves.
///
/// A cell that dies is started again where the topology says so. Where it does not, the others go on, and the end is
/// reported as a failure: what one cell suffers is not spread to its neighbours.
package final class RegionRunner {
    private let settings: RegionSettings
    private let lock: FileLock
    private let loop: EventLoop
    private let journal: Journal
    private let driver: UVProcessDriver
    private let supervisor: Supervisor
    private var signals: [SignalWatcher] = []
    /// Looks whether anybody of another host is known, until somebody is.
    private var watch: LoopTimer?
    private var client: HTTPClient?
    /// For probes of this process, which cells do not answer for.
    private let admin: AdminServer
    private var looks = 0
    private let say: (String) -> Void

    private var isReady = false
    private var isStopping = false
    private var failure: ControlFailure?
    /// Cells that died by themselves and are not started again.
    private var lost: Set<ProcessName> = []

    /// Starts the cells and runs until a signal ends them, or the last one has died.
    ///
    /// - Parameter say: takes what people should know, line by line.
    /// - Throws: why a cell did not start, when all are stopped again; or which cells died meanwhile.
    package static func run(
        _ settings: RegionSettings, say: @escaping (String) -> Void
    ) throws(ControlFailure) {
        let runner: RegionRunner
        do {
            runner = try RegionRunner(settings, say)
            try runner.begin()
        } catch { throw ControlFailure(error) }
        runner.loop.run()
        runner.loop.close()
        runner.journal.close()
        runner.lock.release()
        if let failure = runner.failure { throw failure }
    }

    private init(_ settings: RegionSettings, _ say: @escaping (String) -> Void) throws {
        self.settings = settings
        self.say = say
        lock = try RegionRunner.lock(settings.directory)
        try ProcessSetup.ignoreBrokenPipes()
        try ProcessSetup.raiseOpenFiles(to: 65_536)
        journal = try Self.prepare(settings)
        loop = try EventLoop()
        admin = AdminServer(loop: loop, limits: AdminServer.limits)
        driver = UVProcessDriver(loop: loop, executable: settings.executable)
        supervisor = Supervisor(
            driver: driver, journal: journal, command: settings.command, names: settings.cells,
            settings: Supervisor.Settings(
                restart: settings.topology.restart, startTimeout: settings.startTimeout,
                seed: SecretText.randomInteger()))
    }

    /// - Throws: in words of its own where another process runs this region: nothing of a mesh is to be stopped.
    static func lock(_ directory: DataDirectory) throws(ControlFailure) -> FileLock {
        do throws(ControlFailure) { return try ControlPlane.lock(directory) } catch {
            guard case .alreadyRunning(_, let pid) = error else { throw error }
            throw .system("another 'cellmesh region' runs on \(directory.path), with pid \(pid)")
        }
    }

    /// Brings the directory in order and ends what an earlier life has left there.
    private static func prepare(_ settings: RegionSettings) throws -> Journal {
        let directory = settings.directory
        try directory.prepare(settings)
        let journal = try Journal(path: directory.journalPath)
        let entries = ProcessLedger.entries(directory, nil, journal: journal)
        Reaper.end(entries.filter(\.isRunning).map(\.identity), with: .terminate)
        var ledger = SupervisorJournal(journal)
        ledger.forget(entries.map(\.identity))
        return journal
    }

    private func begin() throws {
        // Before anything else: where the address is taken nothing is to be ended again.
        do { try admin.listen(on: settings.admin) } catch { throw HostFailure("--admin \(settings.admin): \(error)") }
        admin.routes = Self.routes { [unowned self] in health }
        loop.beforeWaiting { [unowned self] in admin.endTurn() }
        var isInterrupted = false
        for signal in [SIGTERM, SIGINT, SIGHUP] {
            signals.append(
                try SignalWatcher(loop: loop, signal: signal) { [unowned self] in
                    isInterrupted = true
                    signalled()
                })
        }
        var search = try SeedSearch(settings.join)
        do { try search.run(on: loop) { isInterrupted } } catch {
            throw isInterrupted ? ControlFailure.interrupted : error
        }
        for name in search.missing {
            say("\(name.host):\(name.port) has no address yet; joining through the others, and looking it up again")
        }
        for cell in settings.cells {
            supervisor.setListen(Endpoint(address: settings.listen, port: 0), isFixed: true, of: cell)
        }
        supervisor.joinPoints = { [unowned self] in joinPoints() }
        let begun = loop.freshNow()
        supervisor.onStartFailure = { [unowned self] name, reason in
            let failure = ControlFailure.process(name, reason: reason)
            say("\(failure)")
            guard !isReady else { return }
            // The supervisor's limit is as long as this one, and begins later.
            stop(loop.now() - begun >= settings.startTimeout ? .timeout("\(failure)") : failure)
        }
        supervisor.onChange = { [unowned self] in changed() }
        supervisor.start(settings.cells)
    }

    /// What the process answers.
    ///
    /// - Parameter health: called with each request, never here.
    package static func routes(_ health: @escaping () -> SupervisorHealth) -> HTTPRouteTable {
        var table = HTTPRouteTable()
        table.add(health: health)
        return table
    }

    /// What its pages tell.
    private var health: SupervisorHealth {
        let processes = supervisor.processes
        var health = SupervisorHealth(
            hasStarted: isReady, serving: supervisor.servingCount, of: settings.cells.count,
            missing: processes.filter { !$0.isServing }.map { "\($0.name) \(Self.trouble(of: $0))" })
        health.isStopping = isStopping
        return health
    }

    private static func trouble(of process: SupervisedProcess) -> String {
        switch process.phase {
        case .down(let reason): (process.startFailure ?? reason).map { "is down: \($0)" } ?? "is down"
        case .starting: "has not started"
        case .ending: "ends"
        case .serving: "serves"
        }
    }

    /// Cells of this region, beside what others told, in case all of those are gone.
    private func joinPoints() -> [Endpoint] {
        let serving = supervisor.processes.filter { $0.isServing && !$0.isPaused }.compactMap(\.addresses.gossip)
        return serving.prefix(2).map { reachable($0) }
    }

    private func reachable(_ endpoint: Endpoint) -> Endpoint {
        Endpoint(address: settings.advertise ?? endpoint.address, port: endpoint.port)
    }

    private func changed() {
        guard !isStopping else { return }
        if !isReady, supervisor.servingCount == settings.cells.count { becomeReady() }
        guard isReady, settings.topology.restart == .never else { return }
        for process in supervisor.processes {
            guard case .down(let reason) = process.phase, lost.insert(process.name).inserted else { continue }
            say("\(process.name) has died: \(reason ?? "without a word"); \(supervisor.servingCount) cells go on")
        }
        if lost.count == settings.cells.count { stop(nil) }
    }

    private func becomeReady() {
        isReady = true
        guard !settings.join.isEmpty else { return tellReady() }
        client = HTTPClient(loop: loop, connections: 1)
        watch = try? LoopTimer(loop: loop) { [unowned self] in look() }
        watch?.start(after: .milliseconds(50), every: .milliseconds(250))
    }

    /// A region that was told to join others and has met nobody is a mesh of its own by mistake, or the first to start.
    private func look() {
        looks += 1
        if looks == 20 {
            say(
                "nobody of another host has answered at \(settings.join.joined(separator: ", ")): wrong address, nothing"
                    + " runs there yet, or \(StrangerWatch.causes); asking again and again")
        }
        let own = settings.topology.regions[settings.region].name
        guard let first = supervisor.processes.first(where: { $0.isServing }), let address = first.addresses.admin
        else {
            return
        }
        client?.send(HTTPOutgoing(.get, address, "/v1/members"), timeout: .seconds(2)) { [weak self] result in
            guard let self, watch != nil, case .success(let answer) = result,
                let report = ReportJSON.decode(MembersReport.self, answer.body),
                report.members.contains(where: { $0.status == "alive" && ($0.role != "cell" || $0.region != own) })
            else { return }
            endWatch()
            tellReady()
        }
    }

    private func endWatch() {
        watch?.close()
        watch = nil
        // It is kept: its connections close in a later turn.
        client?.close()
    }

    private func tellReady() {
        let first = settings.cells.first.flatMap { supervisor[$0]?.addresses.gossip }.map { reachable($0) }
        say(
            "region \(settings.topology.regions[settings.region].name) serves: \(settings.cells.count) cells, gossip at "
                + (first?.description ?? "-") + ", probes at \(admin.local)")
    }

    // MARK: Stopping

    /// A second signal does not wait for anybody.
    private func signalled() {
        if isStopping { return supervisor.killAll() }
        stop(isReady ? nil : .interrupted)
    }

    private func stop(_ reason: ControlFailure?) {
        guard !isStopping else { return }
        isStopping = true
        endWatch()
        failure = reason
        if failure == nil, !lost.isEmpty {
            failure = .system("died meanwhile: " + lost.sorted().map(\.description).joined(separator: ", "))
        }
        // Within a callback of the supervisor: in the next turn, so that it has finished with what it was doing.
        let begun = try? LoopTimer.once(loop: loop, after: .zero) { [unowned self] in
            supervisor.shutDown { [unowned self] in finish() }
        }
        if begun == nil { supervisor.killAll() }
    }

    private func finish() {
        admin.stopListening()
        admin.pool.flush()
        admin.pool.closeAll()
        driver.close()
        signals.forEach { $0.close() }
    }
}
