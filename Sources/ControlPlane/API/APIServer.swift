import MeshBase
import Pages
import Reports
import Telemetry
import UVDriver
import Wire

/// The control plane's HTTP API, probes and metrics on one loopback listener.
package final class APIServer {
    package let http: CallbackHTTPServer
    package weak var backend: (any APIBackend)?
    /// Why there is no backend.
    var absence = "The control plane is stopping."
    /// What is followed in place of a mesh; nil where a backend has a feed.
    weak var replay: ReplayDesk?
    private let token: String
    private var access: APIGuard?
    private var routes = HTTPRouteTable()
    /// Who may look with a browser.
    var passes = PassDesk()
    /// Told of all passes whenever there is another one.
    var onPasses: (([PassDesk.Kept]) -> Void)?
    /// Joined once it is asked for; nil where its files are at odds, which a test rules out.
    private(set) lazy var page: Page? = try? Page.dashboard()

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
        routes = Self.routes { [unowned self] in self }
        http.onRequest = { [unowned self] in handle($0) }
    }

    /// Binds and begins to answer.
    package func listen(on endpoint: Endpoint) throws(UVError) {
        try http.listen(on: endpoint)
        access = APIGuard(address: http.local, token: token)
    }

    /// The same; where any port will do, the one of an earlier life if nobody has it.
    package func listen(on endpoint: Endpoint, preferring former: Endpoint?) throws(UVError) {
        if endpoint.port == 0, var wanted = former, wanted.port != 0 {
            // Where it listens is what was asked for: only the port is taken over.
            (wanted, wanted.port) = (endpoint, wanted.port)
            do throws(UVError) { return try listen(on: wanted) } catch {}
        }
        try listen(on: endpoint)
    }

    package var local: Endpoint { http.local }

    /// Takes no more connections and ends those there are, once what was answered has gone out.
    package func close() {
        http.stopListening()
        http.streams.endAll()
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
        guard let access else { return }
        let found = routes.find(request.method, request.path.bytes(in: bytes))
        var route: HTTPRouteTable.Route?
        if case .route(let index) = found { route = routes.routes[index] }
        do throws(APIGuard.Refusal) {
            try access.checkSource(
                host: request.host.text(in: bytes),
                authority: request.authority.isPresent ? request.authority.text(in: bytes) : nil,
                origin: request.origin.isPresent ? request.origin.text(in: bytes) : nil)
            if route?.access == .open || route?.access == .everybody { return answer(stream, found, route) }
            // Whoever shows a token is judged by it.
            if request.authorization.isPresent {
                try access.checkToken(request.authorization.bytes(in: bytes))
            } else if try !hasPass(stream, for: route) {
                throw APIGuard.Refusal.token
            }
            http.pool.trust(stream)
        } catch {
            return refuse(stream, error)
        }
        answer(stream, found, route)
    }

    private func answer(_ stream: StreamPointer, _ found: HTTPRouteTable.Found, _ route: HTTPRouteTable.Route?) {
        let bytes = stream.pointee.input.bytes
        if let route, route.verb != .read, !isJSON(stream.pointee.request.contentType.text(in: bytes)) {
            return respond(stream, APIFailure(415, "The body must be application/json.").problem)
        }
        http.answer(stream, found, routes)
    }

    // MARK: What routes answer with

    /// Lets the backend answer now or later; it says no by throwing.
    func ask(_ body: (any APIBackend) throws(APIFailure) -> Void) -> HTTPPage {
        guard let backend else { return .problem(APIFailure(503, absence).problem) }
        do throws(APIFailure) { try body(backend) } catch { return .problem(error.problem) }
        return .later
    }

    /// Answers with a document of the backend.
    func tell<Body: Encodable>(_ body: (any APIBackend) throws(APIFailure) -> Body) -> HTTPPage {
        guard let backend else { return .problem(APIFailure(503, absence).problem) }
        do throws(APIFailure) { return .document(ReportJSON.encode(try body(backend))) } catch {
            return .problem(error.problem)
        }
    }

    /// Lets the backend change something, where anything can be changed.
    func change(_ body: (any APIChanges) throws(APIFailure) -> Void) -> HTTPPage {
        ask { (backend) throws(APIFailure) in try body(try backend.changer.get()) }
    }

    /// Answers a call whose client may have gone away meanwhile.
    func later<Body: Encodable>(_ call: HTTPCall) -> (Result<Body, APIFailure>) -> Void {
        let id = call.id
        return { [unowned self] result in finish(id, result.map { ReportJSON.encode($0) }) }
    }

    func finish(_ id: SlabKey, _ result: Result<[UInt8], APIFailure>) {
        guard let stream = http.pool.stream(id) else { return }
        switch result {
        case .success(let body): http.respond(stream, .document(body))
        case .failure(let failure): respond(stream, failure.problem)
        }
    }

    // MARK: Answers

    private func respond(_ stream: StreamPointer, _ problem: HTTPProblem) { http.respond(stream, problem) }

    private func refuse(_ stream: StreamPointer, _ refusal: APIGuard.Refusal) {
        switch refusal {
        case .host: respond(stream, APIFailure(403, "The Host field must be this server's own address.").problem)
        case .origin: respond(stream, APIFailure(403, "Pages of other servers may not use this API.").problem)
        case .pass:
            respond(
                stream,
                APIFailure(
                    403, "This page may only read, or may not do this at all: run 'cellmesh dashboard' for another."
                )
                .problem)
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
