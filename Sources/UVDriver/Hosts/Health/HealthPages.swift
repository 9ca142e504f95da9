import MeshBase
import Nodes
import Resilience
import Telemetry

/// What a process answers of its health: `/livez`, `/readyz`, `/startupz` and `/health`.
package enum HealthPages {
    /// What of a cell the driver knows.
    struct Facts {
        var isStopping = false
        /// It has found nobody of those it was told to join.
        var isAlone = false
        var isStoreBroken = false
        var isStoreFull = false
        /// Why its store has no vote yet; nil where it has one, or there is no store.
        var withoutVote: StaticString?
        var hasStarted = true
    }

    /// `/livez`
    static func liveness(_ report: CellHealthReport) -> HTTPPage {
        report.whyLifeless == nil ? .ok("alive") : .unavailable("not-alive")
    }

    /// `/startupz`
    static func startup(_ facts: Facts) -> HTTPPage { isUp(facts) ? .ok("started") : .unavailable("starting") }

    private static func isUp(_ facts: Facts) -> Bool { facts.hasStarted && !facts.isAlone }

    /// `/readyz`. A cell without a vote serves its services; who asks for readiness wants the whole of it.
    static func readiness(_ facts: Facts, _ report: CellHealthReport) -> HTTPPage {
        if facts.isStopping { return .unavailable("stopping") }
        if facts.isAlone { return .unavailable("joining") }
        if facts.isStoreBroken { return .unavailable("store") }
        if let why = facts.withoutVote { return .unavailable(why) }
        if !report.isReady { return .unavailable("not-ready") }
        return facts.isStoreFull ? .ok("store-full") : .ok("serving")
    }

    /// `/health`: the number, and what it stands on. A deep look wants everything to work, and a shallow one that customers be sent.
    static func health(_ facts: Facts, _ report: CellHealthReport, isDeep: Bool) -> HTTPPage {
        var wrong: [String] = []
        if facts.isStopping { wrong.append("stopping") }
        if !isUp(facts) { wrong.append("starting") }
        if let why = report.whyLifeless { wrong.append(why) }
        if !report.isReady { wrong.append(report.whyUnready ?? "not ready") }
        if isDeep {
            if facts.isStoreBroken { wrong.append("store broken") }
            if facts.isStoreFull { wrong.append("store full") }
            if let why = facts.withoutVote { wrong.append("store \(why)") }
            if report.isReady, let why = report.whyUnready { wrong.append(why) }
            wrong += report.needed
        }
        let isReady = report.isReady && !facts.isStopping && isUp(facts)
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("health_score", isReady ? report.score : 0)
            json.field("state", "\(report.state.name)")
            json.field("mode", mode(facts, report, isReady: isReady))
            json.field("detail", report.detail)
            json.field("wrong", wrong)
            json.array("probes") { json in
                for probe in report.probes {
                    json.object { json in
                        json.field("probe", "\(probe.kind.name)")
                        json.field("verdict", "\(probe.verdict)")
                        json.field("passed", probe.good)
                        json.field("of", probe.count)
                    }
                }
            }
            if !report.services.isEmpty { json.services(report.services) }
            if isDeep, let jobs = report.jobs {
                json.object("jobs") { json in
                    json.field("waiting", jobs.waiting)
                    json.field("capacity", jobs.capacity)
                    json.field("oldest_ms", Int64(jobs.oldest.milliseconds))
                }
            }
        }
        return .report(wrong.isEmpty ? 200 : 503, json.string + "\n")
    }

    private static func mode(_ facts: Facts, _ report: CellHealthReport, isReady: Bool) -> String {
        if facts.isStopping { return "stopping" }
        if !isUp(facts) { return "starting" }
        if let why = facts.withoutVote { return "\(why)" }
        if !isReady { return "not-ready" }
        return facts.isStoreBroken || facts.isStoreFull || !report.needed.isEmpty ? "degraded" : "serving"
    }
}

extension JSONWriter {
    /// How well each of some services of a cell is: `services`.
    mutating func services(_ services: [CellHealthReport.Service]) {
        array("services") { json in
            for service in services {
                json.object { json in
                    json.field("service", service.name)
                    json.field("health_score", service.score)
                    json.field("of", service.count)
                }
            }
        }
    }
}

extension MetricPage {
    mutating func health(_ report: CellHealthReport) {
        gauge("cellmesh_health_score", "0 (not ready) to 1 (well).", report.score)
        gauge(
            "cellmesh_health_state", "0 healthy, 1 degraded, 2 unhealthy, 3 critical.", Double(report.state.rawValue))
        for probe in report.probes { probes(probe.kind, report.counters[probe.kind]) }
    }

    /// Results of the probes of one kind.
    package mutating func probes(_ kind: ProbeKind, _ results: (passed: UInt64, failed: UInt64)) {
        for (result, count) in [("passed", results.passed), ("failed", results.failed)] {
            counter(
                "cellmesh_probe_total", "Probes, by kind and result.", count,
                [MetricLabel("probe", "\(kind.name)"), MetricLabel("result", result)])
        }
    }
}
