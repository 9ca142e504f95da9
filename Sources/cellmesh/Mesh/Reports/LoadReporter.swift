import ControlPlane
import Drills
import LoadGenerator
import MeshBase
import Reports
import Telemetry

/// What a load has found beside its own report.
struct LoadFacts {
    var series: RunSeries
    var noise: RunNoise
    var claims: [DrillClaim]
    /// Nanoseconds since 1970; 0 where no request was sent, or none came to its end.
    var begun: Int64
    var ended: Int64
}

/// Writes the report of a load.
struct LoadReporter {
    let mesh: DataDirectory
    /// The command that repeats it.
    let command: String
    /// What is known of customers.
    let impact: RunImpact

    /// A load that begins now.
    init(mesh: DataDirectory, command: String, longest: TimeAmount) {
        self.mesh = mesh
        self.command = command
        impact = RunImpact(mesh, begun: WallClock.now())
        if longest > .minutes(10) { impact.watch() }
    }

    /// Keeps it, and tells its id to the load's own report.
    func keep(_ load: inout LoadReport, _ facts: LoadFacts, isInterrupted: Bool) throws {
        guard facts.begun > 0 else { return }
        var series = facts.series
        series.begun = ReportTime.string(facts.begun)
        let rate = Wording.fixed(load.targetRate, load.targetRate < 10 ? 1 : 0)
        let reporter = MeshReporter(mesh)
        let run = MeshReporter.Run(
            kind: .load, title: "\(rate) requests/s for \(Wording.time(milliseconds: load.durationMs))",
            command: command, begun: facts.begun, ended: facts.ended > 0 ? facts.ended : WallClock.now(),
            series: series)
        var draft = try reporter.draft(run)
        var report = draft.report
        report.wave = FailureWave(series)
        if let first = report.incidents.first {
            report.title += "; \(first.what) \(first.subjects.joined(separator: ", "))"
            if report.incidents.count > 1 { report.title += " and \(report.incidents.count - 1) more" }
        }
        var claims = facts.claims
        let isQuiet = load.customers.lost + load.customers.degraded == 0 && load.failed == 0
        let found = impact.result(begun: run.begun, ended: run.ended, isQuiet: isQuiet)
        if let impact = found {
            report.impact = impact
            report.tellUncounted(among: self.impact.cells)
            claims.append(
                .count(
                    "customers otherwise than predicted", impact.observed.different, .equal, 0,
                    unknown: impact.observed.overflow))
        }
        report.noise = facts.noise
        report.figures = Self.figures(load)
        if let observed = report.impact?.observed { Self.count(observed, &report.figures) }
        report.judge(claims)
        if isInterrupted {
            report.outcome = .interrupted
            report.ok = nil
            report.conclusive = false
            report.reasons.insert("it was ended before its time", at: 0)
        }
        load.kept = report.id
        draft.report = report
        try reporter.keep(draft, series: series, further: [("load.json", ReportJSON.encode(load))])
    }

    /// A report says one thing of customers that came to harm: what the routers saw of them. Who was seen is of the whole run, and who
    /// was seen while harm was done is called so.
    static func count(_ observed: ObservedBlastRadius.Observed, _ figures: inout [RunReport.Figure]) {
        func place(_ name: String) -> Int? { figures.firstIndex { $0.name == name } }
        func set(_ name: String, _ value: Int) {
            if let place = place(name) { figures[place].value = Double(value) }
        }
        set("customers lost", observed.lost)
        set("customers degraded", observed.degraded)
        guard let seen = place("customers seen") else { return }
        let all = Int(figures[seen].value ?? 0)
        set("customers untouched", max(all - observed.lost - observed.degraded, 0))
        figures.insert(.init("customers seen in windows of harm", Double(observed.customers)), at: seen + 1)
    }

    static func figures(_ load: LoadReport) -> [RunReport.Figure] {
        let success = load.requests > 0 ? Double(load.ok) / Double(load.requests) : nil
        var figures: [RunReport.Figure] = [
            .init("requests", Double(load.requests)), .init("ok", Double(load.ok)),
            .init("failed", Double(load.failed)), .init("dropped", Double(load.dropped)),
            .init("success", success, .share), .init("rate", load.rate, .perSecond),
        ]
        let latency = load.latencyMs
        let times = [("p50", latency.p50), ("p90", latency.p90), ("p99", latency.p99), ("max", latency.max)]
        figures += times.map { .init($0.0, load.requests > 0 ? $0.1 : nil, .milliseconds) }
        let customers = load.customers
        figures += [
            .init("customers seen", Double(customers.seen)), .init("customers lost", Double(customers.lost)),
            .init("customers degraded", Double(customers.degraded)),
            .init("customers untouched", Double(customers.untouched)),
            .init("writes acknowledged", Double(load.writes.acknowledged)),
            .init("acknowledged writes lost", load.writes.verified ? Double(load.writes.lost) : nil),
            .init("degraded answers", Double(load.degraded.answers)),
        ]
        if let router = load.amplification?.router {
            figures.append(.init("amplification by routers, percent", router * 100))
        }
        if let edge = load.amplification?.edge {
            figures.append(.init("amplification by cells, percent", edge * 100))
        }
        if let retries = load.retries {
            figures.append(.init("retries", Double(retries.router + retries.edge)))
            figures.append(.init("hedges", Double(retries.hedges)))
        }
        return figures
    }
}
