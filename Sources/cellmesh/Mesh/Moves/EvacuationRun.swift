import Blueprints
import ControlPlane
import Evacuation
import MeshBase
import Reports
import Topology

/// `evacuate`, `restore`, `cell add` and `cell drain`: asks for it, tells what is to be expected, follows it and reports.
struct EvacuationRun {
    private let kind: EvacuationPlan.Kind
    /// Empty for cells that are drained.
    private let region: String
    private let confirm: String?
    private let cells: [String]
    private let count: Int
    private let zone: String?
    /// What only dead cells have of customers without a majority is given up.
    var acceptsLoss = false
    private let options: EvacuationOptions
    private let console: Console
    private let mesh: DataDirectory

    init(
        _ kind: EvacuationPlan.Kind, _ region: String = "", confirm: String? = nil, cells: [String] = [],
        count: Int = 1, zone: String? = nil, _ options: EvacuationOptions
    ) throws {
        self.count = count
        self.zone = zone
        self.kind = kind
        self.options = options
        console = options.output.console
        mesh = try options.mesh.running()
        let seed = options.choice.seed
        let evacuated =
            kind == .restore && TargetChoice.isMeant(region)
            ? try MeshStatus(APIClient(mesh)).report.evacuated ?? [] : nil
        let chosen = try ChosenTargets.region(region, among: evacuated, mesh, console, seed: seed)
        self.region = chosen
        // A choice that is said twice is one choice.
        self.confirm = confirm.map { $0 == region ? chosen : TargetSelector.name(in: $0, of: .region) }
        self.cells = try ChosenTargets.words(cells, mesh, console, seed: seed)
    }

    func run() throws {
        try checkRegion()
        let api = try Waiting.forControl(mesh, .seconds(1))
        // What is asked for may be decided before the answer is here.
        if !options.dryRun { Interruption.note() }
        let answer = try CommandFailure.advising("cellmesh status") {
            try api.post(
                "/v1/evacuations", body, as: EvacuationAnswer.self, timeout: .seconds(30), conflict: .declined)
        }
        let forecast = ForecastView.make(answer.forecast)
        if options.dryRun { return try showForecast(answer, forecast) }
        guard answer.begun else { return try refuse(answer) }
        if options.detach { return showDetached(answer, forecast) }
        console.message(console.format == .json ? ForecastView.sentence(answer.forecast) : told(forecast))
        try follow(stages: answer.forecast.stages.count)
    }

    /// A region that there is not is a mistake on the command line, told with what is near.
    private func checkRegion() throws {
        guard kind != .drain, let topology = try? mesh.model() else { return }
        let names = topology.regions.map(\.name)
        guard !names.contains(region) else { return }
        throw CommandFailure(
            .usage, "mesh '\(mesh.name)' has no region '\(region)'; nothing was changed",
            hint: NearestWord.hint(for: region, among: names, listing: "regions are"))
    }

    private var body: EvacuationBody {
        var body = EvacuationBody(kind.rawValue, region: kind == .drain ? nil : region)
        body.confirm = confirm
        body.force = options.force
        body.isDryRun = options.dryRun
        if acceptsLoss { body.acceptsLoss = true }
        if kind == .drain { body.cells = cells }
        if kind == .add {
            body.count = count
            body.zone = zone
        }
        body.stages = options.stages?.percents
        body.watchMilliseconds = options.watch?.milliseconds
        return body
    }

    // MARK: Before it begins

    /// As it stands on a terminal, but on standard error.
    private func told(_ report: Report) -> String {
        String(report.text(.table, colors: console.paintsMessages, width: console.width).dropLast())
    }

    private var command: String {
        switch kind {
        case .evacuate: "cellmesh evacuate \(region) --confirm \(region)" + (acceptsLoss ? " --accept-loss" : "")
        case .restore: "cellmesh restore \(region)"
        case .add:
            "cellmesh cell add \(region)" + (count == 1 ? "" : " --count \(count)")
                + (zone.map { " --zone \($0)" } ?? "")
        case .drain: "cellmesh cell drain \(cells.joined(separator: " "))"
        }
    }

    /// What is done to what, in the middle of a sentence.
    private var deed: String {
        switch kind {
        case .evacuate: "evacuation of \(region)"
        case .restore: "restore of \(region)"
        case .add: "move to the further \(count == 1 ? "cell" : "cells") of \(region)"
        case .drain: "drain of \(cells.joined(separator: ", "))"
        }
    }

    private func showForecast(_ answer: EvacuationAnswer, _ forecast: Report) throws {
        console.show(forecast)
        guard answer.forecast.refusals.isEmpty else {
            throw refusal(answer.forecast.refusals, answer.forecast.reason, "it would be refused")
        }
        console.next(command)
    }

    private func refuse(_ answer: EvacuationAnswer) throws {
        // A control plane that refuses says what `evacuate` reports of it.
        console.show(answer.report.map { EvacuationView.report($0) } ?? ForecastView.make(answer.forecast))
        // People have read the reasons just now; a script has this line alone beside the document.
        let refusals = answer.report?.refusals ?? answer.forecast.refusals
        if !refusals.isEmpty, console.format == .table || console.format == .wide {
            throw refusal(refusals, nil, "nothing was changed", isTold: true)
        }
        throw refusal(
            answer.report?.refusals ?? answer.forecast.refusals, answer.report?.reason ?? answer.forecast.reason,
            "refused, and nothing was changed")
    }

