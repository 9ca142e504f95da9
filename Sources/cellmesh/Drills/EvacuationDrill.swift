import Checkers
import ControlPlane
import Drills
import Evacuation
import LoadGenerator
import MeshBase
import Reports
import Sharding
import Topology

/// `drill run evacuation`: a region is left and taken back under load.
final class EvacuationDrill: DrillBody {
    let drill = Drill.evacuation
    let command: String
    private let mesh: DrillMesh
    private let region: Int
    private let options: DrillOptions
    private let stages: [Int]
    private let watch: TimeAmount
    private let hold: TimeAmount
    private let success: Double
    private let progress: ProgressLine
    private(set) var marks = DrillTrace.Marks()
    var onMark: () -> Void = {}

    private var load: BackgroundLoad?
    private var found: BackgroundLoad.Found?
    private var before: Placement?
    /// Its own plan may be there; nothing else is taken back.
    private var mayHaveBegun = false
    private var predicted: Placement?
    private var predictedMoves: Int?
    private var rowsBefore: [String: Int] = [:]
    /// How the two plans ended.
    private var left: EvacuationReport?
    private var back: EvacuationReport?
    private var differentAfter: Int?
    private var rowsLeft: Int?
    private var differentAtEnd: Int?
    private var poorer: Int?
    private var isSteady = false

    init(
        _ directory: DataDirectory, region: String?, stages: [Int], watch: TimeAmount, hold: TimeAmount,
        success: RatioArgument, _ options: DrillOptions, _ console: Console
    ) throws {
        mesh = try DrillMesh(directory)
        // Not where the control plane is: that one does not move.
        let topology = mesh.topology
        self.region = try mesh.region(
            region, else: topology.regions.indices.first { $0 != topology.control.region } ?? 0)
        self.options = options
        self.stages = stages
        self.watch = watch
        self.hold = hold
        self.success = success.value
        progress = ProgressLine(console)
        command =
            "cellmesh drill run evacuation \(topology.regions[self.region].name)"
            + " --stages \(stages.map(String.init).joined(separator: ","))"
            + " --watch \(DurationArgument(watch).defaultValueDescription)"
            + " --hold \(DurationArgument(hold).defaultValueDescription)"
            + " --success \(success.defaultValueDescription)" + options.words
        marks.region = name
    }

    var target: String? { "region/\(name)" }
    private var name: String { mesh.topology.regions[region].name }

    func take(_ step: DrillStep) throws -> String {
        defer { progress.end() }
        switch step {
        case .validate: return try mesh.checkWhole()
        case .predict: return try predict()
        case .baseline: return try baseline()
        case .evacuate: return try evacuate()
        case .hold: return try holdIt()
        case .restore: return try restore()
        case .settle: return try settle()
        case .readBack: return try readBack()
        case .tidy: return try mesh.tidy(after: load, progress)
        case .cut, .heal: preconditionFailure("no step of this drill")
        }
    }

    // MARK: Before

    private func request(_ kind: EvacuationPlan.Kind, isDryRun: Bool) throws -> EvacuationAnswer {
        var body = EvacuationBody(kind.rawValue, region: name)
        body.isDryRun = isDryRun
        body.stages = stages
        body.watchMilliseconds = watch.millisecondsRoundedUp
        if kind == .evacuate { body.confirm = name }
        return try mesh.begin(body)
    }

    private func status(timeout: TimeAmount = APIClient.patience) throws -> EvacuationStatus {
        try mesh.api.get("/v1/evacuations", timeout: timeout)
    }

    private func predict() throws -> String {
        let forecast = try request(.evacuate, isDryRun: true).forecast
        guard forecast.outcome == .proceeds else {
            throw CommandFailure(
                .declined,
                "the evacuation of \(name) would be refused: \(forecast.reason ?? "no reason was given")",
                hint: forecast.refusals.first?.next,
                next: "cellmesh evacuate \(name) --dry-run")
        }
        let now = try mesh.placement()
        before = now
        let region = region
        let after = leaving(now.foreseen { $0.leaving($0.evacuated + [region]) })
        predicted = after
        predictedMoves = mesh.different(now, after)
        return ForecastView.sentence(forecast)
    }

    /// Customers who were moved by hand leave the region too: their cohort's cells take the places of those that are left.
    private func leaving(_ placement: Placement) -> Placement {
        func isLeft(_ cell: CellIndex) -> Bool { mesh.topology.cells[cell.position].region == region }
        var after = placement
        for entry in placement.table.entries where !entry.pins.isEmpty {
            var entry = entry
            if entry.state.phase == .new { try? entry.release() }
            for pin in entry.pins where !pin.isHeld && pin.shard.contains(where: isLeft) {
                let shard = pin.shard.replacing(
                    where: isLeft, by: placement.cohortAssignment(of: pin.customer).inForce)
                guard (try? entry.pin(pin.customer, from: pin.shard, to: shard)) != nil else { continue }
                try? entry.advance(pin: pin.customer, .switchOver)
            }
            _ = try? after.install(entry)
        }
        return after
    }

