import MeshBase

/// A span as the JSON mapping of the OpenTelemetry protocol has it: ids in hexadecimal digits, enumerations as numbers, 64-bit
/// numbers as text. Attributes follow the semantic conventions for HTTP; what is the mesh's own begins with `cellmesh.`.
package struct OTLPSpan: Sendable, Equatable {
    package struct Event: Sendable, Equatable {
        /// Nanoseconds since 1970.
        package var at: UInt64
        package var name: String
        package var attributes: OTLPAttributes
    }

    /// 32 hexadecimal digits.
    package var trace: String
    package var id: UInt64
    package var parent: UInt64?
    package var name: String
    package var kind: TraceSpan.Kind
    /// Nanoseconds since 1970.
    package var began: UInt64
    package var ended: UInt64
    package var attributes = OTLPAttributes()
    package var events: [Event] = []
    package var dropped = 0
    /// Why it failed; nil where it did not.
    package var failure: String?

    package init(_ span: TraceSpan, of trace: GatheredTrace, _ part: GatheredTrace.Part) {
        self.trace = trace.id
        id = span.id
        parent = span.parent
        kind = span.kind
        began = Self.nanoseconds(span.began)
        ended = max(Self.nanoseconds(span.ended ?? span.began), began)
        name = span.name
        if span.isFailed { failure = span.outcome.isEmpty ? "failed" : span.outcome }
        switch span.kind {
        case .server: describe(request: span, trace, part)
        case .client where part.page.role == "router": describe(attempt: span, trace)
        case .client, .internal: describe(inner: span, part)
        }
        if !span.faults.isEmpty { attributes.set("cellmesh.faults", .texts(span.faults)) }
        if let failure { attributes.set("error.type", span.status > 0 ? "\(span.status)" : failure) }
        events = span.decisions.map(Self.event)
    }

    /// What a process did for a request that came in.
    private mutating func describe(request span: TraceSpan, _ trace: GatheredTrace, _ part: GatheredTrace.Part) {
        let head = part.page.head
        dropped = part.page.dropped
        if part.page.role == "cell" { attributes.set("cellmesh.cell", span.node) }
        attributes.set("cellmesh.service", head.service)
        attributes.set("cellmesh.kept", head.kept ?? "")
        if span.status > 0 { attributes.set("http.response.status_code", .number(Int64(span.status))) }
        // Only where a client asked by HTTP: between processes frames go.
        guard !head.customer.isEmpty else { return }
        attributes.set("cellmesh.customer", head.customer)
        let method = head.method.flatMap { $0.isEmpty ? nil : $0 } ?? "_OTHER"
        let isRecord = head.service == "records"
        let route = "/v1/customers/{customer}/" + (isRecord ? "records/{key}" : "services/\(head.service)")
        name = (method == "_OTHER" ? "HTTP" : method) + " " + route
        attributes.set("http.request.method", method)
        attributes.set("http.route", route)
        attributes.set("url.scheme", "http")
        // Keys of records are not kept.
        attributes.set("url.path", isRecord ? "" : "/v1/customers/\(head.customer)/services/\(head.service)")
    }

    /// What a router asked a cell for.
    private mutating func describe(attempt span: TraceSpan, _ trace: GatheredTrace) {
        let method = trace.method.isEmpty ? "_OTHER" : trace.method
        name = (trace.method.isEmpty ? "HTTP" : trace.method) + " " + trace.service
        attributes.set("http.request.method", method)
        attributes.set("server.address", span.name)
        attributes.set("cellmesh.cell", span.name)
        if let attempt = span.attempt {
            attributes.set("cellmesh.attempt", .number(Int64(attempt)))
            if attempt > 1 { attributes.set("http.request.resend_count", .number(Int64(attempt - 1))) }
        }
        attributes.set("cellmesh.start", span.start)
        if let epoch = span.decisions.lazy.compactMap({ $0.numbers["epoch"] ?? nil }).first {
            attributes.set("cellmesh.epoch", .number(Int64(epoch)))
        }
    }

    /// A call between services of a cell, the work of one, or an order of its store.
    private mutating func describe(inner span: TraceSpan, _ part: GatheredTrace.Part) {
        attributes.set("cellmesh.cell", span.node)
        attributes.set("cellmesh.gate", span.gate)
        if let attempt = span.attempt { attributes.set("cellmesh.attempt", .number(Int64(attempt))) }
    }

    private static func event(_ decision: TracePage.Decision) -> Event {
        var attributes = OTLPAttributes()
        attributes.set("cellmesh.policy", decision.policy)
        attributes.set("cellmesh.decision", decision.decision)
        attributes.set("cellmesh.detail", decision.detail)
        attributes.set("cellmesh.gate", decision.gate)
        attributes.set("cellmesh.remaining_ms", .real(decision.remainingMilliseconds))
        for (name, number) in decision.numbers.sorted(by: { $0.key < $1.key }) {
            if let number { attributes.set("cellmesh.numbers.\(name)", .real(number)) }
        }
        return Event(
            at: nanoseconds(decision.at), name: "\(decision.policy) \(decision.decision)", attributes: attributes)
    }

    /// Of milliseconds since 1970.
    private static func nanoseconds(_ milliseconds: Double) -> UInt64 {
        UInt64(exactly: (min(max(milliseconds, 0), 9e12) * 1e6).rounded()) ?? 0
    }

    // MARK: Text

    func append(to bytes: inout [UInt8]) {
        bytes += "{\"traceId\":\"\(trace)\",\"spanId\":\"\(HexText.text(id))\"".utf8
        if let parent { bytes += ",\"parentSpanId\":\"\(HexText.text(parent))\"".utf8 }
        bytes += ",\"name\":".utf8
        JSONScalar.append(name, to: &bytes)
        bytes += ",\"kind\":\(kind.rawValue)".utf8
        bytes += ",\"startTimeUnixNano\":\"\(began)\",\"endTimeUnixNano\":\"\(ended)\",".utf8
        attributes.append(to: &bytes)
        bytes += ",\"events\":[".utf8
        for (index, event) in events.enumerated() {
            bytes += "\(index > 0 ? "," : ""){\"timeUnixNano\":\"\(event.at)\",\"name\":".utf8
            JSONScalar.append(event.name, to: &bytes)
            bytes.append(UInt8(ascii: ","))
            event.attributes.append(to: &bytes)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes += "],\"droppedEventsCount\":\(dropped),\"status\":{".utf8
        if let failure {
            bytes += "\"code\":2,\"message\":".utf8
            JSONScalar.append(failure, to: &bytes)
        }
        bytes += "}}".utf8
    }
}
