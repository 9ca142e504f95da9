import MeshBase
import Replication
import Resilience
import Wire

/// From HTTP to the router's own terms and back; both drivers use it, so the simulator runs the same bytes.
package enum DataPlane {
    /// What a request on the data plane asks for, or the answer that refuses it.
    package static func read(
        _ request: HTTPRequest, in bytes: UnsafeRawBufferPointer, id: RequestID
    ) throws(DataPlaneRefusal) -> (DataRequest, HTTPRoute) {
        let route: HTTPRoute
        do {
            route = try HTTPRoute.split(request, in: bytes)
        } catch {
            throw DataPlaneRefusal(HTTPProblem(status: error.status, detail: .fixed(error.reason), policy: "routing"))
        }
        guard route.allows(request.method) else {
            throw DataPlaneRefusal(
                HTTPProblem(
                    status: 405, detail: .fixed("This method does not exist here; see Allow."), policy: "routing"),
                allow: route.allow)
        }
        if let unkept = request.unkept { throw DataPlaneRefusal(unkept.problem) }
        let target: DataRequest.Target =
            switch route {
            case .record: .record
            case .service: .service
            }
        var data = DataRequest(id: id, target: target, method: request.method, customer: hash(route.customer, bytes))
        if case .record(_, let key) = route {
            data.key = key.bytes(in: bytes)
            data.keyIsEncoded = key.isEncoded
            if request.consistency.isPresent {
                guard let level = consistency(request.consistency, bytes) else {
                    throw DataPlaneRefusal(
                        HTTPProblem(
                            status: 400,
                            detail: .fixed("X-Consistency is one of strong, causal, session, eventual and weak."),
                            policy: "consistency"))
                }
                data.consistency = level
            }
            if request.session.isPresent { data.session = request.session.bytes(in: bytes) }
            if request.check.isPresent {
                let isRead = request.method == .get || request.method == .head
                data.isCheck = isRead && request.check.equals("1", in: bytes)
            }
            if request.idempotencyKey.isPresent { throw DataPlaneRefusal(HTTPUnkept.idempotencyKey.problem) }
            if request.ifMatch.isPresent { data.ifMatch = request.ifMatch.bytes(in: bytes) }
        } else if request.ifMatch.isPresent {
            throw DataPlaneRefusal(HTTPUnkept.ifMatch.problem)
        } else if request.consistency.isPresent {
            throw DataPlaneRefusal(HTTPUnkept.consistency.problem)
        } else if request.session.isPresent {
            throw DataPlaneRefusal(HTTPUnkept.session.problem)
        }
        if request.explain.isPresent { data.isExplained = request.explain.equals("1", in: bytes) }
        if request.traceparent.isPresent {
            data.trace = FrameTrace(traceparent: request.traceparent.bytes(in: bytes), isExplained: false)
            data.isTraceMalformed = data.trace == nil
        }
        if case .service(_, let name, let rest) = route {
            data.worth = try worth(request, bytes)
            data.worthKey = firstSegment(rest.bytes(in: bytes))
            data.isKeyed = try isKeyed(request, bytes)
            data.isExplicit = request.idempotencyKey.isPresent
            // Proxies make them of any length, and a client cannot know that it has none: none is turned away.
            data.isShortened =
                data.isKeyed && !data.isExplicit && request.requestID.bytes(in: bytes).count > ClaimKey.longest
            data.service =
                name.isEncoded ? StableHash.hash(name.text(in: bytes)) : StableHash.hash(name.bytes(in: bytes))
        }
        if request.priority.isPresent {
            guard let priority = priority(request.priority, bytes) else {
                throw DataPlaneRefusal(
                    HTTPProblem(
                        status: 400, detail: .fixed("X-Priority is one of critical, high, normal and low."),
                        policy: "admission"))
            }
            data.priority = priority
        }
        if request.deadline.isPresent {
            guard let milliseconds = request.deadline.decimal(in: bytes), milliseconds > 0 else {
                throw DataPlaneRefusal(
                    HTTPProblem(
                        status: 400, detail: .fixed("X-Deadline-Ms is a number of milliseconds above 0."),
                        policy: "deadline"))
            }
            data.deadline = .milliseconds(Int64(min(milliseconds, 86_400_000)))
        }
        return (data, route)
    }

    private static func worth(
        _ request: HTTPRequest, _ bytes: UnsafeRawBufferPointer
    ) throws(DataPlaneRefusal) -> Worth? {
        guard request.value.isPresent else { return nil }
        guard let worth = Worth(parsing: String(decoding: request.value.bytes(in: bytes), as: UTF8.self)) else {
            throw DataPlaneRefusal(
                HTTPProblem(
                    status: 400,
                    detail: .fixed("X-Value is a number of at least 0 with at most six digits behind its point."),
                    policy: "value"))
        }
        return worth
    }

    /// Of what follows the name of a service.
    private static func firstSegment(_ rest: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        while start < rest.count, rest[start] == UInt8(ascii: "/") { start += 1 }
        var end = start
        while end < rest.count, rest[end] != UInt8(ascii: "/"), rest[end] != UInt8(ascii: "?") { end += 1 }
        return UnsafeRawBufferPointer(rebasing: rest[start..<end])
    }

    /// A key that is given counts for any method; the id of a request, which proxies add, where a repetition would harm.
    private static func isKeyed(
        _ request: HTTPRequest, _ bytes: UnsafeRawBufferPointer
    ) throws(DataPlaneRefusal) -> Bool {
        if request.idempotencyKey.isPresent {
            guard 1...ClaimKey.longest ~= request.idempotencyKey.bytes(in: bytes).count else {
                throw DataPlaneRefusal(
                    HTTPProblem(
                        status: 400, detail: .fixed("Idempotency-Key has 1 to 255 bytes."), policy: "idempotency"))
            }
            return true
        }
        return !request.method.isIdempotent && !request.requestID.bytes(in: bytes).isEmpty
    }

    private static func hash(_ customer: HTTPName, _ bytes: UnsafeRawBufferPointer) -> CustomerHash {
        customer.isEncoded ? CustomerHash(customer.text(in: bytes)) : CustomerHash(customer.bytes(in: bytes))
    }

    private static func priority(_ range: HTTPRange, _ bytes: UnsafeRawBufferPointer) -> Priority? {
        for priority in Priority.allCases where range.isExactly(priority.name, in: bytes) { return priority }
        return nil
    }

    private static func consistency(_ range: HTTPRange, _ bytes: UnsafeRawBufferPointer) -> Consistency? {
        for level in Consistency.allCases where range.isExactly(level.name, in: bytes) { return level }
        return nil
    }

    /// Appends the frame that carries a client's request to a cell.
    package static func append(
        _ head: FrameHead, _ request: HTTPRequest, _ route: HTTPRoute, in bytes: UnsafeRawBufferPointer,
        payload: FramePayload, into output: inout ByteBuffer
    ) {
        let name: HTTPName
        var note = UnsafeRawBufferPointer.empty
        switch route {
        case .record(_, let key):
            name = key
            if head.flags.contains(.add), request.ifMatch.isPresent { note = request.ifMatch.bytes(in: bytes) }
        case .service(_, let service, let rest):
            name = service
            note = rest.bytes(in: bytes)
        }
        if head.kind == .serviceCall, head.flags.contains(.keyed) {
            return appendKeyed(head, request, route.customer, name, note, bytes, payload, &output)
        }
        guard !route.customer.isEncoded, !name.isEncoded else {
            return appendDecoded(head, request, route.customer, name, note, bytes, payload, &output)
        }
        append(
            head, customer: route.customer.bytes(in: bytes), name: name.bytes(in: bytes), note, request, bytes, payload,
            &output)
    }

    @inline(never)
    private static func appendKeyed(
        _ head: FrameHead, _ request: HTTPRequest, _ customer: HTTPName, _ name: HTTPName,
        _ note: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer, _ payload: FramePayload,
        _ output: inout ByteBuffer
    ) {
        let isExplicit = request.idempotencyKey.isPresent
        let key = (isExplicit ? request.idempotencyKey : request.requestID).bytes(in: bytes)
        ClaimKey.fitting(key).withUnsafeBytes { key in
            KeyedNote.bytes(key: key, isExplicit: isExplicit, path: note).withUnsafeBytes {
                appendDecoded(head, request, customer, name, $0, bytes, payload, &output)
            }
        }
    }

    @inline(never)
    private static func appendDecoded(
        _ head: FrameHead, _ request: HTTPRequest, _ customer: HTTPName, _ name: HTTPName,
        _ note: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer, _ payload: FramePayload,
        _ output: inout ByteBuffer
    ) {
        let (customer, name) = (Array(customer.text(in: bytes).utf8), Array(name.text(in: bytes).utf8))
        customer.withUnsafeBytes { customer in
            name.withUnsafeBytes { name in
                append(head, customer: customer, name: name, note, request, bytes, payload, &output)
            }
        }
    }

    @inline(__always)
    private static func append(
        _ head: FrameHead, customer: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer,
        _ note: UnsafeRawBufferPointer, _ request: HTTPRequest, _ bytes: UnsafeRawBufferPointer,
        _ payload: FramePayload, _ output: inout ByteBuffer
    ) {
        guard head.trace == nil || head.kind != .serviceCall else {
            return appendTraced(head, customer: customer, name: name, note, request, bytes, payload, &output)
        }
        switch payload {
        case .none:
            FrameCodec.append(head, customer: customer, name: name, note: note, body: .empty, into: &output)
        case .request:
            FrameCodec.append(
                head, customer: customer, name: name, note: note, body: request.body.bytes(in: bytes), into: &output)
        case .bytes(let body):
            body.withUnsafeBytes {
                FrameCodec.append(head, customer: customer, name: name, note: note, body: $0, into: &output)
            }
        }
    }
}

