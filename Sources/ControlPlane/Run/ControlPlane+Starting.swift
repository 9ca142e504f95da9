import Membership
import MeshBase
import Reports
import Sharding
import Store
import Telemetry
import Topology
import UVDriver

/// Starts or takes over the processes, and waits until all that should serve do.
extension ControlPlane {
    func begin() {
        let plan = adoption.plan
        note("starting", ["adopt": plan.adopt.count, "spawn": plan.spawn.count, "held_down": plan.heldDown.count])
        member.start(seeds: plan.adopt.compactMap(\.addresses.gossip))
        for name in topology.processNames where name.role == .router {
            supervisor.setListen(adoption.listen[name.name], isFixed: false, of: name)
        }
        if let router = settings.router, topology.routers.count == 1, let first = topology.routers.first {
            supervisor.setListen(router, isFixed: router.port != 0, of: ProcessName(.router, first.name))
        }
        if let share {
            do throws(UVError) { try probe(share, plan) } catch { return fail(.system("the routers' port: \(error)")) }
            supervisor.share(share)
        }
        var missing = plan.spawn
        for entry in plan.adopt {
            do throws(SpawnFailure) {
                try supervisor.adopt(entry, pausedUntil: adoption.paused[entry.name])
            } catch { missing.append(entry.name) }
        }
        for held in plan.heldDown + adoption.heldElsewhere { supervisor.holdDown(held) }
        beginHosts()
        isAdopted = true
        reconcileFaults()
        noteProcesses()
        scheduleFaultExpiry()
        countCustomers()
        startTimer = try? LoopTimer(loop: loop) { [unowned self] in checkStart() }
        startTimer?.start(after: .milliseconds(10), every: .milliseconds(10))
        supervisor.start(missing)
        routerWatch.start()
        storeWatch.start()
        livenessWatch?.start()
        liveDesk.start()
        checkStart()
    }

    /// Between two looks at all processes: nothing in a mesh of up to 64, and else a time for each of them, so that the looks at
    /// all of them while they start take no more of it than one each would.
    private func pace(each: TimeAmount) -> TimeAmount {
        topology.cells.count > 64 ? each * Int64(topology.cells.count) : .zero
    }

    /// Where processes are is written down for others, now or a moment later.
    func noteProcesses() {
        let (now, interval) = (loop.now(), pace(each: .microseconds(250)))
        guard noteTimer == nil else { return }
        if let lastNote, now - lastNote < interval {
            noteTimer = try? LoopTimer.once(loop: loop, after: interval - (now - lastNote)) { [weak self] in
                self?.noteTimer = nil
                self?.noteProcesses()
            }
            if noteTimer != nil { return }
        }
        lastNote = now
        noteAddresses()
        noteTargets()
    }

    func countCustomers() {
        countedAt = loop.now()
        guard let placement = try? Placement(topology, table: placement) else { return }
        let topology = topology
        // Ten million customers take a second.
        if topology.customers.count <= 20_000 {
            customers = CustomerCounts.byFirstCell(topology, placement)
            return
        }
        WorkPool(loop: loop).submit {
            CustomerCounts.byFirstCell(topology, placement)
        } completion: { [weak self] result in
            if let counts = result.value { self?.customers = counts }
        }
    }

    /// Those that should serve now: all but the ones killed on purpose.
    /// Nor those that were taken over and are not to be reached: they are not started, and may be busy for long.
    var expected: [SupervisedProcess] {
        let isPatient = loop.now() - begun < Adoption.patience * 2
        return supervisor.processes.filter { process in
            if process.isHeldDown || process.startFailure != nil { return false }
            if !process.isRunning, unused.contains(process.name) { return false }
            guard adopted.contains(process.name), process.isServing, process.isSilent || !isPatient else { return true }
            return isInView(process)
        }
    }

