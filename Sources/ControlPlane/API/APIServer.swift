import MeshBase
import Reports
import Telemetry
import UVDriver
import Wire

/// The control plane's HTTP API, probes and metrics on one loopback listener.
package final class APIServer {
    package let http: CallbackHTTPServer
    package weak var backend: (any APIBackend)?
    private let token: String
    private var access: APIGuard?

    /// Events in one answer at most.
    package static let mostEvents = 10_000

    /// A few commands at a time, with small bodies.
    package static var limits: HTTPServer.Limits {
        var limits = HTTPServer.Limits()
        limits.connections = 256
        limits.reserve = 64
        limits.buffered = 4 << 20
        limits.unsent = 64 << 20
        limits.message = HTTPLimits(body: 65_536)
        return limits
    }

    package init(loop: EventLoop, token: String) {
        self.token = token
        http = CallbackHTTPServer(loop: loop, limits: APIServer.limits)
        http.onRequest = { [unowned self] in handle($0) }
    }

    /// Binds and begins to answer.
    package func listen(on endpoint: Endpoint) throws(UVError) {
        try http.listen(on: endpoint)
        access = APIGuard(address: http.local, token: token)
    }

    package var local: Endpoint { http.local }

    /// Takes no more connections and ends those there are, once what was answered has gone out.
    package func close() {
        http.stopListening()
        http.pool.flush()
        http.pool.closeAll()
    }

    /// Writes out what the turn has answered; call it before the loop waits.
    package func endTurn() {
        http.endTurn()
    }

    // MARK: Requests

    private func handle(_ stream: StreamPointer) {
        let request = stream.pointee.request
        let bytes = stream.pointee.input.bytes
        let isRead = request.method == .get || request.method == .head
        let path = request.path.text(in: bytes)
        guard let access else { return }
        do throws(APIGuard.Refusal) {
            try access.checkSource(
                host: request.host.text(in: bytes),
                origin: request.origin.isPresent ? request.origin.text(in: bytes) : nil)
            if isRead, let page = probe(path, request.query.text(in: bytes)) {
                return AdminPages.respond(stream, page, of: http)
            }
            // Whoever is behind fetches it, and has no token; it proves itself.
            if isRead, path == "/v1/settings", let page = backend?.settingsPage {
                return respond(stream, json: Array(page.utf8))
            }
            try access.checkToken(request.authorization.bytes(in: bytes))
            http.pool.trust(stream)
        } catch {
            return refuse(stream, error)
        }
        if isRead, path == "/v1/keys" || path.hasSuffix("/history"), let page = backend?.memberPage(path) {
            return respond(stream, json: Array(page.utf8))
        }
        guard let route = APIRoute(path) else {
            return respond(stream, APIFailure(404, "There is no \(path.prefix(128)) here.").problem)
        }
        guard route.use.allows(request.method) else {
            return http.respond(
                stream, APIFailure(405, "\(path) \(route.use.sentence).").problem, field: ("Allow", route.use.allow))
        }
        if !isRead, !isJSON(request.contentType.text(in: bytes)) {
            return respond(stream, APIFailure(415, "The body must be application/json.").problem)
        }
        guard let backend else { return respond(stream, APIFailure(503, "The control plane is stopping.").problem) }
        if !isRead, let refusal = backend.refusesChanges { return respond(stream, refusal.problem) }
        answer(stream, route, backend)
    }

    private func answer(_ stream: StreamPointer, _ route: APIRoute, _ backend: any APIBackend) {
        let request = stream.pointee.request
        let bytes = stream.pointee.input.bytes
        let query = APIQuery(request.query.text(in: bytes))
        let id = stream.pointee.id
        switch route {
        case .status: respond(stream, json: ReportJSON.encode(backend.status()))
        case .processes: respond(stream, json: ReportJSON.encode(backend.processes()))
        case .members:
            backend.members(observer: query["from"]) { [unowned self] in later(id, $0.map { ReportJSON.encode($0) }) }
        case .conflicts: backend.conflicts { [unowned self] in later(id, .success(ReportJSON.encode($0))) }
        case .impact: backend.impact { [unowned self] in later(id, .success(ReportJSON.encode($0))) }
        case .events:
            guard let since = query.integer("since", default: 0), let limit = query.integer("limit", default: 1_000),
                limit > 0
            else { return respond(stream, APIFailure(400, "since and limit are whole numbers from 0.").problem) }
            later(
                id,
                backend.events(since: since, limit: Int(min(limit, Int64(Self.mostEvents))))
                    .map { $0.encoded(since: since) })
        case .faults: respond(stream, json: ReportJSON.encode(backend.faults()))
        case .addFault:
            guard let wanted = ReportJSON.decode(FaultAddition.self, Array(request.body.bytes(in: bytes))) else {
                return respond(
                    stream, APIFailure(400, "Send {\"kind\": KIND, \"targets\": [NAME, ...], ...}.").problem)
            }
            backend.addFault(wanted) { [unowned self] in later(id, $0.map { ReportJSON.encode($0) }) }
        case .removeFaults:
            guard let wanted = ReportJSON.decode(FaultRemoval.self, Array(request.body.bytes(in: bytes))) else {
                return respond(stream, APIFailure(400, "Send {\"ids\": [ID, ...]} or {\"all\": true}.").problem)
            }
            backend.removeFaults(wanted) { [unowned self] in later(id, $0.map { ReportJSON.encode($0) }) }
        case .settings:
            guard request.method == .post else {
                return respond(stream, APIFailure(404, "Settings are made by a control plane that supervises.").problem)
            }
            do throws(APIFailure) {
                let wanted = try SettingsRequest(body: Array(request.body.bytes(in: bytes)))
                backend.changeSettings(wanted) { [unowned self] in later(id, $0.map { ReportJSON.encode($0) }) }
            } catch { respond(stream, error.problem) }
        case .evacuations, .evacuationReport, .changeEvacuation, .moves, .pins, .pin:
            answerMoves(stream, route, backend)
        case .action(let action):
            let body = Array(request.body.bytes(in: bytes))
            guard let wanted = ReportJSON.decode(ActionRequest.self, body) else {
                return respond(
                    stream, APIFailure(400, "Send {\"targets\": [NAME, ...], \"for_ms\": NUMBER or null}.").problem)
            }
            backend.perform(action, wanted) { [unowned self] in later(id, $0.map { ReportJSON.encode($0) }) }
        case .down:
            http.respond(
                stream, status: 202, contentType: "application/json", body: Array("{\"state\":\"stopping\"}\n".utf8))
            backend.shutDown()
        }
    }

    /// What is about where customers live.
    private func answerMoves(_ stream: StreamPointer, _ route: APIRoute, _ backend: any APIBackend) {
        let request = stream.pointee.request
        let body = Array(request.body.bytes(in: stream.pointee.input.bytes))
        let id = stream.pointee.id
        do throws(APIFailure) {
            switch route {
            case .evacuations where request.method == .post:
                backend.evacuate(try EvacuationRequest(body: body)) { [unowned self] in
                    later(id, $0.map { ReportJSON.encode($0) })
                }
            case .evacuations: respond(stream, json: ReportJSON.encode(backend.evacuation()))
            case .evacuationReport:
                guard let report = backend.evacuationReport() else {
                    throw APIFailure(
                        404,
                        "No evacuation has ended since the control plane started: see GET /v1/evacuations, or "
                            + "'cellmesh events --type evacuation'.")
                }
                respond(stream, json: ReportJSON.encode(report))
            case .changeEvacuation(let change):
                backend.changeEvacuation(change) { [unowned self] in later(id, $0.map { ReportJSON.encode($0) }) }
            case .moves:
                backend.move(try MoveRequest(body: body)) { [unowned self] in
                    later(id, $0.map { ReportJSON.encode($0) })
                }
            case .pin(let customer):
                backend.unpin(customer) { [unowned self] in later(id, $0.map { ReportJSON.encode($0) }) }
            default:
                let query = APIQuery(request.query.text(in: stream.pointee.input.bytes))
                respond(stream, json: ReportJSON.encode(backend.pins(of: query["customer"])))
            }
        } catch { respond(stream, error.problem) }
    }

    /// Answers a request whose client may have gone away meanwhile.
    private func later(_ id: SlabKey, _ result: Result<[UInt8], APIFailure>) {
        guard let stream = http.pool.stream(id) else { return }
        switch result {
        case .success(let body): respond(stream, json: body)
        case .failure(let failure): respond(stream, failure.problem)
        }
    }

    // MARK: Probes

    private func probe(_ path: String, _ query: String) -> AdminPage? {
        switch path {
        case "/metrics": .metrics(backend?.metrics() ?? "")
        default:
            HealthPages.page(
                HealthPages.path(path, query: query), SupervisorHealth(hasStarted: backend?.isReady ?? false))
                ?? backend?.answer(stream: path).map { .plain($0) }
        }
    }

    // MARK: Answers

    private func respond(_ stream: StreamPointer, _ problem: HTTPProblem) { http.respond(stream, problem) }

    private func respond(_ stream: StreamPointer, json: [UInt8]) {
        http.respond(stream, status: 200, contentType: "application/json", body: json)
    }

    private func refuse(_ stream: StreamPointer, _ refusal: APIGuard.Refusal) {
        switch refusal {
        case .host: respond(stream, APIFailure(403, "The Host field must be this server's own address.").problem)
        case .origin: respond(stream, APIFailure(403, "Pages of other servers may not use this API.").problem)
        case .token:
            http.respond(
                stream,
                APIFailure(401, "Send 'Authorization: Bearer' with the content of the file 'token' of the mesh.")
                    .problem,
                field: ("WWW-Authenticate", "Bearer"))
        }
    }

    /// Also where nothing is said, as with an empty body.
    private func isJSON(_ contentType: String) -> Bool {
        let type = contentType.split(separator: ";").first.map { $0.lowercased() } ?? ""
        return type.isEmpty || type.trimmingSpaces == "application/json"
    }
}

extension StringProtocol {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
