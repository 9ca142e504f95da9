import Chaos
import Feed
import Glibc
import MeshBase
import Reports
import Resilience
import Store
import Telemetry
import Topology
import UVDriver
import Wire

extension ControlPlane: APIBackend, APIChanges {
    package var changer: Result<any APIChanges, APIFailure> { .success(self) }

    // MARK: Status

    /// - Parameter live: `liveRouters`, where many states are asked for at once.
    func state(of process: SupervisedProcess, live: [ProcessName]? = nil) -> ProcessState {
        facts(of: process, live: live).state
    }

    /// What is known of a process, of which its state is derived.
    func facts(of process: SupervisedProcess, live: [ProcessName]? = nil) -> ProcessFacts {
        var facts = ProcessFacts()
        facts.isRunning = process.isRunning
        // Of a host that is gone nobody knows whether what was told to end has.
        let isUnseen = process.identity.map(driver.isGone) ?? false
        facts.isEnding = process.isEnding && !isUnseen
        facts.isReady = process.isServing || process.isEnding && isUnseen
        facts.isStopped = supervisor.isStopped(process)
        facts.isSilent = process.isSilent
        facts.isLifeless = livenessWatch?.isLifeless(process.name, process.identity) ?? false
        if let seen = member.member(named: process.name.name) {
            // What is believed of an earlier life says nothing of this one.
            if seen.profile.gossip == process.addresses.gossip {
                facts.status = seen.status
                facts.reported = seen.metadata.state
            }
        }
        switch process.name.role {
        case .cell:
            facts.isUnused = unused.contains(process.name)
            if let cell = topology.cellIndex(named: process.name.name) {
                facts.isEvacuated = evacuated.contains(topology.cells[cell.position].region)
            }
            facts.routers = routerWatch.witness(
                of: process.name.name, at: process.addresses.data, live: live ?? liveRouters)
            facts.isYoung = isYoung(process)
            facts.relieved = [process.servingSince, faultsEnded].compactMap { $0.map { loop.now() - $0 } }.min()
        case .router:
            facts.reach = routerWatch.reachCount(of: process.name).map { ($0, max($0, runningCells)) }
        default: break
        }
        return facts
    }

    /// Whether a cell says that it can serve; nil where it does not run or nothing is known of it.
    private func saysReady(_ process: SupervisedProcess) -> Bool? {
        guard process.isServing, let seen = member.member(named: process.name.name), seen.status.isLive,
            seen.profile.gossip == process.addresses.gossip
        else { return nil }
        return seen.metadata.state != .notReady && seen.metadata.state != .starting
    }

    /// Until then a router may not have found a cell that has just begun to serve.
    private static let youth = TimeAmount.seconds(3)

    /// Routers that run and are not paused.
    var liveRouters: [ProcessName] {
        topology.routers.map { ProcessName(.router, $0.name) }.filter { name in
            guard let process = supervisor[name] else { return false }
            return process.isRunning && !process.isEnding && !supervisor.isStopped(process)
        }
    }

    func isYoung(_ process: SupervisedProcess) -> Bool {
        process.servingSince.map { loop.now() - $0 < Self.youth } ?? true
    }

    /// Cells that a router can be expected to reach.
    private var runningCells: Int {
        supervisor.processes.count { $0.name.role == .cell && $0.isServing && !supervisor.isStopped($0) }
    }

