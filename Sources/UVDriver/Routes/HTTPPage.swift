import MeshBase
import Wire

/// What a route answers.
package enum HTTPPage {
    /// 200, and a state in JSON.
    case ok(StaticString)
    /// 503, and a state in JSON.
    case unavailable(StaticString)
    case json(String)
    /// The same, encoded already.
    case document([UInt8])
    /// JSON with another status.
    case report(Int, String)
    /// Prometheus text.
    case metrics(String)
    case plain(String)
    /// It is not done.
    case problem(HTTPProblem)
    /// The route has answered by itself, or will.
    case later

    /// A problem of the routes themselves.
    static func refusal(_ status: Int, _ detail: String) -> HTTPPage {
        .problem(HTTPProblem(status: status, detail: .made(detail), policy: "routing"))
    }
}

/// A request as the route sees it that answers it. Confined to the call.
package struct HTTPCall {
    /// Valid during the call; `id` finds it again later.
    package let stream: StreamPointer
    package unowned(unsafe) let server: HTTPServer
    /// The named parts of the path, in their order, percent-decoded.
    package let parts: [String]
    package let query: HTTPQuery

    /// Of the connection whose request this is.
    package var id: SlabKey { stream.pointee.id }
    package var body: [UInt8] { Array(stream.pointee.request.body.bytes(in: stream.pointee.input.bytes)) }
}

extension HTTPServer {
    /// Answers with a page.
    package func respond(_ stream: StreamPointer, _ page: HTTPPage) {
        let json: StaticString = "application/json"
        switch page {
        case .ok(let state): respond(stream, status: 200, contentType: json, body: Self.state(state))
        case .unavailable(let state): respond(stream, status: 503, contentType: json, body: Self.state(state))
        case .json(let text): respond(stream, status: 200, contentType: json, body: Array(text.utf8))
        case .document(let bytes): respond(stream, status: 200, contentType: json, body: bytes)
        case .report(let status, let text):
            respond(stream, status: status, contentType: json, body: Array(text.utf8))
        case .metrics(let text):
            respond(
                stream, status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(text.utf8))
        case .plain(let text):
            respond(stream, status: 200, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
        case .problem(let problem): respond(stream, problem)
        case .later: break
        }
    }

    private static func state(_ word: StaticString) -> [UInt8] { Array("{\"state\":\"\(word)\"}\n".utf8) }
}
