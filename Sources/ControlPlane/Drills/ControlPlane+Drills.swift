import Blueprints
import Chaos
import Feed
import MeshBase
import Reports
import Scenarios
import Sharding
import Topology
import UVDriver

/// Drills for who asks the API.
extension ControlPlane {
    package func drills(completion: @escaping (Result<DrillsReport, APIFailure>) -> Void) {
        let (directory, now) = (directory, loop.wallClock())
        // It reads all reports.
        WorkPool(loop: loop).submit {
            DrillCatalogue.report(of: directory, now: now)
        } completion: { result in
            completion(result.value.map { .success($0) } ?? .failure(APIFailure(503, "The reports cannot be read.")))
        }
    }

    package func changeDrill(
        _ change: DrillChange, completion: @escaping (Result<DrillChangeReport, APIFailure>) -> Void
    ) {
        do throws(APIFailure) {
            guard (change.drill != nil) != (change.stop == true) else {
                throw APIFailure(400, "Send {\"drill\": NAME} or {\"stop\": true}.")
            }
            guard let drill = change.drill else { return completion(.success(try drillDesk.end())) }
            // A name of this program's: nobody names a file here.
            guard BuiltInScenarios.names.contains(drill) else {
                throw APIFailure(404, Self.unknown(drill).ended)
            }
            try haltDesk.check()
            try hold(
                change.prediction,
                PredictionRequest(action: PredictionRequest.Action.drill.rawValue, targets: [drill]))
            completion(.success(try drillDesk.begin(drill)))
        } catch { completion(.failure(error)) }
    }

    private static func unknown(_ drill: String) -> (code: String, detail: String, ended: String) {
        let hint = NearestWord.hint(for: drill, among: BuiltInScenarios.names, listing: "drills are")
        let detail = "there is no drill '\(drill.prefix(64))' that is begun from here" + (hint.map { "; \($0)" } ?? "")
        return ("unknown-drill", detail, detail.prefix(1).uppercased() + detail.dropFirst() + ".")
    }

    /// What each step of a drill would do to the mesh as it is, and the worst of that. What words leave open is chosen as the drill
    /// would choose it now.
    func foretell(drill request: PredictionRequest, _ situation: MeshSituation) -> PredictionReport {
        var request = request
        request.targets = Array(request.targets.prefix(1))
        let now = Predictor.present(situation)
        var report = Predictor.predict(PredictionRequest(action: "heal", targets: []), situation, now: now)
        (report.refusals, report.confirm, report.word) = ([], .click, nil)
        guard let name = request.targets.first, let scenario = BuiltInScenarios.named(name) else {
            let unknown = Self.unknown(request.targets.first ?? "")
            report.refusals = [.init(unknown.code, unknown.detail)]
            return report
        }
        report.refusals = obstacles(to: scenario)
        guard report.refusals.isEmpty else { return report }
        let chooser = targetChooser(seed: scenario.seed ?? topology.seed)
        var steps: [String] = []
        for (number, action) in scenario.actions.enumerated() {
            var action = action
            do throws(UnknownTarget) { action.deed = try action.deed.chosen(by: chooser, step: number) } catch {
                report.refusals.append(.init("no-target", "\(action.name): \(error.message)"))
                continue
            }
            let length = action.length.map { " for \(Syntax.written($0))" } ?? ""
            guard let step = PredictionRequest(action, shard: situation.placement.cellNames) else {
                steps.append("\(action.deed.text)\(length)")
                continue
            }
            let found = Predictor.predict(step.normalised, situation, now: now)
            let counts = found.customers
            steps.append("\(action.deed.text)\(length): \(action.foretold(counts))")
            report.refusals += found.refusals
            if counts.isWorse(than: report.customers) {
                (report.customers, report.load) = (counts, found.load)
            }
            report.lateEdges += found.lateEdges
            if found.confirm == .type { (report.confirm, report.word) = (.type, scenario.name) }
        }
        report.steps = steps
        return report
    }

    /// Why a drill would not be begun now.
    private func obstacles(to scenario: Scenario) -> [PredictionReport.Refusal] {
        var found: [PredictionReport.Refusal] = []
        if let refusal = haltDesk.refusal { found.append(.init("halted", refusal)) }
        if let misfit = scenario.misfit(in: topology) { found.append(.init("unsuited", misfit.message)) }
        if drillDesk.isRunning {
            found.append(.init("drill-runs", "the drill \(directory.runningDrill?.name ?? "begun before") runs"))
        }
        if let fault = faultRegister.schedule.active(at: SystemClock.reading()).first {
            found.append(.init("fault-in-force", "the fault \(fault.id) (\(fault.kind.rawValue)) is in force"))
        }
        if desk.status.isUnderWay {
            found.append(.init("evacuation", "an evacuation is under way"))
        }
        if rolloutDesk.isUnderWay { found.append(.init("rollout", "a rollout is under way")) }
        if !evacuated.isEmpty { found.append(.init("evacuated", "a region is evacuated")) }
        return found
    }
}

extension ControlPlane {
    package func reportPage(_ id: String) -> String? {
        let store = ReportStore(directory)
        return store.report(id)?.page(store.series(id)).render()
    }
}