    package func status() -> StatusReport {
        let live = liveRouters
        var report = StatusReport(
            mesh: directory.name, topology, epoch: placement.highestEpoch.rawValue, customers: customers, use: use,
            control: StatusReport.Control(pid: identity.pid, address: "http://\(api.local)"),
            summary: isStopping ? "stopping" : isReady ? nil : "starting"
        ) { name in
            let process = supervisor[name] ?? SupervisedProcess(name)
            return StatusReport.Known(
                state: state(of: process, live: live), pid: process.identity.flatMap(driver.pid),
                address: process.addresses.data,
                reachedBy: routerWatch.reaching(name.name, at: process.addresses.data, among: live).map(\.name),
                reaches: routerWatch.reachCount(of: name), store: storeWatch[name],
                isReady: saysReady(process),
                reason: (driver.trouble(of: name) ?? (process.isRunning ? nil : process.startFailure)).map {
                    String($0.prefix(2_000))
                })
        }
        report.headline = liveDesk?.headline
        report.faults = faults().faults
        report.halt = haltDesk.halt
        report.drill = directory.runningDrill?.feed
        report.monkey = monkeyDesk.feed
        if let alerts = liveDesk?.latest.alerts, !alerts.isEmpty { report.alerts = alerts }
        report.tombstones = StatusReport.Tombstones(desk.host.state.sweeps)
        if !evacuated.isEmpty { report.evacuated = evacuated.sorted().map { topology.regions[$0].name } }
        let moving = desk.status
        if moving.isUnderWay { report.evacuation = moving }
        if rolloutDesk.isUnderWay { report.rollout = rolloutDesk.report }
        for index in report.cells.indices { report.cells[index].version = shownVersion(of: CellIndex(index)) }
        return report
    }

    package func processes() -> ProcessesReport {
        let live = liveRouters
        memoryLooks.begin(of: Set(supervisor.processes.compactMap(\.identity)), now: loop.freshNow())
        var rows = supervisor.processes.map { process in
            let isHere = !driver.isElsewhere(process.name)
            var row = row(
                process.name, isHere ? process.identity?.pid : nil, state(of: process, live: live), process.addresses,
                process.restarts, started: process.started)
            if !isHere { tellElsewhere(process, in: &row) }
            if process.name.role == .cell {
                row.version = topology.cellIndex(named: process.name.name).flatMap { shownVersion(of: $0) }
            }
            return row
        }
        rows += programRows
        let own = ProcessAddresses(data: nil, admin: api.local, gossip: member.gossip)
        rows.append(row(.control, identity.pid, isReady ? .serving : .starting, own, 0, started: started))
        return ProcessesReport(processes: rows)
    }

    /// The programs of the user's own, as their cells tell of them.
    private var programRows: [ProcessesReport.Row] {
        topology.cells.flatMap { cell in
            (ProgramsFile.read(in: directory.directory(of: .cell, cell.name))?.programs ?? []).map { program in
                let identity = program.running
                let isKnown = program.pid == nil || identity != nil
                let state: ProcessState =
                    switch program.state {
                    case _ where identity?.isStopped == true: .paused
                    case "ready" where isKnown: .serving
                    case "starting" where isKnown: .starting
                    case "unready" where isKnown: .degraded
                    default: .down
                    }
                var row = row(
                    ProcessName(.cell, "\(cell.name)/\(program.service)"), identity?.pid, state, ProcessAddresses(),
                    program.restarts, started: 0)
                row.role = "program"
                if identity != nil { row.data = program.port.map { "127.0.0.1:\($0)" } }
                return row
            }
        }
    }

    private func row(
        _ name: ProcessName, _ pid: Int32?, _ state: ProcessState, _ addresses: ProcessAddresses, _ restarts: Int,
        started: Int64
    ) -> ProcessesReport.Row {
        let memory = pid.flatMap { pid in
            guard let identity = supervisor[name]?.identity, identity.pid == pid else {
                return ProcessUsage.memory(pid: pid)
            }
            return memoryLooks.memory(
                of: identity, now: loop.freshNow, look: ProcessUsage.memory(pid:), brief: ProcessUsage.resident(pid:))
        }
        let since = pid.map { Self.started($0, known: started, now: loop.wallClock()) }
        return ProcessesReport.Row(
            name: name.name, role: name.role.name, pid: pid, state: state,
            processorMilliseconds: pid.flatMap { ProcessUsage.processor(pid: $0)?.milliseconds },
            residentBytes: memory?.resident, proportionalBytes: memory?.proportional,
            started: since.map { Timestamp.string($0) }, data: addresses.data?.description,
            admin: addresses.admin?.description, gossip: addresses.gossip?.description, restarts: restarts)
    }

