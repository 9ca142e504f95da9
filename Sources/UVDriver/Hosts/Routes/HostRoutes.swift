import Nodes
import Reports
import Wire

/// What cells and routers have in common of what they tell.
protocol TellingHost: AnyObject {
    var runtime: HostRuntime { get }
    var healthFacts: HealthPages.Facts { get }
    var healthReport: CellHealthReport { get }
    /// `/readyz`
    var readiness: HTTPPage { get }
    /// `/metrics`
    var metricsText: String { get }
    /// `/v1/breakers`
    var breakersText: String { get }
    /// `/v1/traces`; nil for a trace that is not here.
    func tracesText(_ wanted: TracesPage.Wanted) -> String?
    /// `/v1/traces?outcome=&plain=`
    func endedTraces(after cursor: TraceCursor) -> String
    func membersText(_ wanted: MembersPage.Wanted) -> String
    /// Answers a ping of the membership that came by stream.
    func answer(ping datagram: [UInt8]) -> HTTPPage?
}

extension HTTPRouteTable {
    /// Adds what every cell and router tells.
    mutating func add(_ host: @escaping () -> some TellingHost) {
        read("/livez", access: .everybody, "200 while the process lives by its own probes, else 503") { _ in
            HealthPages.liveness(host().healthReport)
        }
        read("/readyz", access: .everybody, "200 while it should be sent customers, else 503 and why") { _ in
            host().readiness
        }
        read("/startupz", access: .everybody, "200 once it has started") { _ in
            HealthPages.startup(host().healthFacts)
        }
        readHealth { HealthPages.health(host().healthFacts, host().healthReport, isDeep: $0) }
        read("/metrics", access: .everybody, "Prometheus text") { _ in .metrics(host().metricsText) }
        read("/v1/members", "Its view of the membership") { _ in .json(host().membersText(.members)) }
        read("/v1/members/{member}/history", "What it saw happen to a member") {
            .json(host().membersText(.history($0.parts[0])))
        }
        read("/v1/keys", "The numbers of the membership's keys") { _ in .json(host().membersText(.keys)) }
        read("/v1/gossip/{packet}", "A ping of the membership by stream, which proves itself") {
            host().answer(ping: GossipStream.datagram($0.parts[0]))
        }
        read("/v1/faults", "The faults in force on it, once its file was read again") { _ in host().runtime.faultsPage }
        read("/v1/cells", "How many cells it knows, once its file was read again") { _ in host().runtime.cellsPage }
        read("/v1/settings", "The settings in force, with their proof") { _ in host().runtime.settingsPage }
        post("/v1/settings", "Takes settings that prove themselves") { host().runtime.takeSettings($0.body) }
        read("/v1/certs", "Its certificate, and how its connections with other hosts fared") { _ in
            .document(ReportJSON.encode(host().runtime.security.report))
        }
        post("/v1/certs/renew", "Makes a new certificate, for connections that begin from now on") { _ in
            host().runtime.security.renew()
            return .document(ReportJSON.encode(host().runtime.security.report))
        }
        read("/v1/breakers", "Its gates with their figures") { _ in .json(host().breakersText) }
        let traces =
            "The traces that it keeps, of those that began at `since` (ms since 1970) or later; `outcome=N&plain=N`: those that "
            + "ended behind these numbers, whole, in lines"
        read("/v1/traces", keys: ["since", "outcome", "plain"], traces) { call in
            guard let since = call.query.integer("since", default: 0) else {
                return .refusal(400, "since is a number of milliseconds since 1970.")
            }
            guard call.query["outcome"] != nil || call.query["plain"] != nil else {
                return host().tracesText(.since(Double(since))).map { .json($0) }
            }
            guard let outcome = call.query.integer("outcome", default: 0),
                let plain = call.query.integer("plain", default: 0), call.query["since"] == nil
            else { return .refusal(400, "outcome and plain are whole numbers from 0, and go without since.") }
            return .plain(host().endedTraces(after: TraceCursor(outcome: UInt64(outcome), plain: UInt64(plain))))
        }
        read("/v1/traces/{trace}", "One of them, with its decisions") { call in
            host().tracesText(.one(call.parts[0])).map { .json($0) }
        }
    }
}

extension HTTPRouteTable {
    /// Adds the probes of a process that holds others, which everybody may ask.
    package mutating func add(health: @escaping () -> SupervisorHealth) {
        read("/livez", access: .everybody, "200 while the process lives") { _ in .ok("alive") }
        read("/readyz", access: .everybody, "200 while something of it serves, else 503 and why") { _ in
            health().readiness
        }
        read("/startupz", access: .everybody, "200 once it has started") { _ in health().startup }
        readHealth { health().page(isDeep: $0) }
    }

    fileprivate mutating func readHealth(_ page: @escaping (_ isDeep: Bool) -> HTTPPage) {
        let about = "How well it is, and what that stands on; `deep=1`: of everything"
        read("/health", keys: ["deep"], access: .everybody, about) { call in
            switch call.query["deep"] {
            case nil, "0": page(false)
            case "1": page(true)
            default: .refusal(400, "deep is 0 or 1.")
            }
        }
    }
}

extension HostRuntime {
    /// Also looks at the file again: whoever asks wants to know that it was read.
    var faultsPage: HTTPPage? {
        faults?.refresh()
        return faults.map { .json($0.page) }
    }
}
