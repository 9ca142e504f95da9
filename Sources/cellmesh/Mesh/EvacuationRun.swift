import Blueprints
import ControlPlane
import Evacuation
import MeshBase

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
        self.cells = cells
        self.count = count
        self.zone = zone
        self.kind = kind
        self.region = Self.bare(region)
        self.confirm = confirm.map { Self.bare($0) }
        self.options = options
        console = options.output.console
        mesh = try options.mesh.running()
    }

    /// `region/NAME` or a bare name.
    private static func bare(_ text: String) -> String {
        text.hasPrefix("region/") ? String(text.dropFirst("region/".count)) : text
    }

    func run() throws {
        try checkRegion()
        let api = try Waiting.forControl(mesh, .seconds(1))
        // What is asked for may be decided before the answer is here.
        if !options.dryRun { Interruption.note() }
        let answer = try CommandFailure.advising("cellmesh status") {
            try api.post("/v1/evacuations", body, timeout: .seconds(30), conflict: .declined)
        }
        let forecast = ForecastView.make(answer["forecast"])
        if options.dryRun { return try showForecast(answer, forecast) }
        guard answer["begun"].flag == true else { return try refuse(answer) }
        if options.detach { return showDetached(answer, forecast) }
        console.message(console.format == .json ? ForecastView.sentence(answer["forecast"]) : told(forecast))
        try follow(stages: answer["forecast"]["stages"].elements.count)
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

    private var body: JSONValue {
        var members: [(String, JSONValue)] = [
            ("kind", .string(kind.rawValue)), ("confirm", .string(confirm)),
            ("force", .bool(options.force)), ("dry_run", .bool(options.dryRun)),
        ]
        if acceptsLoss { members.append(("accept_loss", .bool(true))) }
        if kind != .drain { members.append(("region", .string(region))) }
        if kind == .drain { members.append(("cells", .strings(cells))) }
        if kind == .add {
            members.append(("count", .integer(count)))
            if let zone { members.append(("zone", .string(zone))) }
        }
        if let stages = options.stages { members.append(("stages", .array(stages.percents.map { .integer($0) }))) }
        if let watch = options.watch { members.append(("watch_ms", .integer(watch.milliseconds))) }
        return .object(members)
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

    private func showForecast(_ answer: JSONValue, _ forecast: Report) throws {
        console.show(forecast)
        let refusals = answer["forecast"]["refusals"].elements
        guard refusals.isEmpty else { throw refusal(answer["forecast"], "it would be refused") }
        console.next(command)
    }

    private func refuse(_ answer: JSONValue) throws {
        let report = answer["report"].isNull ? answer["forecast"] : answer["report"]
        console.show(EvacuationView.report(report))
        throw refusal(report, "refused, and nothing was changed")
    }

    private func refusal(_ document: JSONValue, _ what: String) -> CommandFailure {
        let first = document["refusals"].elements.first ?? .empty
        let reason = first["reason"].text ?? document["reason"].text ?? "no reason was given"
        let others = document["refusals"].elements.count - 1
        let more = others > 0 ? " (and \(others) more)" : ""
        if first["code"].text == "confirmation" {
            return CommandFailure(.declined, "\(what): \(reason)\(more)", hint: first["next"].text, next: command)
        }
        return CommandFailure(
            .declined, "\(what): \(reason)\(more)", hint: first["next"].text,
            next: first["next"].text.flatMap { NextStep.advised(by: $0) } ?? "cellmesh status")
    }

    private func showDetached(_ answer: JSONValue, _ forecast: Report) {
        let document = answer.with("forecast", forecast.document).ordered(["schema", "begun", "plan", "forecast"])
        console.show(Report(document, names: kind == .drain ? cells : ["region/\(region)"], table: forecast.table))
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
            var status: JSONValue?
            do {
                status = try APIClient(mesh).get("/v1/evacuations", timeout: .seconds(3))
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
                    kind != .drain && status["region"].text.map { $0 != region } ?? false
                    || status["kind"].text.map { $0 != kind.rawValue } ?? false
                if isOther || EvacuationOutcome(rawValue: status["outcome"].text ?? "")?.isFinal ?? false {
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

    /// - Parameter status: the last one; nil where another plan has begun since.
    private func finish(_ status: JSONValue?) throws {
        let kept = try? Waiting.forControl(mesh, .seconds(1)).get("/v1/evacuations/report")
        let isOurs =
            kept.map { (kind == .drain || $0["region"].text == region) && $0["kind"].text == kind.rawValue } ?? false
        guard let report = isOurs ? kept : status else {
            throw CommandFailure(
                "the \(deed) has ended, and its report is not there any more",
                next: "cellmesh events --type evacuation")
        }
        console.show(isOurs ? EvacuationView.report(report) : EvacuationView.status(report))
        if let failure = EvacuationView.failure(report) { throw failure }
        console.next(kind == .evacuate ? "cellmesh restore \(region)" : "cellmesh status")
    }
}

/// Which lines a status is worth beside the line that is drawn over: one for each stage, and for each change of mind.
struct EvacuationLog {
    private let stages: Int
    private var last = ""

    init(stages: Int) { self.stages = stages }

    mutating func lines(_ status: JSONValue) -> [String] {
        let key = [status["outcome"], status["stage"], status["reason"]].map { $0.json(.compact) }.joined(
            separator: " ")
        defer { last = key }
        return key == last ? [] : [EvacuationView.line(status, stages: stages)]
    }
}
