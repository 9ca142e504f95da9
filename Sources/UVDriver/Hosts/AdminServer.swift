import MeshBase
import Wire

/// What a page of the admin address answers.
package enum AdminPage {
    case ok(StaticString)
    case unavailable(StaticString)
    case json(String)
    /// The same with another status.
    case report(Int, String)
    case metrics(String)
    case plain(String)
    /// It is not done.
    case problem(HTTPProblem)
}

/// Probes, metrics and the node's own view, on an address that customers do not reach.
package final class AdminServer: HTTPServer {
    /// Answers GET for a path; nil where there is no such page.
    package var page: (String) -> AdminPage? = { _ in nil }
    /// Answers POST for a path, with the body; nil where nothing is changed by it.
    var change: (String, [UInt8]) -> AdminPage? = { _, _ in nil }

    package static var limits: Limits {
        var limits = Limits()
        limits.connections = 1024
        limits.reserve = 128
        limits.buffered = 8 << 20
        limits.unsent = 64 << 20
        limits.message = HTTPLimits(body: SettingsText.largest)
        return limits
    }

    package override func handle(_ stream: StreamPointer) { AdminPages.answer(stream, of: self, page, change) }
}

package enum AdminPages {
    /// Answers a request for an admin page on any HTTP listener.
    static func answer(
        _ stream: StreamPointer, of server: HTTPServer, _ page: (String) -> AdminPage?,
        _ change: (String, [UInt8]) -> AdminPage?
    ) {
        let request = stream.pointee.request
        let path = HealthPages.path(
            request.path.text(in: stream.pointee.input.bytes),
            query: request.query.text(in: stream.pointee.input.bytes))
        if request.method == .post, let answer = change(path, Array(request.body.bytes(in: stream.pointee.input.bytes)))
        {
            return respond(stream, answer, of: server)
        }
        // Whoever can answer at all is alive, unless it knows better.
        let found = page(path) ?? (path == "/livez" ? .ok("alive") : nil)
        // What is not there is not there, whatever the method, as for routers' clients.
        guard found == nil || request.method == .get || request.method == .head else {
            return server.respond(
                stream, HTTPProblem(status: 405, detail: .fixed("These pages are read with GET."), policy: "routing"),
                field: ("Allow", "GET, HEAD"))
        }
        respond(stream, found, of: server)
    }

    /// Writes a page; nil is one that there is not.
    package static func respond(_ stream: StreamPointer, _ found: AdminPage?, of server: HTTPServer) {
        switch found {
        case .ok(let state):
            server.respond(stream, status: 200, contentType: "application/json", body: state1(state))
        case .unavailable(let state):
            server.respond(stream, status: 503, contentType: "application/json", body: state1(state))
        case .json(let text):
            server.respond(stream, status: 200, contentType: "application/json", body: Array(text.utf8))
        case .report(let status, let text):
            server.respond(stream, status: status, contentType: "application/json", body: Array(text.utf8))
        case .metrics(let text):
            server.respond(
                stream, status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(text.utf8))
        case .plain(let text):
            server.respond(stream, status: 200, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
        case .problem(let problem): server.respond(stream, problem)
        case nil:
            server.respond(
                stream,
                HTTPProblem(
                    status: 404,
                    detail: .fixed(
                        "There are /livez, /readyz, /startupz, /health and, where customers are served, /metrics."),
                    policy: "routing"))
        }
    }

    private static func state1(_ state: StaticString) -> [UInt8] { Array("{\"state\":\"\(state)\"}\n".utf8) }
}

extension HostRuntime {
    /// Also looks at the file again: whoever asks wants to know that it was read.
    var faultsPage: AdminPage? {
        faults?.refresh()
        return faults.map { .json($0.page) }
    }
}