    /// Of an adopted process only the kernel knows when it started.
    private static func started(_ pid: Int32, known: Int64, now: Int64) -> Int64 {
        if known > 0 { return known }
        guard let age = ProcessIdentity(pid: pid)?.age else { return now }
        return now - age.nanoseconds
    }

    // MARK: Members

    package func ownMembers() -> MembersReport { member.report }

    package func memberPage(_ wanted: MembersPage.Wanted) -> String? { member.page(wanted) }
    package func answer(ping datagram: [UInt8]) -> String? { member.answer(ping: datagram) }

    package func members(
        observer: String?, completion: @escaping (Result<MembersReport, APIFailure>) -> Void
    ) {
        let base: ProcessName?
        do throws(APIFailure) { base = try MembersReport.observer(observer, in: topology) } catch {
            return completion(.failure(error))
        }
        if let base, supervisor[base].map({ !$0.isServing || supervisor.isStopped($0) }) ?? true {
            return completion(.failure(APIFailure(409, "\(base) does not run, or is paused: it has no view to tell.")))
        }
        askAll { [unowned self] views in
            completion(MembersReport.agreed(ownMembers(), from: base, views))
        }
    }

    package func conflicts(completion: @escaping (ConflictsReport) -> Void) {
        ask(
            supervisor.processes.filter { topology.keepsRecords($0.name) }, "/v1/conflicts",
            as: ConflictsReport.Page.self
        ) { completion(ConflictsReport($0)) }
    }

    package func certificates(renewing: Bool, completion: @escaping (CertificatesReport) -> Void) {
        if renewing { runtime.security.renew() }
        let (own, authority) = (runtime.security.report, runtime.security.authorityText)
        ask(
            supervisor.processes, CertificatePage.target(renewing), as: CertificatePage.self,
            method: renewing ? .post : .get
        ) {
            completion(CertificatesReport($0, own: own, authority: authority))
        }
    }

    /// The views of all that run and are not stopped; nil from those that gave none in time.
    private func askAll(_ completion: @escaping ([ProcessName: MembersReport?]) -> Void) {
        ask(supervisor.processes, "/v1/members", as: MembersReport.self, completion)
    }

    func ask<Report: Decodable>(
        _ processes: [SupervisedProcess], _ target: String, as type: Report.Type, method: HTTPMethod = .get,
        _ completion: @escaping ([ProcessName: Report?]) -> Void
    ) {
        let asked = processes.filter { $0.isServing && !supervisor.isStopped($0) && $0.addresses.admin != nil }
        ReportCollector.ask(
            asked.map { ($0.name, $0.addresses.admin!) }, target, as: type, through: client, method: method,
            completion)
    }

    package func impact(completion: @escaping (ImpactReport) -> Void) {
        let routers = supervisor.processes.filter { $0.name.role == .router }
        ask(routers, "/v1/impact", as: ImpactReport.Part.self) { parts in
            completion(ImpactReport(parts: parts.sorted { $0.key < $1.key }.map(\.value)))
        }
    }

    // MARK: Events

    package func events(since: Int64, limit: Int) -> Result<EventsReport, APIFailure> {
        EventsReport.read(journal, since: since, limit: limit)
    }

    // MARK: Actions

    package func perform(
        _ action: ProcessAction, _ request: ActionRequest,
        completion: @escaping (Result<ActionReport, APIFailure>) -> Void
    ) {
        do throws(APIFailure) {
            if action == .kill || action == .pause { try haltDesk.check() }
            var request = request
            do throws(UnknownTarget) { request.targets = try chosen(request.targets) } catch {
                throw APIFailure(400, "\(error). Nothing was done.")
            }
            let names = try targets(action, request)
            try hold(request.prediction, PredictionRequest(action, request))
            try carryOut(action, names, request.leaseMilliseconds.map { .milliseconds($0) }, completion)
        } catch { completion(.failure(error)) }
    }

