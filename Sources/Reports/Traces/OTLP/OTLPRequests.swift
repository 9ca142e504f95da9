/// Makes requests of the OpenTelemetry protocol (`ExportTraceServiceRequest`) of traces: each with at most so many spans and
/// bytes. Traces are added one by one, so that no more than a request's worth is held.
package struct OTLPRequests: Sendable {
    /// One request, in JSON, on one line.
    package struct Request: Sendable, Equatable {
        package var body: [UInt8]
        package var spans: Int
    }

    /// Spans of one request.
    package static let spans = 512
    /// Bytes of one, but for a single span that is larger.
    package static let bytes = 1 << 20

    private let mesh: String
    private let version: String
    private var body: [UInt8] = []
    private var count = 0
    private var resource: OTLPResource?
    private var end: [UInt8] = []
    private var ready: [Request] = []

    /// - Parameters:
    ///   - mesh: its name.
    ///   - version: of this release.
    package init(mesh: String, version: String) {
        self.mesh = mesh
        self.version = version
    }

    /// Adds all spans of a trace.
    /// - Returns: the requests that are full.
    package mutating func add(_ trace: GatheredTrace) -> [Request] {
        for part in trace.parts {
            let resource = OTLPResource(part, mesh: mesh)
            for span in part.spans {
                var bytes: [UInt8] = []
                OTLPSpan(span, of: trace, part).append(to: &bytes)
                add(bytes, of: resource)
            }
        }
        return take()
    }

    /// Ends the last request.
    package mutating func finish() -> [Request] {
        close()
        return take()
    }

    private mutating func take() -> [Request] {
        defer { ready = [] }
        return ready
    }

    private mutating func add(_ span: [UInt8], of resource: OTLPResource) {
        let frame = resource.frame(version: version)
        let more = span.count + frame.begin.count + 2 * frame.end.count + 4
        if count == Self.spans || (count > 0 && body.count + more > Self.bytes) { close() }
        if count == 0 {
            body = Array("{\"resourceSpans\":[".utf8) + frame.begin
        } else if self.resource != resource {
            body += end + [UInt8(ascii: ",")] + frame.begin
        } else {
            body.append(UInt8(ascii: ","))
        }
        self.resource = resource
        end = frame.end
        body += span
        count += 1
    }

    private mutating func close() {
        guard count > 0 else { return }
        ready.append(Request(body: body + end + Array("]}".utf8), spans: count))
        (body, count, resource, end) = ([], 0, nil, [])
    }
}
