import Wire

/// The pages of one listener: what there is, who may have it, and what answers it. Lookup allocates nothing.
package struct HTTPRouteTable {
    /// What is done with a path.
    package enum Verb: String, Sendable, CaseIterable {
        /// GET and HEAD.
        case read = "GET"
        case post = "POST"
        case delete = "DELETE"

        package func takes(_ method: HTTPMethod) -> Bool {
            switch self {
            case .read: method == .get || method == .head
            case .post: method == .post
            case .delete: method == .delete
            }
        }
    }

    /// Who is answered. On admin addresses everybody is: they are on loopback, or as closed as their network.
    package enum Access: Sendable {
        /// Whoever asks, also in the clear from another host: probes, and figures that tell nothing of customers.
        case everybody
        /// Whoever asks, or what the request itself proves.
        case open
        /// Who shows the token of the mesh, or a pass of a person that suffices.
        case pass
        /// Who shows the token of the mesh.
        case token
    }

    /// Answers a request; nil where nothing is there just now.
    package typealias Handler = (HTTPCall) -> HTTPPage?

    package struct Route {
        package let verb: Verb
        package let pattern: HTTPRoutePattern
        package let access: Access
        /// Parameters that the query may have.
        package let keys: [String]
        /// One line for people.
        package let about: String
        let handler: Handler

        /// As documents list it: `GET /v1/events?since=&limit=`.
        package var line: String {
            let query = keys.isEmpty ? "" : "?" + keys.map { "\($0)=" }.joined(separator: "&")
            return "\(verb.rawValue) \(pattern.text)\(query)"
        }
    }

    package enum Found {
        /// The position in `routes`.
        case route(Int)
        /// The path is there; these are the methods.
        case otherMethods(allow: StaticString)
        case none
    }

    package private(set) var routes: [Route] = []
    /// Who is answered where a route says nothing of it.
    private let access: Access

    package init(access: Access = .open) { self.access = access }

    /// Adds a page that is read with GET and HEAD.
    package mutating func read(
        _ path: String, keys: [String] = [], access: Access? = nil, _ about: String, _ handler: @escaping Handler
    ) { add(.read, path, keys, access, about, handler) }

    /// Adds what POST does.
    package mutating func post(
        _ path: String, access: Access? = nil, _ about: String, _ handler: @escaping Handler
    ) { add(.post, path, [], access, about, handler) }

    /// Adds what DELETE does.
    package mutating func delete(
        _ path: String, access: Access? = nil, _ about: String, _ handler: @escaping Handler
    ) { add(.delete, path, [], access, about, handler) }

    private mutating func add(
        _ verb: Verb, _ path: String, _ keys: [String], _ access: Access?, _ about: String, _ handler: @escaping Handler
    ) {
        precondition(
            !routes.contains { $0.verb == verb && $0.pattern.text == path }, "two routes of one method and path")
        routes.append(
            Route(
                verb: verb, pattern: HTTPRoutePattern(path), access: access ?? self.access, keys: keys, about: about,
                handler: handler))
    }

    /// The first route of a method and path.
    package func find(_ method: HTTPMethod, _ path: UnsafeRawBufferPointer) -> Found {
        var (reads, posts, deletes) = (false, false, false)
        for index in routes.indices where routes[index].pattern.matches(path) {
            let verb = routes[index].verb
            if verb.takes(method) { return .route(index) }
            switch verb {
            case .read: reads = true
            case .post: posts = true
            case .delete: deletes = true
            }
        }
        let allow: StaticString
        switch (reads, posts, deletes) {
        case (false, false, false): return .none
        case (true, false, false): allow = "GET, HEAD"
        case (false, true, false): allow = "POST"
        case (false, false, true): allow = "DELETE"
        case (true, true, false): allow = "GET, HEAD, POST"
        case (true, false, true): allow = "GET, HEAD, DELETE"
        case (false, true, true): allow = "POST, DELETE"
        case (true, true, true): allow = "GET, HEAD, POST, DELETE"
        }
        return .otherMethods(allow: allow)
    }

    /// Every path once, in the order in which they were added.
    package var paths: [String] {
        var seen: Set<String> = []
        return routes.map(\.pattern.text).filter { seen.insert($0).inserted }
    }
}

extension HTTPServer {
    /// Answers the stream's request from a table.
    package func answer(_ stream: StreamPointer, from table: HTTPRouteTable) {
        let request = stream.pointee.request
        let found = table.find(request.method, request.path.bytes(in: stream.pointee.input.bytes))
        if stream.pointee.isExposed, case .route(let index) = found, table.routes[index].access != .everybody {
            pool.counters.count(.plain)
            return respond(stream, .refusal(403, Self.exposed))
        }
        answer(stream, found, table)
    }

    /// Said to who comes in the clear from another host.
    package static let exposed =
        "From another host this is told over TLS alone, to processes of the mesh; probes and /metrics to everybody."

    /// The same where the route has been looked up.
    package func answer(_ stream: StreamPointer, _ found: HTTPRouteTable.Found, _ table: HTTPRouteTable) {
        let request = stream.pointee.request
        let bytes = stream.pointee.input.bytes
        switch found {
        case .route(let index):
            let route = table.routes[index]
            let query: HTTPQuery
            do throws(HTTPQuery.Refusal) {
                query =
                    try request.query.isEmpty
                    ? HTTPQuery() : HTTPQuery(request.query.text(in: bytes), known: route.keys)
            } catch { return respond(stream, .refusal(400, error.detail)) }
            let call = HTTPCall(
                stream: stream, server: self, parts: route.pattern.parts(of: request.path.bytes(in: bytes)),
                query: query)
            respond(
                stream,
                route.handler(call) ?? .refusal(404, "There is nothing at \(Self.shown(request.path, bytes)) now."))
        case .otherMethods(let allow):
            let problem = HTTPProblem(
                status: 405,
                detail: .made("\(Self.shown(request.path, bytes)) takes \(allow) and no other method."),
                policy: "routing")
            respond(stream, problem, field: ("Allow", allow))
        case .none:
            respond(
                stream,
                .refusal(
                    404,
                    "There is no \(Self.shown(request.path, bytes)) here. There are "
                        + table.paths.joined(separator: ", ") + "."))
        }
    }

    private static func shown(_ path: HTTPRange, _ bytes: UnsafeRawBufferPointer) -> String {
        String(path.text(in: bytes).prefix(128))
    }
}
