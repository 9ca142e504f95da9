import Evacuation
import Feed
import MeshBase
import Reports
import Resilience
import Sharding
import Topology
import UVDriver

/// What actions would do, and that they are begun on the mesh that was shown for them alone.
extension ControlPlane {
    package func predict(
        _ request: PredictionRequest, completion: @escaping (Result<PredictionReport, APIFailure>) -> Void
    ) {
        guard request.targets.count <= TargetList.most else {
            return completion(.failure(APIFailure(400, "Name \(TargetList.most) targets at most.")))
        }
        guard let faultsChanged else { return foresee(request, completion) }
        // What routers told before the last fault began or ended is of another mesh.
        routerWatch.whenTold(since: faultsChanged) { [unowned self] in foresee(request, completion) }
    }

    private func foresee(
        _ request: PredictionRequest, _ completion: @escaping (Result<PredictionReport, APIFailure>) -> Void
    ) {
        var request = request
        let asked = request.targets
        var unfound: UnknownTarget?
        do throws(UnknownTarget) { request.targets = try chosen(request) } catch { unfound = error }
        request = request.normalised
        let meant = unfound == nil && asked.contains(where: TargetChoice.isMeant) ? request.targets : nil
        let kind = EvacuationPlan.Kind(rawValue: request.action)
        guard kind == .evacuate || kind == .restore, let kind, let region = request.region, unfound == nil else {
            return answer(request, forecast: nil, chosen: meant, unfound: unfound, completion)
        }
        var dryRun = EvacuationRequest(
            kind, region: region, isForced: request.options?.force == true, isDryRun: true)
        // A drill foretells its own steps: whether one that runs is in the way is asked of what is begun.
        dryRun.isOfDrill = true
        // Its own checks ask the mesh, and change nothing.
        evacuate(dryRun) { [unowned self] result in
            switch result {
            case .success(let judged): answer(request, forecast: judged.forecast, chosen: meant, completion)
            case .failure(let failure): completion(.failure(failure))
            }
        }
    }

    package func chooseTargets(
        _ request: TargetsRequest, completion: @escaping (Result<TargetsReport, APIFailure>) -> Void
    ) {
        guard request.targets.count <= TargetList.most else {
            return completion(.failure(APIFailure(400, "Name \(TargetList.most) targets at most.")))
        }
        do throws(UnknownTarget) {
            let targets = try chosen(request.targets, seed: request.seed, step: request.step ?? 0)
            completion(.success(TargetsReport(targets: targets)))
        } catch {
            completion(.failure(APIFailure(400, "\(error).")))
        }
    }

    private func answer(
        _ request: PredictionRequest, forecast: EvacuationForecast?, chosen: [String]?,
        unfound: UnknownTarget? = nil, _ completion: (Result<PredictionReport, APIFailure>) -> Void
    ) {
        guard let situation else { return completion(.failure(Self.unfitting)) }
        var report: PredictionReport
        if let unfound {
            // Nothing is chosen, so nothing would be done.
            report = Predictor.predict(PredictionRequest(action: "heal", targets: []), situation)
            report.refusals = [.init("no-target", unfound.description)]
        } else {
            report =
                request.action == PredictionRequest.Action.drill.rawValue
                ? foretell(drill: request, situation) : Predictor.predict(request, situation, forecast: forecast)
        }
        report.chosen = chosen
        let injects = [PredictionRequest.Action.kill, .pause, .fault, .partition].map(\.rawValue)
        if injects.contains(request.action), let refusal = haltDesk.refusal {
            report.refusals.append(.init("halted", refusal))
        }
        completion(.success(predictions.issue(report, for: request, now: loop.now())))
    }

    /// Holds an action to the prediction that it carries; one without a prediction is begun as ever.
    ///
    /// - Throws: 409 `stale-prediction`.
    func hold(_ prediction: String?, _ request: @autoclosure () -> PredictionRequest) throws(APIFailure) {
        guard let prediction else { return }
        guard let situation else { throw Self.unfitting }
        let verdict = predictions.redeem(
            prediction, for: request().normalised, basis: situation.basis, now: loop.now())
        if case .stale(let why) = verdict {
            throw APIFailure(409, "Nothing was done: \(why).", kind: .stalePrediction)
        }
    }

    private static let unfitting = APIFailure(500, "The placement does not fit the topology.")

    /// Whether a cell does not serve, and will not in a moment either.
    func staysOut(_ process: SupervisedProcess, _ live: [ProcessName]) -> Bool {
        let facts = facts(of: process, live: live)
        return FeedCellState(facts.state).isOut && !facts.isReturning
    }

    private var situation: MeshSituation? {
        guard let placement = try? Placement(topology, table: placement) else { return nil }
        let live = liveRouters
        let down = CellUse(placement.table, topology).taking.filter { cell in
            guard let process = supervisor[ProcessName(.cell, topology.cells[cell.position].name)] else { return true }
            return staysOut(process, live)
        }
        return MeshSituation(
            topology: topology, placement: placement, down: CellSet(down), routers: Set(live.map(\.name)),
            faults: faultRegister.schedule.active(at: SystemClock.reading()),
            utilisation: topology.cells.map { storeWatch[ProcessName(.cell, $0.name)]?.utilisation })
    }
}

extension PredictionRequest {
    /// As the body of the action has it.
    init(_ action: ProcessAction, _ request: ActionRequest) {
        self.init(action: action.rawValue, targets: request.targets)
        options = Options()
        options?.lease = request.leaseMilliseconds
    }

    init(_ removal: FaultRemoval) {
        self.init(action: Action.heal.rawValue, targets: removal.all == true ? [] : removal.ids ?? [])
    }

    /// Holds of breakers in one way, or one level of scopes; other changes are predicted by nobody.
    init(_ request: SettingsRequest) {
        let first = request.changes.first
        let kind = first.flatMap { SettingsChange.Kind(rawValue: $0.kind) }
        let isOne = request.changes.allSatisfy {
            $0.kind == first?.kind && $0.value == first?.value && $0.lease == first?.lease && $0.pin == first?.pin
        }
        switch kind {
        case .breaker? where isOne:
            self.init(action: Action.breaker.rawValue, targets: request.changes.compactMap(\.name))
        case .level? where isOne:
            self.init(action: Action.degrade.rawValue, targets: request.changes.map { $0.scope ?? "mesh" })
        default:
            self.init(action: "settings", targets: [])
            return
        }
        options = Options()
        options?.value = first?.value
        options?.lease = first?.lease
        options?.pin = first?.pin
    }

    init(_ request: EvacuationRequest) {
        self.init(action: request.kind.rawValue, targets: [request.region])
        options = Options()
        options?.force = request.isForced
    }

    var isMove: Bool { action == Action.evacuate.rawValue || action == Action.restore.rawValue }

    /// The region of an evacuation or a restore; nil where it is not one.
    var region: String? {
        guard isMove, targets.count == 1 else { return nil }
        return TargetSelector.name(in: targets[0], of: .region)
    }

    /// What is said in two ways, in one: so that an action is known again by what was predicted of it.
    var normalised: PredictionRequest {
        var request = self
        var options = options ?? Options()
        if action == Action.partition.rawValue {
            request.action = Action.fault.rawValue
            options.kind = "partition"
        }
        if options.force == false { options.force = nil }
        if options.isOneWay == false { options.isOneWay = nil }
        if options.pin == false { options.pin = nil }
        request.options = options
        if let region { request.targets = ["region/\(region)"] }
        return request
    }
}
