import Chaos
import MeshBase
import Reports
import Topology
import UVDriver

extension ControlPlane {
    package func faults() -> FaultsReport {
        let now = SystemClock.reading()
        return FaultsReport(faults: faultRegister.schedule.active(at: now).map { FaultReport($0, now: now) })
    }

    package func addFault(
        _ addition: FaultAddition, completion: @escaping (Result<FaultsReport, APIFailure>) -> Void
    ) {
        guard !isStopping else { return completion(.failure(APIFailure(409, "The mesh is shutting down."))) }
        do throws(APIFailure) {
            try haltDesk.check()
            var addition = addition
            do throws(UnknownTarget) { addition.targets = try chosen(addition.targets) } catch {
                throw APIFailure(400, "\(error). Nothing was done.")
            }
            try hold(addition.prediction, PredictionRequest(addition))
            if let action = FaultKind(rawValue: addition.kind)?.process {
                return try strike(action, addition, completion)
            }
            let fault = try faultRegister.add(addition.request, now: SystemClock.reading())
            scheduleFaultExpiry()
            spread([fault], completion)
        } catch { completion(.failure(error)) }
    }

    package func removeFaults(
        _ removal: FaultRemoval, completion: @escaping (Result<FaultsReport, APIFailure>) -> Void
    ) {
        guard removal.all == true || !(removal.ids ?? []).isEmpty else {
            return completion(.failure(APIFailure(400, "Name the ids of faults, or all.")))
        }
        do throws(APIFailure) {
            try hold(removal.prediction, PredictionRequest(removal))
            let removed = try faultRegister.remove(removal.all == true ? nil : removal.ids, now: SystemClock.reading())
            scheduleFaultExpiry()
            relieve(removed) { [unowned self] in spread(removed, completion) }
        } catch { completion(.failure(error)) }
    }

    private struct Page: Decodable { var revision: Int64 }

    /// A kill or a pause that is asked for as a fault.
    private func strike(
        _ action: ProcessAction, _ addition: FaultAddition,
        _ completion: @escaping (Result<FaultsReport, APIFailure>) -> Void
    ) throws(APIFailure) {
        do throws(FaultRequest.Refusal) { _ = try addition.request.spec(in: topology) } catch {
            throw APIFailure(400, error.message)
        }
        var request = ActionRequest(targets: addition.targets)
        request.leaseMilliseconds = addition.lease ?? FaultRequest.defaultLease.millisecondsRoundedUp
        let names = try targets(action, request)
        guard !names.contains(.control) else {
            throw APIFailure(400, "The control plane can only be killed, for good, with 'cellmesh kill control'.")
        }
        try carryOut(action, names, request.leaseMilliseconds.map { .milliseconds($0) }) { [unowned self] result in
            completion(
                result.map { report in
                    let now = SystemClock.reading()
                    let own = faultRegister.schedule.faults.last { fault in
                        fault.held.contains { names.contains($0.name) }
                    }
                    return FaultsReport(
                        faults: own.map { [FaultReport($0, now: now)] } ?? [],
                        applied: report.targets.count { !$0.failed }, of: names.count)
                })
        }
    }

    /// What was killed starts again, what was paused goes on; `done` once that is seen.
    func relieve(_ faults: [Fault], _ done: @escaping () -> Void) {
        var left = faults.flatMap(\.held)
        func next() {
            guard let (name, action) = left.popLast() else { return done() }
            guard isHeld(name, action) else { return next() }
            supervisor.perform(action == .kill ? .restart : .resume, on: name) { _ in next() }
        }
        next()
    }

    /// Kills and pauses last while their processes are down or stopped by them: whatever else brings one back ends them.
    func reconcileFaults() {
        guard !isStopping, faultRegister.schedule.faults.contains(where: { !$0.held.isEmpty }) else { return }
        // What could not be written is tried again with the next change of a process.
        try? faultRegister.release(where: isHeld)
        scheduleFaultExpiry()
    }

    /// Whether a process is down, or stopped, by a kill or a pause.
    private func isHeld(_ name: ProcessName, _ action: FaultAction.Process) -> Bool {
        guard let process = supervisor[name] else { return false }
        return action == .kill ? process.isHeldDown : process.isPaused
    }

    /// Lets every process look at the file now, and waits for those that answer: the effect is there when the command
    /// returns. Those that do not answer look by themselves.
    func spread(
        _ faults: [Fault], _ completion: @escaping (Result<FaultsReport, APIFailure>) -> Void
    ) {
        runtime.faults?.refresh()
        let revision = faultRegister.revision
        driver.afterFiles { [unowned self] in
            ask(supervisor.processes, "/v1/faults", as: Page.self) { pages in
                let now = SystemClock.reading()
                let applied = pages.values.count { ($0?.revision ?? -1) >= revision }
                completion(
                    .success(
                        FaultsReport(
                            faults: faults.map { FaultReport($0, now: now) }, applied: applied, of: pages.count)))
            }
        }
    }

    /// Ends leases when they are due; a file that could not be written is tried again every second.
    func scheduleFaultExpiry() {
        guard faultRegister.isStale || !faultRegister.schedule.faults.isEmpty else {
            faultTimer?.stop()
            return
        }
        if faultTimer == nil {
            faultTimer = try? LoopTimer(loop: loop) { [unowned self] in
                for fault in faultRegister.expire(now: SystemClock.reading()) {
                    for (name, action) in fault.held { supervisor.endLease(of: action, name) }
                }
                scheduleFaultExpiry()
            }
        }
        let left = faultRegister.schedule.nextExpiry(at: SystemClock.reading()) ?? .hours(1)
        faultTimer?.start(after: faultRegister.isStale ? .seconds(1) : min(left, .hours(1)))
    }

    /// Who takes gossip where; see `FaultRegister.setAddresses`.
    func noteAddresses() {
        var addresses = ["control": member.gossip.description]
        for process in supervisor.processes where process.isRunning {
            if let gossip = process.addresses.gossip { addresses[process.name.name] = gossip.description }
        }
        faultRegister.setAddresses(addresses)
    }
}

extension Fault {
    /// The processes that it keeps down or stopped.
    var held: [(name: ProcessName, action: FaultAction.Process)] {
        guard case .process(let action) = action else { return [] }
        return targets.compactMap { target in target.process.map { ($0, action) } }
    }
}

extension FaultKind {
    /// What the supervisor does to a process; nil for what lies elsewhere.
    var process: ProcessAction? {
        switch self {
        case .kill: .kill
        case .pause: .pause
        default: nil
        }
    }
}