    /// - Parameter isTold: the reasons stand above.
    private func refusal(
        _ refusals: [EvacuationRefusal], _ summary: String?, _ what: String, isTold: Bool = false
    ) -> CommandFailure {
        let first = refusals.first
        if isTold {
            return CommandFailure(
                .declined, what,
                next: first?.code == .confirmation
                    ? command : first.flatMap { NextStep.advised(by: $0.next) } ?? "cellmesh status")
        }
        let reason = first?.reason ?? summary ?? "no reason was given"
        let others = refusals.count - 1
        let more = others > 0 ? " (and \(others) more)" : ""
        if first?.code == .confirmation {
            return CommandFailure(.declined, "\(what): \(reason)\(more)", hint: first?.next, next: command)
        }
        return CommandFailure(
            .declined, "\(what): \(reason)\(more)", hint: first?.next,
            next: first.flatMap { NextStep.advised(by: $0.next) } ?? "cellmesh status")
    }

    private func showDetached(_ answer: EvacuationAnswer, _ forecast: Report) {
        console.show(Report(answer, names: kind == .drain ? cells : ["region/\(region)"], table: forecast.table))
        console.next("cellmesh evacuation status --watch")
    }

    // MARK: While it is under way

    private func follow(stages: Int) throws {
        let progress = ProgressLine(console)
        var log = EvacuationLog(stages: stages)
        let deadline = Pause.now() + options.waitTimeout.amount
        var silent: Instant?
        while true {
            if Interruption.hasCome {
                progress.end()
                throw CommandFailure(
                    .interrupted, "interrupted; the \(deed) goes on without this command",
                    hint: "'cellmesh evacuation pause' holds it, 'cellmesh evacuation abort' takes it back",
                    next: "cellmesh evacuation status --watch")
            }
            var status: EvacuationStatus?
            do {
                status = try APIClient(mesh).get(
                    "/v1/evacuations", as: EvacuationStatus.self, timeout: .seconds(3))
                if silent != nil { console.message("the control plane is back") }
                silent = nil
            } catch let failure as CommandFailure {
                // It is with the deciders: whoever comes next goes on with it.
                if silent == nil {
                    progress.end()
                    console.message("\(failure.message); the \(deed) waits for a control plane")
                    silent = Pause.now()
                }
            }
            // Outside of what is caught above: how it ended is a failure too.
            if let status {
                let isOther =
                    kind != .drain && status.region.map { $0 != region } ?? false
                    || status.kind.map { $0 != kind } ?? false
                if isOther || status.outcome.isFinal {
                    progress.end()
                    return try finish(isOther ? nil : status)
                }
                for line in log.lines(status) where console.format != .json {
                    progress.end()
                    console.message(line)
                }
                if console.isLive { progress.show(EvacuationView.line(status, stages: stages)) }
            }
            guard Pause.now() < deadline else {
                progress.end()
                throw CommandFailure(
                    .unhealthy,
                    "the \(deed) has not ended within "
                        + "\(Wording.time(milliseconds: options.waitTimeout.amount.milliseconds)); "
                        + (silent == nil ? "it goes on" : "the control plane does not answer"),
                    next: silent == nil
                        ? "cellmesh evacuation status --watch" : "cellmesh up --mesh \(mesh.name) --detach")
            }
            Pause.sleep(.milliseconds(150))
        }
    }

    /// The control plane keeps a report of each plan; whoever looks for it next finds it.
    private func awaitReport(_ evacuation: EvacuationReport) {
        let (store, deadline) = (ReportStore(mesh), Pause.now() + .seconds(3))
        repeat {
            let kept = store.find(RunReport.kind(of: kind).rawValue).flatMap { store.file("evacuation.json", of: $0) }
            if let kept, ReportJSON.decode(EvacuationReport.self, kept) == evacuation { return }
            Pause.sleep(.milliseconds(20))
        } while Pause.now() < deadline
        console.message("warning: no report was kept; 'cellmesh events --type report' may say why")
    }

    /// - Parameter status: the last one; nil where another plan has begun since.
    private func finish(_ status: EvacuationStatus?) throws {
        let kept = try? Waiting.forControl(mesh, .seconds(1)).get("/v1/evacuations/report", as: EvacuationReport.self)
        if let kept, (kind == .drain || kept.region == region) && kept.kind == kind {
            console.show(EvacuationView.report(kept))
            if kept.outcome != .refused { awaitReport(kept) }
            if let failure = EvacuationView.failure(kept) { throw failure }
        } else if let status {
            console.show(EvacuationView.status(status))
            if let failure = EvacuationView.failure(status) { throw failure }
        } else {
            throw CommandFailure(
                "the \(deed) has ended, and its report is not there any more",
                next: "cellmesh events --type evacuation")
        }
        console.next(kind == .evacuate ? "cellmesh restore \(region)" : "cellmesh status")
    }
}

/// Which lines a status is worth beside the line that is drawn over: one for each stage, and for each change of mind.
struct EvacuationLog {
    private let stages: Int
    private var last: (EvacuationOutcome, stage: Int?, reason: String?)?

    init(stages: Int) { self.stages = stages }

    mutating func lines(_ status: EvacuationStatus) -> [String] {
        let key = (status.outcome, stage: status.stage, reason: status.reason)
        defer { last = key }
        return last.map { $0 == key } ?? false ? [] : [EvacuationView.line(status, stages: stages)]
    }
}