    private func baseline() throws -> String {
        let plan = DrillLoad(mesh: mesh.directory, topology: mesh.topology, options: options)
        guard let router = plan.router() else {
            throw DrillTrouble(.baselineNotMet, "no router runs")
        }
        var configuration = try plan.configuration()
        configuration.checksRegisters = configuration.keyTiers.isEmpty || configuration.keyTiers.contains(.critical)
        configuration.checksSessions = configuration.keyTiers.contains(.important)
        configuration.checksSiblings = true
        let load = try BackgroundLoad([
            .init(name: router.name, router: router.endpoint, configuration: configuration)
        ])
        self.load = load
        try DrillWait.sleep(options.baseline.amount)
        let seen = try load.beginWindow()[0].windows[0].all
        for (cell, store) in mesh.stores() { rowsBefore[cell] = store?.records }
        return try Self.judgeBaseline(seen, success)
    }

    /// - Throws: `DrillTrouble` where the mesh is not as well as the drill asks for.
    static func judgeBaseline(_ seen: LoadWindows.Counts, _ success: Double) throws -> String {
        let text = "\(seen.ok) of \(Wording.plural(Int(clamping: seen.requests), "request")) answered"
        let claim = DrillClaim.share("", seen.ok, of: seen.requests, atLeast: success)
        guard seen.ok > 0, claim.verdict != .deviated else {
            throw DrillTrouble(
                .baselineNotMet, text + ", \(Wording.percent(success)) are asked for")
        }
        return text + " before anything is injected"
    }

    // MARK: Injecting and taking back

    /// Waits until the plan under way has ended.
    private func ended(heedsInterruption: Bool) throws -> EvacuationReport {
        let took = try DrillWait.until(.minutes(10), every: .milliseconds(150), heedsInterruption: heedsInterruption) {
            let status = try ask(heedsInterruption) { try self.status(timeout: .seconds(3)) }
            guard EvacuationView.isUnderWay(status) else { return true }
            progress.show(EvacuationView.line(status, stages: stages.count))
            return false
        }
        guard took != nil else { throw CommandFailure("the plan has not ended within 10 minutes") }
        // Its report is made a moment after the deciders have ended it.
        var report: EvacuationReport?
        _ = try DrillWait.until(.seconds(10), every: .milliseconds(100), heedsInterruption: false) {
            report = try? mesh.api.get("/v1/evacuations/report", as: EvacuationReport.self)
            return report != nil
        }
        return try report
            ?? ask(heedsInterruption) {
                try mesh.api.get("/v1/evacuations/report", as: EvacuationReport.self)
            }
    }

    /// It is with the deciders: whoever comes next goes on with it.
    private func ask<Answer>(_ heedsInterruption: Bool, _ body: () throws -> Answer) throws -> Answer {
        try mesh.patiently(heedsInterruption: heedsInterruption, onSilence: { progress.show($0, isLast: true) }, body)
    }

    private func evacuate() throws -> String {
        // Until it was refused it may have been decided, whatever becomes of the answer.
        mayHaveBegun = true
        let answer = try request(.evacuate, isDryRun: false)
        guard answer.begun else {
            mayHaveBegun = false
            throw DrillTrouble(.error, "refused: \(answer.forecast.reason ?? "no reason was given")")
        }
        marks.plan = answer.plan
        onMark()
        let report = try ended(heedsInterruption: true)
        left = report
        guard report.outcome == .completed else { throw DrillTrouble(.deviated, told(report)) }
        return told(report)
    }

    private func told(_ report: EvacuationReport) -> String {
        let reason = report.reason.map { ": \($0)" } ?? ""
        return
            "\(report.outcome.rawValue) in \(EvacuationView.time(report.durationMilliseconds))\(reason), "
            + "\(Wording.count(report.customersMoved)) customers moved"
    }

    private func holdIt() throws -> String {
        guard let predicted else { throw CommandFailure("there is no prediction") }
        try DrillWait.sleep(hold)
        // Files follow what is decided by a moment.
        _ = try DrillWait.until(.seconds(5)) {
            differentAfter = mesh.different(try mesh.placement(), predicted)
            return differentAfter == 0
        }
        _ = try DrillWait.until(.seconds(5)) {
            rowsLeft = mesh.rows(inRegion: region)
            return rowsLeft == 0
        }
        return "\(name) holds \(rowsLeft.map { Wording.plural($0, "row") } ?? "what cannot be read"), "
            + "\(Wording.plural(differentAfter ?? 0, "customer")) elsewhere than predicted"
    }

    /// Whatever the state is that it was left in, and whoever carries it out.
    private func restore() throws -> String {
        do {
            return try mesh.patiently(
                heedsInterruption: false, onSilence: { progress.show($0, isLast: true) }, restoreOnce)
        } catch let failure as CommandFailure {
            throw DrillTrouble(.error, "\(failure.message); 'cellmesh restore \(name)' is still to be done")
        }
    }