extension DataPlane {
    /// Of a service call that has a trace: programs are told of its state.
    @inline(never)
    private static func appendTraced(
        _ head: FrameHead, customer: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer,
        _ note: UnsafeRawBufferPointer, _ request: HTTPRequest, _ bytes: UnsafeRawBufferPointer,
        _ payload: FramePayload, _ output: inout ByteBuffer
    ) {
        let body = if case .request = payload { request.body.bytes(in: bytes) } else { UnsafeRawBufferPointer.empty }
        TraceState.bytes(of: request, in: bytes).withUnsafeBytes {
            FrameCodec.append(
                head, customer: customer, name: name, note: note, body: body, traceState: $0,
                into: &output)
        }
    }
}

/// The answer to a request that the data plane does not take.
package struct DataPlaneRefusal: Error {
    package var problem: HTTPProblem
    /// The methods that exist, for 405.
    package var allow: StaticString?
    package init(_ problem: HTTPProblem, allow: StaticString? = nil) {
        self.problem = problem
        self.allow = allow
    }

    package func append(_ request: HTTPRequest, _ date: HTTPDate, into output: inout ByteBuffer) {
        HTTPResponseWriter.begin(problem.status, date, into: &output)
        if let allow { HTTPResponseWriter.field("Allow", allow, into: &output) }
        HTTPResponseWriter.end(problem, request.persistence, isHead: request.method == .head, into: &output)
    }
}
