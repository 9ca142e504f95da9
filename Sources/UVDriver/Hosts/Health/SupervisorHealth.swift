import Telemetry

/// What a process says of its health that serves no customers itself and holds others that do: a control plane, and the
/// process of a region. It makes no probes: it has started or not, and knows which of its processes serve.
package struct SupervisorHealth: Sendable, Equatable {
    /// It ends.
    package var isStopping = false
    /// All that it starts has served once.
    package var hasStarted: Bool
    /// Processes that serve now, of how many; 0 of 0 where others tell of them.
    package var serving: Int
    package var all: Int
    /// Those that do not, each with why.
    package var missing: [String]

    package init(hasStarted: Bool, serving: Int = 0, of all: Int = 0, missing: [String] = []) {
        self.hasStarted = hasStarted
        self.serving = serving
        self.all = all
        self.missing = missing
    }

    /// Something of it serves.
    private var isReady: Bool { hasStarted && !isStopping && (all == 0 || serving > 0) }
}

extension SupervisorHealth {
    /// `/startupz`
    var startup: HTTPPage { hasStarted ? .ok("started") : .unavailable("starting") }

    /// `/readyz`
    var readiness: HTTPPage {
        if isStopping { return .unavailable("stopping") }
        if !hasStarted { return .unavailable("not-ready") }
        return isReady ? .ok("serving") : .unavailable("no-cell")
    }

    /// `/health`: the share of its processes that serve. A deep look wants all of them.
    func page(isDeep: Bool) -> HTTPPage {
        var wrong: [String] = []
        if isStopping { wrong.append("stopping") }
        if !hasStarted { wrong.append("starting") }
        if hasStarted, all > 0, serving == 0 { wrong.append("no cell serves") }
        if isDeep { wrong += missing }
        let isWhole = serving == all
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("health_score", !isReady ? 0 : all == 0 ? 1 : Double(serving) / Double(all))
            json.field("state", !isReady ? "critical" : isWhole ? "healthy" : "degraded")
            json.field(
                "mode",
                isStopping
                    ? "stopping" : !hasStarted ? "starting" : !isReady ? "not-ready" : isWhole ? "serving" : "degraded")
            json.field("detail", detail)
            json.field("wrong", wrong)
            json.array("probes") { _ in }
        }
        return .report(wrong.isEmpty ? 200 : 503, json.string + "\n")
    }

    private var detail: String {
        if !hasStarted { return "not all that it starts is ready" }
        return all == 0 ? "it serves" : "\(serving) of \(all) cells serve"
    }
}