    private func restoreOnce() throws -> String {
        // What somebody else has begun is not the drill's to take back.
        guard mayHaveBegun else { return "nothing was to be brought back" }
        var status = try self.status()
        if EvacuationView.isUnderWay(status), status.region != name {
            progress.show("another plan is under way, and is waited for", isLast: true)
            _ = try ended(heedsInterruption: false)
            status = try self.status()
        }
        if EvacuationView.isUnderWay(status), status.kind == .evacuate {
            // Once all have moved it cannot be taken back any more, and goes on to its end.
            mesh.abort()
            left = try ended(heedsInterruption: false)
        }
        // One that was begun before its control plane died goes on.
        let isUnderWay = try EvacuationView.isUnderWay(self.status())
        if !isUnderWay {
            guard try MeshStatus(mesh.api).report.evacuated?.contains(name) ?? false else {
                return "nothing was to be brought back"
            }
            let answer = try request(.restore, isDryRun: false)
            guard answer.begun else {
                throw CommandFailure(
                    "the restore was refused: \(answer.forecast.reason ?? "no reason was given")")
            }
        }
        let report = try ended(heedsInterruption: false)
        back = report
        guard report.outcome == .completed else { throw DrillTrouble(.deviated, told(report)) }
        return told(report)
    }

    // MARK: After

    private func settle() throws -> String {
        guard let before else { throw CommandFailure("it is not known how it was before") }
        // What comes to the load still comes while it is under way.
        try DrillWait.sleep(.seconds(1))
        let took = try DrillWait.until(.seconds(30)) {
            differentAtEnd = mesh.different(try mesh.placement(), before)
            let stores = mesh.stores()
            poorer = stores.count { cell, store in (store?.records ?? 0) < rowsBefore[cell] ?? 0 }
            isSteady = try mesh.isWhole { progress.show($0, isLast: true) }
            return isSteady && differentAtEnd == 0 && poorer == 0
        }
        return took.map { "as before after \(Wording.time(milliseconds: $0.milliseconds))" }
            ?? "not as before within 30 s"
    }

    private func readBack() throws -> String {
        guard let load else { throw CommandFailure("no load was sent") }
        progress.show("reading back")
        let found = try load.finish()
        self.found = found.first
        guard let report = found.first?.report else { throw CommandFailure("the load has no report") }
        return "\(Wording.plural(report.writes.acknowledged, "acknowledged write")), \(report.writes.lost) lost, "
            + "\(report.writes.unverified) could not be read"
    }

    // MARK: The verdict

    var noise: DrillNoise { DrillNoise(found.map { [$0] } ?? []) }

    func judge(_ run: inout DrillRun) {
        guard left != nil || found != nil else { return }
        let report = found?.report
        let during = found?.windows.windows.dropFirst().map(\.all).reduce(LoadWindows.Counts(), +)
        if left?.customersMoved ?? 0 > 0, during?.requests ?? 0 > 0 { run.expose() }
        let completed = [left, back].count { $0?.outcome == .completed }
        run.claim(.count("evacuation and restore completed", completed, .equal, 2), seenIn: .evacuate, .restore)
        run.claim(
            .count("acknowledged writes lost", report?.writes.lost, unknown: report?.writes.unverified ?? 0),
            seenIn: .readBack)
        for verdict in report?.verdicts ?? [] where verdict.oracle != "acknowledged-writes" {
            run.claim(.count("violations of \(verdict.oracle)", verdict.isViolated ? 1 : 0, detail: verdict.detail))
        }
        let impact = found.map { $0.customers.counts }
        run.claim(
            .count(
                "customers different from the prediction", differentAfter.map { $0 + (impact?.lost ?? 0) },
                detail: predictedMoves.map { "\($0) were to change cells" }),
            seenIn: .hold, .readBack)
        run.claim(.count("rows left in \(name)", rowsLeft), seenIn: .hold)
        run.claim(.count("customers not at their first cells again", differentAtEnd), seenIn: .settle)
        run.claim(.count("cells with fewer rows than before", poorer), seenIn: .settle)
        run.claim(.count("mesh whole again", isSteady ? 1 : 0, .equal, 1), seenIn: .settle)
        run.claim(
            .share(
                "requests answered", during?.ok ?? 0, of: during?.requests ?? 0, atLeast: success),
            seenIn: .readBack)
        let noise = noise
        run.claim(
            .timing(
                "last request to \(name)", Self.time(left?.reroutedMilliseconds), atMost: .seconds(5), noise: noise,
                detail: left?.reroutedMilliseconds == nil ? "no request was sent there" : nil), seenIn: .evacuate)
        run.claim(
            .timing(
                "write pause, p99", Self.time(left?.writePause?.p99), atMost: .milliseconds(100), noise: noise,
                detail: left?.writePause == nil ? "no write met a change" : nil), seenIn: .evacuate)
    }

    private static func time(_ milliseconds: Double?) -> TimeAmount? {
        milliseconds.map { .nanoseconds(Int64($0 * 1_000_000)) }
    }

    func close() { load?.cancel() }
}

extension DrillNoise {
    /// Of all loads together.
    init(_ found: [BackgroundLoad.Found]) {
        self.init(
            lateMilliseconds: found.map(\.report.lagMs.p99).max() ?? 0,
            dropped: found.reduce(0) { $0 + $1.report.dropped })
    }
}
