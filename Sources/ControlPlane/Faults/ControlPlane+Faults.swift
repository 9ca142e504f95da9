import Chaos
import MeshBase
import Reports
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
            try hold(addition.prediction, PredictionRequest(addition))
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
            spread(removed, completion)
        } catch { completion(.failure(error)) }
    }

    private struct Page: Decodable { var revision: Int64 }

    /// Lets every process look at the file now, and waits for those that answer: the effect is there when the command
    /// returns. Those that do not answer look by themselves.
    func spread(
        _ faults: [Fault], _ completion: @escaping (Result<FaultsReport, APIFailure>) -> Void
    ) {
        runtime.faults?.refresh()
        let revision = faultRegister.revision
        ask(supervisor.processes, "/v1/faults", as: Page.self) { pages in
            let now = SystemClock.reading()
            let applied = pages.values.count { ($0?.revision ?? -1) >= revision }
            completion(
                .success(
                    FaultsReport(
                        faults: faults.map { FaultReport($0, now: now) }, applied: applied, of: pages.count)))
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
                faultRegister.expire(now: SystemClock.reading())
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