    /// Of a large mesh not each change is looked at: the timer comes again.
    func checkStart() {
        guard !isReady, !isStopping, failure == nil else { return }
        let now = loop.now()
        if let lastStartCheck, now - lastStartCheck < pace(each: .microseconds(40)) { return }
        lastStartCheck = now
        let expected = expected
        let serving = expected.count { isInView($0) }
        if serving != shown {
            shown = serving
            onProgress(serving, expected.count)
        }
        if serving == expected.count, routersReach(expected), isSeenWhole(expected) { return becomeReady() }
        if loop.now() - begun > settings.startTimeout + .seconds(1) {
            var missing = expected.filter { !isInView($0) }.map(\.name.description)
            if missing.isEmpty { missing = ["links from the routers to the cells"] }
            fail(
                .timeout(
                    "only \(serving) of \(expected.count) processes served within \(settings.startTimeout.seconds) s; "
                        + "missing: \(missing.prefix(8).joined(separator: ", "))\(missing.count > 8 ? ", ..." : "")"))
        }
    }

    /// It has said that it serves, and the membership has it in this very life. A stopped process does not answer the
    /// membership, and is not waited for.
    func isInView(_ process: SupervisedProcess) -> Bool {
        guard process.isServing else { return false }
        if supervisor.isStopped(process) { return true }
        guard let seen = member.member(named: process.name.name) else { return false }
        return seen.status == .alive && seen.profile.gossip == process.addresses.gossip
    }

    /// Where all routers take customers besides: the port that was asked for, where there are several of them.
    private var share: Endpoint? {
        guard topology.routers.count > 1 else { return nil }
        return settings.router.flatMap { $0.port == 0 ? nil : $0 } ?? adoption.share
    }

    /// Another program of this user that shares its port would get a part of the customers.
    /// - Throws: where somebody else than a router of this mesh has it.
    private func probe(_ share: Endpoint, _ plan: StartPlan) throws(UVError) {
        guard !plan.adopt.contains(where: { $0.name.role == .router }) else { return }
        try StreamListener(pool: api.http.pool, bind: share).close()
    }

    func becomeReady() {
        guard lock.isInPlace else {
            return fail(
                .system(
                    "\(directory.lockPath) was removed while the mesh started: another start could not see this one"))
        }
        startTimer?.close()
        let routers = supervisor.processes.filter { $0.name.role == .router }
        let router = share ?? routers.lazy.compactMap { $0.addresses.data ?? $0.listen }.first
        let unreachable = supervisor.processes.filter {
            adopted.contains($0.name) && $0.isServing && !isInView($0)
        }
        let failed = supervisor.processes.compactMap { process in
            process.startFailure.map { UpReport.Failure(name: process.name.description, reason: $0) }
        }
        let file = ControlFile(
            mesh: directory.name, pid: identity.pid, startTime: identity.startTime,
            api: "http://\(api.local)", gossip: member.gossip.description, router: router.map { "http://\($0)" } ?? "",
            started: Timestamp.string(started), cells: topology.cells.count,
            readyMilliseconds: Int64((loop.now() - begun).milliseconds.rounded()),
            adopted: adoption.plan.adopt.count { $0.name.role == .cell },
            unreachable: unreachable.isEmpty ? nil : unreachable.map(\.name.description),
            failed: failed.isEmpty ? nil : failed)
        do throws(DataDirectoryError) { try directory.writeControl(file) } catch { return fail(.data(error)) }
        isReady = true
        desk.start()
        settingsDesk.start()
        monkeyDesk.start()
        rolloutDesk.start()
        gameDayDesk.start()
        note("ready", ["ready_ms": Int(file.readyMilliseconds), "adopted": adoption.plan.adopt.count])
        onReady(
            StartReport(
                control: file, adopted: adoption.plan.adopt.count,
                spawned: supervisor.servingCount - adoption.plan.adopt.count,
                heldDown: adoption.plan.heldDown.map(\.name.name)))
    }

    /// Something about the mesh as a whole.
    func note(
        _ action: String, _ numbers: KeyValuePairs<String, Int>, of id: String? = nil, why reason: String? = nil
    ) {
        let event = TelemetryEvent(
            time: loop.wallClock(), type: "mesh", action: action, id: id ?? directory.name,
            attributes: numbers.map { .init($0.key, .integer(Int64($0.value))) }
                + (reason.map { [.init("reason", .string($0))] } ?? []))
        _ = try? journal.append(JournalEvent(event))
    }

    func fail(_ reason: ControlFailure) {
        guard failure == nil, !isStopping else { return }
        failure = reason
        note("start-failed", [:])
        stop(only: adopted.isEmpty ? nil : Set(topology.processNames).subtracting(adopted))
    }
}
