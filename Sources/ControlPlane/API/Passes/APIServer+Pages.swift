import MeshBase
import Pages
import Reports
import UVDriver
import Wire

extension APIServer {
    /// What browsers ask for beside the API.
    static func addPages(_ table: inout HTTPRouteTable, _ server: @escaping () -> APIServer) {
        table.read("/ui", access: .open, "The page, which holds no data and needs no rights") { call in
            server().answerPage(call)
        }
        table.post("/v1/pass", access: .open, "Takes a ticket for a cookie and a key") { call in
            server().answerPass(call)
        }
        table.post("/v1/tickets", access: .token, "Gives out a ticket for one browser") { call in
            server().tell { (_) throws(APIFailure) in try server().issueTicket(call) }
        }
    }

    private func answerPage(_ call: HTTPCall) -> HTTPPage {
        guard let page else { return .problem(APIFailure(500, "The files of the page are at odds.").problem) }
        http.respond(
            call.stream, status: 200, contentType: "text/html; charset=utf-8", body: page.document,
            fields: [
                ("Content-Security-Policy", page.policy), ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
            ])
        return .later
    }

    /// Of a file that this program has written, which has no script and fetches nothing.
    func answerReport(_ call: HTTPCall) -> HTTPPage {
        guard let text = backend?.reportPage(call.parts[0]) else {
            return .problem(APIFailure(404, "There is no report of this id.").problem)
        }
        http.respond(
            call.stream, status: 200, contentType: "text/html; charset=utf-8", body: Array(text.utf8),
            fields: [
                ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
                ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "no-referrer"),
            ])
        return .later
    }

    private func issueTicket(_ call: HTTPCall) throws(APIFailure) -> TicketReport {
        guard let wanted = ReportJSON.decode(TicketRequest.self, call.body) else {
            throw APIFailure(400, "Send {\"read_only\": true or false}.")
        }
        let ticket = passes.issue(
            mayChange: wanted.isReadOnly != true, secret: SecretText.randomBytes(PassDesk.length),
            now: http.loop.now())
        return TicketReport(ticket: ticket, valid: Int64(PassDesk.ticketLife.milliseconds))
    }

    private func answerPass(_ call: HTTPCall) -> HTTPPage {
        // A page of ours says so; whoever sends no origin is no page.
        guard call.stream.pointee.request.origin.isPresent else {
            return .problem(APIFailure(403, "Tickets are taken from the page alone, which sends its Origin.").problem)
        }
        guard let wanted = ReportJSON.decode(PassRequest.self, call.body) else {
            return .problem(APIFailure(400, "Send {\"ticket\": TICKET}.").problem)
        }
        let grant = passes.redeem(
            wanted.ticket, secrets: SecretText.randomBytes(2 * PassDesk.length), now: http.loop.now())
        guard let grant else {
            return .problem(
                APIFailure(403, "The ticket was used, is older than 60 s, or of another control plane.").problem)
        }
        onPasses?(passes.kept(now: http.loop.now(), wall: http.loop.wallClock()))
        let life = Int64(PassDesk.passLife.seconds)
        http.respond(
            call.stream, status: 200, contentType: "application/json",
            body: ReportJSON.encode(PassReport(key: grant.key)),
            fields: [
                ("Set-Cookie", "\(cookieName)=\(grant.cookie); Path=/; Max-Age=\(life); HttpOnly; SameSite=Strict"),
                ("Cache-Control", "no-store"),
            ])
        return .later
    }

    /// Cookies go to every port of a host: each port has a name of its own.
    var cookieName: String { "cellmesh-\(http.local.port)" }

    /// Whether the request carries a pass that suffices for what its route does.
    ///
    /// - Throws: where it has one, and that one does not suffice.
    func hasPass(_ stream: StreamPointer, for route: HTTPRouteTable.Route?) throws(APIGuard.Refusal) -> Bool {
        let request = stream.pointee.request
        let bytes = stream.pointee.input.bytes
        let field = request.header("cookie", in: bytes)
        let now = http.loop.now()
        guard field.isPresent, let cookie = PassDesk.cookie(cookieName, in: field.text(in: bytes)),
            passes.mayRead(cookie: cookie, now: now)
        else { return false }
        guard let route, route.verb != .read else { return true }
        guard route.access != .token else { throw .pass }
        let key = request.header("x-cellmesh-key", in: bytes)
        // That the origin is ours has been checked where there is one.
        guard request.origin.isPresent, key.isPresent,
            passes.mayChange(cookie: cookie, key: key.text(in: bytes), now: now)
        else { throw .pass }
        return true
    }
}
