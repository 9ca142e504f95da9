import Blueprints
import Evacuation
import MeshBase
import Reports
import Sharding
import Store
import Telemetry
import Topology

/// Evacuations, restores and single moves as the API asks for them.
extension ControlPlane {
    package func evacuation() -> EvacuationStatus { desk.status }

    package func evacuationReport() -> EvacuationReport? { desk.report.flatMap { $0.outcome.isFinal ? $0 : nil } }

    package func evacuate(
        _ request: EvacuationRequest, completion: @escaping (Result<EvacuationAnswer, APIFailure>) -> Void
    ) {
        var request = request
        do throws(APIFailure) {
            guard !isStopping else { throw APIFailure(409, "The mesh is shutting down.") }
            if !request.isDryRun { try refuseDuringRollout() }
            try choose(&request)
            // Between the look that lets cells come and their plan nothing else may begin, or they would come in vain.
            guard !isAddingCells || request.isDryRun else {
                throw APIFailure(
                    409, "Cells are being added by another command. Nothing was changed; try again when they are there."
                )
            }
            if request.kind != .drain { try checkRegion(request.region) }
            try hold(request.prediction, PredictionRequest(request))
        } catch { return completion(.failure(error)) }
        switch request.kind {
        case .add: addCells(request, completion: completion)
        case .drain: drainCells(request, completion: completion)
        case .evacuate, .restore:
            start(
                EvacuationDesk.Wish(kind: request.kind, region: request.region, topology: topology), request, completion
            )
        }
    }

    /// Judges what is wished for, and begins it where that may be.
    func start(
        _ wish: EvacuationDesk.Wish, _ request: EvacuationRequest,
        _ completion: @escaping (Result<EvacuationAnswer, APIFailure>) -> Void
    ) {
        let confirmation: EvacuationFacts.Confirmation =
            wish.kind != .evacuate || request.isDryRun
            ? .notNeeded : request.confirm.map { .typed($0) } ?? .missing
        var wish = wish
        wish.acceptsLoss = request.acceptsLoss
        if !request.isOfDrill { wish.drill = directory.runningDrill?.name }
        desk.judge(wish, confirmation: confirmation, stages: request.stages, isForced: request.isForced) {
            [unowned self] judgement in
            let forecast = judgement.forecast
            if request.isDryRun { return completion(.success(.foreseen(forecast))) }
            guard judgement.verdict.mayBegin else { return completion(.success(judgement.refusal)) }
            desk.begin(judgement, watch: request.watch) { result in
                completion(
                    result.map { EvacuationAnswer.begun(forecast, plan: $0.id) }
                        .mapError { Self.failure($0, next: "'cellmesh evacuation status'") })
            }
        }
    }

    /// Words as they are meant: the region, and the confirmation that says the same.
    private func choose(_ request: inout EvacuationRequest) throws(APIFailure) {
        do throws(UnknownTarget) {
            let asked = request.region
            if !asked.isEmpty { request.region = try chosenRegion(asked, isRestore: request.kind == .restore) }
            if let confirm = request.confirm {
                request.confirm =
                    confirm == asked ? request.region : TargetSelector.name(in: confirm, of: .region)
            }
            if let cells = request.cells { request.cells = try chosen(cells) }
        } catch { throw APIFailure(400, "\(error). Nothing was changed.") }
    }

    private func checkRegion(_ region: String) throws(APIFailure) {
        let names = topology.regions.map(\.name)
        guard !names.contains(region) else { return }
        let hint = NearestWord.hint(for: region, among: names, listing: "regions are")
        let end = APIFailure.ended(hint.map { ": \($0)" } ?? "")
        throw APIFailure(404, "The mesh has no region '\(region.prefix(64))'\(end) Nothing was changed.")
    }

    package func changeEvacuation(
        _ change: EvacuationChange, completion: @escaping (Result<EvacuationStatus, APIFailure>) -> Void
    ) {
        let done: (Result<Void, EvacuationDesk.Failure>) -> Void = { [unowned self] result in
            completion(
                result.map { desk.status }.mapError { Self.failure($0, next: "'cellmesh evacuation status'") })
        }
        switch change {
        case .pause: desk.pause(true, then: done)
        case .resume: desk.pause(false, then: done)
        case .abort: desk.abort(then: done)
        }
    }

    // MARK: One customer

    package func pins(of customer: String?) -> PinsReport {
        if let customer { return PinsReport(of: customer, desk.table, topology) }
        let journal = journal
        return PinsReport(desk.table, topology) { PinsReport.name(of: $0, in: journal) }
    }

    package func move(_ request: MoveRequest, completion: @escaping (Result<PinsReport, APIFailure>) -> Void) {
        let order: MoveRequest.Order
        var request = request
        do throws(APIFailure) {
            guard !isStopping else { throw APIFailure(409, "The mesh is shutting down.") }
            do throws(UnknownTarget) { request.cells = try chosen(request.cells) } catch {
                throw APIFailure(400, "\(error). Nothing was changed.")
            }
            order = try request.order(
                topology, desk.host.state.ledger.placement, evacuated: evacuated,
                unused: Set(CellUse(desk.table, topology).unused), isAlive: { desk.isAlive($0) })
        } catch { return completion(.failure(error)) }
        // The placement keeps hashes: the name is what 'pins ls' shows.
        PinsReport.keep(request.customer, in: journal)
        let decided: (Result<Void, EvacuationDesk.Failure>) -> Void = { [unowned self] result in
            told(
                request.acceptsLoss ? "give-up" : "pin", request.customer, cells: request.cells, result, completion)
        }
        if request.acceptsLoss {
            desk.giveUp(order.customer, to: order.shard.isEmpty ? nil : order.shard, then: decided)
        } else {
            desk.move(order.customer, to: order.shard, then: decided)
        }
    }

    package func unpin(_ customer: String, completion: @escaping (Result<PinsReport, APIFailure>) -> Void) {
        guard !PinsReport(of: customer, desk.table, topology).pins.isEmpty else {
            return completion(
                .failure(APIFailure(404, "\(customer) is not pinned: 'cellmesh pins ls' lists those who are.")))
        }
        desk.unpin(CustomerHash(customer)) { [unowned self] result in
            told("unpin", customer, cells: [], result, completion)
        }
    }

    private func told(
        _ action: String, _ customer: String, cells: [String], _ result: Result<Void, EvacuationDesk.Failure>,
        _ completion: (Result<PinsReport, APIFailure>) -> Void
    ) {
        if case .success = result {
            let attributes: [TelemetryEvent.Attribute] =
                cells.isEmpty ? [] : [.init("cells", .string(cells.joined(separator: " ")))]
            _ = try? journal.append(
                JournalEvent(
                    TelemetryEvent(
                        time: loop.wallClock(), type: "placement", action: action, id: customer, attributes: attributes)
                ))
        }
        completion(
            result.map { pins(of: customer) }
                .mapError { Self.failure($0, next: "'cellmesh route explain \(customer)'") })
    }

    private static func failure(_ failure: EvacuationDesk.Failure, next: String) -> APIFailure {
        switch failure {
        case .conflict(let text): APIFailure(409, "Nothing was changed: \(text). See \(next).")
        case .undecided(let text, isUncertain: false): APIFailure(503, "Nothing was changed: \(text). Try again.")
        case .undecided(let text, isUncertain: true):
            APIFailure(503, "It may be decided all the same, though it was not confirmed: \(text). See \(next).")
        }
    }
}
