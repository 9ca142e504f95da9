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
        let request = request.normalised
        let kind = EvacuationPlan.Kind(rawValue: request.action)
        guard kind == .evacuate || kind == .restore, let kind, let region = request.region else {
            return answer(request, forecast: nil, completion)
        }
        let dryRun = EvacuationRequest(
            kind, region: region, isForced: request.options?.force == true, isDryRun: true)
        // Its own checks ask the mesh, and change nothing.
        evacuate(dryRun) { [unowned self] result in
            switch result {
            case .success(let judged): answer(request, forecast: judged.forecast, completion)
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
        // What is numbered is the same whoever asks, and however often.
        var chooser = targetChooser(
            seed: request.seed ?? UInt64(bitPattern: loop.wallClock()), draws: request.seed ?? topology.seed
        ).at(step: request.step ?? 0)
        do throws(UnknownTarget) {
            completion(.success(TargetsReport(targets: try chooser.words(for: request.targets))))
        } catch {
            completion(.failure(APIFailure(400, "\(error).")))
        }
    }

    /// Chooses of the mesh as it is.
    func targetChooser(seed: UInt64, draws: UInt64? = nil) -> TargetChooser {
        let live = liveRouters
        let counts = (try? Placement(topology, table: placement)).map { CustomerCounts.byFirstCell(topology, $0) } ?? []
        let state = liveDesk?.latest
        let loads = topology.cells.indices.map { position in
            let process = supervisor[ProcessName(.cell, topology.cells[position].name)]
            let isOut = process.map { FeedCellState(self.state(of: $0, live: live)).isOut } ?? true
            let rate = state.flatMap { position < $0.cells.count ? $0.cells[.rps, position].value(.rps) : nil }
            return TargetChooser.Load(
                rate: rate, customers: position < counts.count ? counts[position] : 0, serves: !isOut)
        }
        return TargetChooser(topology, loads: loads, seed: seed, draws: draws)
    }

    private func answer(
        _ request: PredictionRequest, forecast: EvacuationForecast?,
        _ completion: (Result<PredictionReport, APIFailure>) -> Void
    ) {
        guard let situation else { return completion(.failure(Self.unfitting)) }
        var report =
            request.action == PredictionRequest.Action.drill.rawValue
            ? foretell(drill: request, situation) : Predictor.predict(request, situation, forecast: forecast)
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

    private var situation: MeshSituation? {
        guard let placement = try? Placement(topology, table: placement) else { return nil }
        let live = liveRouters
        let down = CellUse(placement.table, topology).taking.filter { cell in
            guard let process = supervisor[ProcessName(.cell, topology.cells[cell.position].name)] else { return true }
            return FeedCellState(state(of: process, live: live)).isOut
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

    private var isMove: Bool { action == Action.evacuate.rawValue || action == Action.restore.rawValue }

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