    /// Everything is checked before anything is done.
    func targets(_ action: ProcessAction, _ request: ActionRequest) throws(APIFailure) -> [ProcessName] {
        guard !isStopping else { throw APIFailure(409, "The mesh is shutting down.") }
        guard !request.targets.isEmpty, request.targets.count <= TargetList.most else {
            throw APIFailure(400, "Name 1 to \(TargetList.most) targets.")
        }
        if let lease = request.leaseMilliseconds,
            let refusal = FaultRequest.refusal(lease: lease, of: action.rawValue)
        {
            throw APIFailure(400, "\(refusal).")
        }
        let names: [ProcessName]
        do throws(UnknownTarget) { names = try TargetList(request.targets, in: topology).processes } catch {
            throw APIFailure(404, error.description)
        }
        if names.contains(.control), action != .kill || request.leaseMilliseconds != nil {
            throw APIFailure(
                400,
                "The control plane can only be killed, for good; 'cellmesh up' starts it again. A pause of it is simulated alone: 'cellmesh sim run --fault \"pause control @1s for 5s\"'."
            )
        }
        return names
    }

    /// A kill or a pause is entered as a fault before anything is done.
    func carryOut(
        _ action: ProcessAction, _ names: [ProcessName], _ lease: TimeAmount?,
        _ completion: @escaping (Result<ActionReport, APIFailure>) -> Void
    ) throws(APIFailure) {
        let processes = names.filter { $0 != .control }
        if let fault = action.fault, !processes.isEmpty {
            _ = try faultRegister.hold(fault, on: processes, lease: lease, now: SystemClock.reading())
        }
        let outcomes = Outcomes(names.count)
        // Until all of them are told, those that come later are still up, and held all the same.
        isTelling = true
        defer {
            isTelling = false
            reconcileFaults()
        }
        for (index, name) in names.enumerated() {
            let told: (ActionOutcome) -> Void = { [unowned self] outcome in
                outcomes.found[index] = outcome
                // What has just come back may refill, or be unknown to its routers yet.
                if outcome.action == "restarted", let process = supervisor[name] {
                    outcomes.found[index]?.state = state(of: process)
                }
                outcomes.left -= 1
                if outcomes.left == 0 {
                    // What was not done is no fault.
                    if !isTelling { reconcileFaults() }
                    completion(.success(ActionReport(targets: outcomes.found.compactMap { $0 })))
                }
            }
            let done: (ActionOutcome) -> Void = { [unowned self] outcome in
                guard outcome.action == "restarted", name.role == .router else { return told(outcome) }
                awaitRouter(name) { told(outcome) }
            }
            if name == .control {
                // It is down when this has been read, and not before: whoever asks has to see to that.
                done(ActionOutcome(name: "control", pid: identity.pid, action: "killed", state: .serving))
                killSelf()
            } else {
                if let trouble = driver.trouble(of: name) {
                    let state: ProcessState = supervisor[name].map { self.state(of: $0) } ?? .down
                    done(ActionOutcome(name: name.name, pid: nil, action: "failed", state: state, detail: trouble))
                } else {
                    supervisor.perform(action, on: name, lease: lease, completion: done)
                }
            }
        }
    }

    private final class Outcomes {
        var found: [ActionOutcome?]
        var left: Int
        init(_ count: Int) {
            found = Array(repeating: nil, count: count)
            left = count
        }
    }

    /// Without a goodbye, as a crash would; once the answer has gone out.
    private func killSelf() {
        note("control-killed", [:])
        _ = try? LoopTimer.once(loop: loop, after: .milliseconds(20)) { _ = Glibc.kill(getpid(), SIGKILL) }
    }

