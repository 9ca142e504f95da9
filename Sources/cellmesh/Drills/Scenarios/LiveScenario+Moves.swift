import ControlPlane
import Drills
import Evacuation
import MeshBase
import Reports
import Scenarios
import Sharding
import UVDriver

/// A plan that a step has begun.
struct LiveMove {
    var kind: EvacuationPlan.Kind
    var region: String
    var since: Instant
}

/// How a mesh was before a region was left.
struct LiveInventory {
    var placement: Placement
    /// What is to come of it.
    var predicted: Placement
    /// Records, by cell.
    var rows: [String: Int]
}

/// Evacuations and restores: how they go, and what stores and placement hold before, meanwhile and afterwards.
extension LiveScenario {
    /// Files follow what is decided by a moment.
    private static let moment = TimeAmount.seconds(5)

    func move(_ key: Int, _ kind: EvacuationPlan.Kind, _ region: String, _ action: ScenarioAction) throws {
        if kind == .evacuate { try remember(leaving: region) } else { lookInto(region) }
        // A way back that was gone already leads nowhere.
        let before = marks
        marks.ask(about: region)
        try note(action, orElse: before)
        var body = EvacuationBody(kind.rawValue, region: region)
        body.isDryRun = false
        body.stages = action.stages
        body.watchMilliseconds = action.watch?.millisecondsRoundedUp
        if kind == .evacuate { body.confirm = region }
        var isAgain = false
        let answer = try mesh.patiently(heedsInterruption: true) { () -> EvacuationAnswer? in
            // One that was asked for before, and not answered, may have begun.
            if isAgain {
                let status: EvacuationStatus = try mesh.api.get("/v1/evacuations")
                if status.isUnderWay, status.kind == kind, status.region == region { return nil }
            }
            isAgain = true
            return try mesh.begin(body)
        }
        guard answer?.begun ?? true else {
            marks = before
            throw DrillTrouble(.error, "refused: \(answer?.forecast.reason ?? "no reason was given")")
        }
        if let plan = answer?.plan {
            marks.plan = plan
            try? note(action)
        }
        moves[key] = LiveMove(kind: kind, region: region, since: Pause.now())
        handle(
            .begun(
                key,
                .init(
                    applied: 1, of: 1,
                    detail: answer.map { "\(Wording.count($0.forecast.customersMoved ?? 0)) customers are to move" }
                        ?? "it is under way")))
    }

    /// Looks where a plan stands.
    func follow(_ key: Int, _ move: LiveMove) {
        guard Pause.now() - move.since <= .minutes(10) else {
            moves[key] = nil
            return handle(.failed(key, .error, "the plan has not ended within 10 minutes"))
        }
        let status: EvacuationStatus
        do { status = try mesh.once { try mesh.api.get("/v1/evacuations", timeout: .seconds(2)) } } catch {
            guard mesh.isForsaken else { return }
            moves[key] = nil
            return handle(.failed(key, .error, "\(error)"))
        }
        // Its report is made a moment after the deciders have ended it.
        guard !status.isUnderWay,
            let report = try? mesh.api.get("/v1/evacuations/report", as: EvacuationReport.self)
        else { return }
        moves[key] = nil
        let reason = report.reason.map { ": \($0)" } ?? ""
        let text =
            "\(report.outcome.rawValue) in \(EvacuationView.time(report.durationMilliseconds))\(reason), "
            + "\(Wording.count(report.customersMoved)) customers moved, "
            + "\(Wording.count(report.acknowledgedWritesLost ?? 0)) acknowledged writes lost"
        handle(.moved(key, ScenarioMove(report)))
        guard report.outcome == .completed else { return handle(.failed(key, .deviated, text)) }
        if move.kind == .restore { marks.forgetPlans() }
        handle(.ended(key, text))
    }

