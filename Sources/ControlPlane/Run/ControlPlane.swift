import Feed
import Glibc
import Membership
import MeshBase
import Reports
import Sharding
import Store
import Telemetry
import Topology
import UVDriver

/// The control plane of one mesh: it starts or adopts the processes, watches them, and serves the API. It is on no
/// request's path; when it dies the others go on, and the next one takes them over.
package final class ControlPlane {
    package typealias Progress = (_ serving: Int, _ of: Int) -> Void

    let settings: ControlSettings
    var topology: MeshTopology
    let directory: DataDirectory
    let lock: FileLock
    let journal: Journal
    let runtime: HostRuntime
    let loop: EventLoop
    let api: APIServer
    let client: HTTPClient
    let driver: HostsDriver
    let hostMap: HostMap
    let supervisor: Supervisor
    private(set) var member: ControlMember!
    let faultRegister: FaultRegister
    /// When the last fault came into force or ended, and when the last one ended; nil where none has in this life.
    private(set) var faultsChanged: Instant?
    private(set) var faultsEnded: Instant?
    /// What a predecessor left was taken over: from then on the supervisor knows who is held down.
    var isAdopted = false
    /// An action is being told to the processes that it names.
    var isTelling = false
    let haltDesk: HaltDesk
    let monkeyDesk: MonkeyDesk
    let gameDayDesk: GameDayDesk
    let drillDesk: DrillDesk
    let rolloutDesk: RolloutDesk
    /// Of the rollout under way.
    var figures = FiguresWatch()
    /// The process that ran when a rollout began to change it: where it still runs it was left as it was.
    var untouched: (name: String, identity: ProcessIdentity)?
    let targetsFile: TargetsFile
    let loadDesk: LoadDesk
    private(set) var routerWatch: RouterWatch!
    private(set) var storeWatch: StoreWatch!
    private(set) var liveDesk: LiveDesk!
    private(set) var traceGatherer: TraceGatherer!
    /// Nil where the policy `health` is off.
    private(set) var livenessWatch: LivenessWatch?
    private(set) var desk: EvacuationDesk!
    let settingsDesk: SettingsDesk
    /// What processes take up, as `ps` shows it.
    var memoryLooks = MemoryLooks()
    /// What was predicted for actions that may come.
    var predictions = PredictionLedger(seed: SecretText.randomInteger())
    var faultTimer: LoopTimer?
    /// For who asks for metrics.
    var drillRuns = DrillRuns()
    let started: Int64
    let identity = ProcessIdentity.current

    var placement: PlacementTable
    /// Which cells have customers, by `placement`.
    var use: CellUse
    var evacuated: Set<Int> { use.evacuated }
    /// Cells that hold no customer: drained, or not in use yet.
    var unused: Set<ProcessName> = []
    /// From the look that lets cells come to the answer of the command.
    var isAddingCells = false
    var countedAt = Instant.zero
    var customers: [Int]
    package internal(set) var isReady = false
    var isStopping = false

    var adoption: Adoption
    var onProgress: Progress
    var onReady: (StartReport) -> Void
    var failure: ControlFailure?
    var startTimer: LoopTimer?
    /// When what has to be looked at process by process was looked at last.
    var lastStartCheck: Instant?
    var lastNote: Instant?
    var noteTimer: LoopTimer?
    /// Since when all processes serve and the routers reach them; nil before.
    var reachedSince: Instant?
    var stopTimer: LoopTimer?
    var hangup: SignalWatcher?
    var shown = -1
    let begun: Instant
    private(set) var changes = MemberChangeLog()
    /// What was taken over from a predecessor.
    lazy var adopted = Set(adoption.plan.adopt.map(\.name))

    /// Starts the mesh and runs until it is told to stop, by a signal or through the API.
    ///
    /// - Parameters:
    ///   - progress: how many processes serve, of how many; called when that changes.
    ///   - ready: everything serves.
    ///   - events: what happens, folded, each second; nil where nobody listens. Also of the time before: the last 15 minutes.
    /// - Throws: why the mesh could not be started; what had been started is stopped again.
    package static func run(
        _ settings: ControlSettings, progress: @escaping Progress = { _, _ in },
        ready: @escaping (StartReport) -> Void = { _ in }, events: ((FeedEvents) -> Void)? = nil
    ) throws(ControlFailure) {
        let parent = ParentLine(settings.readyDescriptor)
        do throws(ControlFailure) {
            let control = try ControlPlane(
                settings,
                progress: {
                    parent.write(ReadyLine(serving: $0, of: $1))
                    progress($0, $1)
                },
                ready: { report in
                    parent.write(
                        ReadyLine(
                            name: "control", data: report.control.router, admin: report.control.api,
                            gossip: report.control.gossip))
                    parent.close()
                    ready(report)
                })
            control.liveDesk.onEvents = events
            try control.run()
        } catch {
            parent.write(ReadyLine(error))
            parent.close()
            throw error
        }
    }

    private init(
        _ settings: ControlSettings, progress: @escaping Progress, ready: @escaping (StartReport) -> Void
    ) throws(ControlFailure) {
        self.settings = settings
        directory = settings.directory
        onProgress = progress
        onReady = ready
        lock = try Self.lock(directory)
        (topology, placement) = try MeshPreparation.prepare(directory, settings.topology)
        try settings.keepHosts()
        customers = [Int](repeating: 0, count: topology.cells.count)
        use = CellUse(placement, topology)
        unused = use.unusedNames(topology)
        do {
            let token = try directory.token()
            var host = HostSettings(
                name: "control", topology: topology, placement: placement, dataDirectory: directory.controlDirectory,
                secret: try directory.secret(), boot: SecretText.randomInteger(),
                storeID: SecretText.randomInteger())
            host.gossip = settings.gossip
            host.faultsPath = directory.faultsPath
            host.keysPath = directory.keysPath
            host.cellsPath = directory.cellsPath
            let log = ProcessLog("control", LogOutput(.text, path: directory.controlLogPath))
            host.log = log
            // What the membership says is told by the process itself.
            journal = try Journal(path: directory.journalPath) {
                if $0.type != "member" { log.tell(TelemetryEvent($0)) }
            }
            runtime = try HostRuntime(host, role: .control)
            loop = runtime.loop
            begun = loop.freshNow()
            started = loop.wallClock()
            api = APIServer(loop: loop, token: token)
            // Pages that are open look for it where it was.
            try api.listen(on: settings.api, preferring: (try? directory.control())??.apiEndpoint)
            client = HTTPClient(loop: loop, kept: Self.keptConnections, security: runtime.security)
            runtime.security.secure(api.http.pool)
            let hosts = try directory.hosts()?.hosts ?? []
            hostMap = HostMap(hosts.map(\.region), topology)
            driver = HostsDriver(
                UVProcessDriver(loop: loop, executable: settings.executable), loop: loop, client: client,
                directory: directory, mesh: topology.wireLabel, secret: host.secret, hosts: hosts,
                controller: try Self.controller(journal), life: SecretText.randomInteger() >> 12,
                grace: settings.grace
            ) { [hostMap] in hostMap[$0] }
            supervisor = Supervisor(
                driver: driver, journal: journal,
                command: ProcessCommand(
                    directory: directory, grace: settings.grace, address: settings.address, extra: settings.extra),
                names: topology.processNames,
                settings: Supervisor.Settings(
                    restart: topology.restart, startTimeout: settings.startTimeout, seed: SecretText.randomInteger()))
            adoption = try Adoption(
                directory, topology, journal, idle: unused,
                elsewhere: Set(topology.processNames.filter { [hostMap] in hostMap[$0] != nil }), now: started)
            try adoption.checkReach(of: runtime.udp)
            faultRegister = try FaultRegister(
                journal: journal, path: directory.faultsPath, topology: topology,
                keeps: !adoption.plan.adopt.isEmpty, now: SystemClock.reading())
            haltDesk = HaltDesk(journal: journal)
            monkeyDesk = MonkeyDesk(
                loop: loop, journal: journal, keeps: !adoption.plan.adopt.isEmpty, seed: topology.seed)
            gameDayDesk = GameDayDesk(
                loop: loop, journal: journal, directory: directory, executable: settings.executable)
            drillDesk = DrillDesk(loop: loop, directory: directory, executable: settings.executable)
            rolloutDesk = RolloutDesk(loop: loop, journal: journal)
            api.keepPasses(in: journal)
            targetsFile = TargetsFile(path: directory.targetsPath)
            loadDesk = LoadDesk(loop: loop, mesh: directory.name, executable: settings.executable)
            settingsDesk = try SettingsDesk(runtime, client: client, journal: journal, directory: directory)
            runtime.faults?.refresh()
        } catch let error as StoreError {
            throw .data(.damaged(path: directory.journalPath, reason: error.message))
        } catch { throw ControlFailure(error) }
        do {
            member = try ControlMember(runtime, admin: api.local) { [unowned self] in
                changes.note($0, at: loop.wallClock())
                desk?.host.follow($0.member, status: $0.status)
            }
        } catch { throw ControlFailure(error) }
        // It was checked when it was prepared.
        guard let fitting = try? Placement(topology, table: placement) else {
            throw .system("the placement does not fit the topology")
        }
        desk = EvacuationDesk(
            runtime, placement: fitting, client: client, journal: journal, directory: directory, places: places)
        routerWatch = makeRouterWatch()
        storeWatch = StoreWatch(loop: loop, client: client, cells: places.cells)
        desk.utilisation = { [unowned self] in storeWatch[$0]?.utilisation }
        liveDesk = LiveDesk(
            loop: loop, streams: api.http.streams, source: liveSource, placement: fitting, journal: journal)
        traceGatherer = TraceGatherer(loop: loop, client: client) { [unowned self] in
            supervisor[$0].flatMap { $0.isServing ? $0.addresses.admin : nil }
        }
        routerWatch.onReach = { [unowned self] in liveDesk.take(reached: $1, of: $0) }
        routerWatch.onVitals = { [unowned self] name, vitals in
            liveDesk.take(vitals, of: name)
            traceGatherer.heard(name, boot: vitals.boot, vitals.traces)
        }
        storeWatch.wanted = { [unowned self] in liveDesk.wanted }
        storeWatch.isWatched = { [unowned self] in liveDesk.isWatched || !isReady || desk.status.outcome != .none }
        storeWatch.onVitals = { [unowned self] name, vitals in
            liveDesk.take(vitals, of: name)
            traceGatherer.heard(name, boot: vitals.boot, vitals.traces)
            if vitals.condition.map({ $0.lifeless != true }) ?? false { livenessWatch?.heard(from: name) }
        }
        livenessWatch = makeLivenessWatch()
    }

    static func lock(_ directory: DataDirectory) throws(ControlFailure) -> FileLock {
        do throws(DataDirectoryError) { try directory.checkUsable() } catch { throw .data(error) }
        do throws(FileFailure) { try SystemFile.makeDirectory(directory.path) } catch {
            throw .data(DataDirectoryError(error))
        }
        do throws(DataDirectoryError) { try directory.checkPlaces() } catch { throw .data(error) }
        do throws(UVError) {
            // A lock file that was removed is free to be locked, whoever holds the former one.
            let holder = directory.controlHolder
            let lock = try FileLock(path: directory.lockPath)
            guard let holder, holder != getpid(), ProcessIdentity(pid: holder)?.isRunning == true else { return lock }
            lock.release()
            throw UVError(code: -EAGAIN, operation: "lock \(directory.lockPath)")
        } catch {
            if error.name == "EAGAIN" {
                throw .alreadyRunning(mesh: directory.name, pid: directory.controlHolder ?? 0)
            }
            throw .data(
                DataDirectoryError(FileFailure(operation: "lock", path: directory.lockPath, code: -error.code)))
        }
    }

    // MARK: Running

    private func run() throws(ControlFailure) {
        wire()
        begin()
        loop.run()
        client.close()
        loop.close()
        journal.close()
        lock.release()
        if let failure { throw failure }
    }

    private func wire() {
        api.backend = self
        faultRegister.onChange = { [unowned self] hasEnded in
            faultsChanged = loop.now()
            if hasEnded { faultsEnded = loop.now() }
        }
        monkeyDesk.acts = monkeyActs
        rolloutDesk.acts = rolloutActs
        runtime.onStop = { [unowned self] in signalled() }
        hangup = try? SignalWatcher(loop: loop, signal: SIGHUP) { [unowned self] in signalled() }
        loop.beforeWaiting { [weak self] in self?.endTurn() }
        supervisor.joinPoints = { [unowned self] in joinPoints() }
        settingsDesk.targets = { [unowned self] in settingsTargets }
        settingsDesk.isStopped = { [unowned self] in supervisor[$0].map(supervisor.isStopped) ?? false }
        settingsDesk.tell = { [unowned self] in member.raise(event: SettingsNotice.event, payload: $0.payload) }
        supervisor.onStartFailure = { [unowned self] name, reason in
            guard !isReady else { return }
            let failure = ControlFailure.process(name, reason: reason)
            // The supervisor's limit is as long as this one, and begins later.
            if loop.now() - begun >= settings.startTimeout { return fail(.timeout("\(failure)")) }
            // One damaged store, or one cell that cannot be started, does not keep the others' customers waiting.
            let others = supervisor.processes.filter {
                $0.name.role == name.role && !$0.isHeldDown && $0.startFailure == nil
            }
            if others.isEmpty || supervisor[name]?.isListenFixed == true { fail(failure) }
        }
        desk.onEnd = { [unowned self] plan, completed in
            countCustomers()
            keepReport(of: plan)
            if completed { retireDrained(plan) }
        }
        supervisor.onChange = { [unowned self] in
            noteProcesses()
            if isAdopted, !isTelling { reconcileFaults() }
            liveDesk.changed()
            checkStart()
        }
    }

    /// The control plane's own member, and a cell of each region in case it dies while the newcomer starts, or the
    /// newcomer is cut off from it.
    private func joinPoints() -> [Endpoint] {
        var points = [member.gossip]
        var regions: Set<Int> = []
        for (index, cell) in topology.cells.enumerated() where points.count <= Self.mostJoinPoints {
            guard !regions.contains(cell.region),
                let process = supervisor[ProcessName(.cell, topology.cells[index].name)], process.isServing,
                !process.isPaused, let gossip = process.addresses.gossip
            else { continue }
            regions.insert(cell.region)
            points.append(gossip)
        }
        return points
    }

    private static let mostJoinPoints = 8
    /// Each process is asked every second: for so many of them a connection is kept.
    private static let keptConnections = 1_024

    var places: EvacuationDesk.Places {
        func running(_ role: NodeRole) -> [(name: ProcessName, admin: Endpoint)] {
            supervisor.processes.compactMap { process in
                guard process.name.role == role, process.isServing, !supervisor.isStopped(process),
                    let admin = process.addresses.admin
                else { return nil }
                return (process.name, admin)
            }
        }
        return EvacuationDesk.Places(
            cells: { running(.cell) }, routers: { running(.router) },
            isAlive: { [unowned self] cell in
                // Of its own children the control plane knows sooner than the membership.
                let process = supervisor[ProcessName(.cell, topology.cells[cell.position].name)]
                if let process, !process.isRunning, process.isHeldDown || process.startFailure != nil { return false }
                let status = member.member(named: topology.cells[cell.position].name)?.status
                return status == .alive || status == .suspect
            },
            isReached: { [unowned self] cell in
                let name = topology.cells[cell.position].name
                let process = supervisor[ProcessName(.cell, name)]
                return !routerWatch.reaching(name, at: process?.addresses.data, among: liveRouters).isEmpty
            })
    }

    /// Customers have moved.
    private func follow(_ table: PlacementTable) {
        placement = table
        let now = CellUse(table, topology)
        // While customers move their counts change with each cohort.
        let isDue = loop.now() - countedAt > .seconds(1)
        guard now != use || isDue else { return }
        use = now
        unused = now.unusedNames(topology)
        countCustomers()
    }

    private func endTurn() {
        changes.write(to: journal, at: loop.wallClock())
        if let desk {
            desk.endTurn()
            if desk.version != placement.version { follow(desk.table) }
        }
        if let member { member.endTurn() }
        api.endTurn()
    }
}