    // MARK: Load

    package func changeLoad(_ order: LoadOrder, completion: @escaping (Result<[UInt8], APIFailure>) -> Void) {
        guard !isStopping else { return completion(.failure(APIFailure(409, "The mesh is shutting down."))) }
        var order = order
        if let router = order.router {
            let names = topology.routers.map(\.name)
            guard names.contains(router) else {
                let hint = NearestWord.hint(for: router, among: names, listing: "routers are")
                return completion(
                    .failure(
                        APIFailure(
                            400,
                            APIFailure.ended(
                                "There is no router '\(router.prefix(64))'" + (hint.map { "; \($0)" } ?? "")))))
            }
            order.arguments.append("--router=\(router)")
        }
        loadDesk.carryOut(order, completion)
    }

    // MARK: Traces and metrics

    package var traces: TraceGatherer? { traceGatherer }

    package func metrics() -> String {
        var page = MetricPage()
        let live = liveRouters
        page.count(processes: supervisor.processes.map { ($0.name.role, state(of: $0, live: live)) })
        page.gauge(
            "cellmesh_process_restarts", "Processes started again, all together.",
            Double(supervisor.processes.reduce(0) { $0 + $1.restarts }))
        page.gauge(
            "cellmesh_journal_failures", "Entries that could not be written.", Double(supervisor.journal.failures))
        page.control(member, api, changes)
        page.feed(
            liveDesk.latest, names: topology.cells.map(\.name), budget: liveDesk.alerts.budgetLeft(now: loop.now()),
            t: loop.wallClock() / 1_000_000)
        if let host = liveDesk.vitals.host { page.host(host) }
        for (status, count) in member.counts {
            page.gauge(
                "cellmesh_members", "Members, as the control plane's own member believes.", Double(count),
                [MetricLabel("status", status)])
        }
        page.gauge("cellmesh_epoch", "The highest epoch of its placement.", Double(placement.highestEpoch.rawValue))
        page.gauge(
            "cellmesh_settings_version", "Version of the settings in force.", Double(settingsDesk.document.version))
        page.gauge(
            "cellmesh_settings_behind", "Processes that have not said that they have them.", Double(settingsDesk.behind)
        )
        page.counter(
            "cellmesh_settings_refused_total", "Settings that were not put in force.", settingsDesk.refused,
            [MetricLabel("why", "not-higher-or-unsound")])
        page.counter(
            "cellmesh_settings_not_kept_total", "Settings that could not be written.", settingsDesk.unwritten)
        page.traces(traceGatherer.keeper)
        drillRuns.look(ReportStore(directory))
        page.drills(drillRuns)
        if let livenessWatch { page.probes(.liveness, livenessWatch.counters[.liveness]) }
        let sweeps = desk.host.state.sweeps
        page.counter("cellmesh_sweep_rounds_total", "Rounds over all cohorts for tombstones.", sweeps.rounds)
        page.counter("cellmesh_sweep_decided_total", "Entries decided to drop tombstones by.", sweeps.decided)
        page.counter("cellmesh_sweep_dropped_total", "Tombstones dropped by cells.", sweeps.dropped)
        page.gauge(
            "cellmesh_sweep_waiting", "Old tombstones that the last round left: not every member showed them.",
            Double(sweeps.waiting))
        page.counter("cellmesh_sweep_kept_total", "Old tombstones that not every member showed.", sweeps.kept)
        page.counter("cellmesh_sweep_abandoned_total", "Sweeps of a cohort that were given up.", sweeps.abandoned)
        return page.text
    }
}

extension ProcessAction {
    /// As a fault; nil for what ends one.
    var fault: FaultAction.Process? {
        switch self {
        case .kill: .kill
        case .pause: .pause
        case .resume, .restart: nil
        }
    }
}