    /// Asks for what has to be refused.
    func attempt(_ key: Int, _ region: String, _ action: ScenarioAction) throws {
        var body = EvacuationBody(EvacuationPlan.Kind.evacuate.rawValue, region: region)
        body.confirm = region
        body.isDryRun = false
        // Should it begin, and this process be killed, it is to be taken back.
        _ = try mesh.patiently(heedsInterruption: true) { try mesh.api }
        let before = marks
        marks.ask(about: region)
        try note(action, orElse: before)
        var (hasBegun, detail) = (false, "")
        do {
            let answer = try mesh.begin(body)
            hasBegun = answer.begun
            detail =
                hasBegun
                ? "an evacuation of \(region) began"
                : "refused: " + answer.forecast.refusals.map(\.code.rawValue).joined(separator: ", ")
        } catch let failure as CommandFailure {
            detail = "refused: \(failure.message)"
        }
        if hasBegun { mesh.abort() } else { marks = before }
        try? note(action)
        handle(.attempted(key, hasBegun))
        handle(.begun(key, .init(applied: 1, of: 1, detail: detail)))
        handle(.ended(key, detail))
    }

    /// A region that a step has left is taken back.
    func bringBack(_ key: Int, _ region: String) throws {
        let restore = run.restore(of: region)
        // What a restore that the file has itself looks into before it begins.
        if moves[key] == nil, restore != nil, !Interruption.hasCome { lookInto(region) }
        moves[key] = nil
        var hasBegun = false
        let done = try mesh.patiently(heedsInterruption: false) {
            try mesh.bringBack(region, heedsInterruption: false) { plan in
                if let plan { marks.plan = plan } else { marks.ask(about: region) }
                hasBegun = true
                try? note(run.plan[key])
            }
        }
        marks.forgetPlans()
        if hasBegun, let restore,
            let report = try? mesh.api.get("/v1/evacuations/report", as: EvacuationReport.self),
            report.kind == .restore
        {
            handle(.moved(restore, ScenarioMove(report)))
        }
        handle(.ended(key, done))
    }

    // MARK: What stores and placement hold

    private func remember(leaving region: String) throws {
        guard inventory == nil, let position = mesh.topology.regions.firstIndex(where: { $0.name == region }) else {
            return
        }
        let placement = try mesh.placement()
        inventory = LiveInventory(
            placement: placement, predicted: placement.leaving(position, in: mesh.topology),
            rows: mesh.stores().compactMapValues { $0?.records })
    }

    /// What is left in a region that is to be taken back, and who is elsewhere than predicted.
    func lookInto(_ region: String) {
        guard let inventory, let position = mesh.topology.regions.firstIndex(where: { $0.name == region }) else {
            return
        }
        var stock = ScenarioStock()
        _ = try? DrillWait.until(Self.moment) {
            stock.customersAstray = try mesh.placement().differences(
                to: inventory.predicted, customers: mesh.customers)
            return stock.customersAstray == 0
        }
        _ = try? DrillWait.until(Self.moment) {
            stock.rowsLeft = mesh.rows(inRegion: position)
            return stock.rowsLeft == 0
        }
        handle(.stock(stock))
    }

    /// What is to be seen once nothing writes any more.
    func takeStock() {
        guard !Interruption.hasCome else { return }
        var stock = ScenarioStock()
        if let inventory {
            progress.show("looking into stores")
            _ = try? DrillWait.until(.seconds(30)) {
                stock.customersMoved = try mesh.placement().differences(
                    to: inventory.placement, customers: mesh.customers)
                let stores = mesh.stores()
                stock.cellsPoorer = stores.count { cell, store in (store?.records ?? 0) < inventory.rows[cell] ?? 0 }
                return stock.customersMoved == 0 && stock.cellsPoorer == 0
            }
        }
        if run.scenario.objectives.contains(where: { $0.measure.figure == .hintsLeft }) {
            progress.show("waiting for hints to be delivered")
            _ = try? DrillWait.until(.seconds(20)) {
                stock.hintsLeft = mesh.hints
                return stock.hintsLeft == 0
            }
        }
        handle(.stock(stock))
    }
}

extension ScenarioMove {
    /// What a plan's own report says of it.
    fileprivate init(_ report: EvacuationReport) {
        self.init(
            isCompleted: report.outcome == .completed,
            off: report.reroutedMilliseconds.map { TimeAmount(seconds: $0 / 1_000) },
            writePause: report.writePause.map { TimeAmount(seconds: $0.p99 / 1_000) },
            writePauseLow: report.writePause?.low.map { TimeAmount(seconds: $0 / 1_000) },
            writes: report.writePause?.writes)
    }
}
