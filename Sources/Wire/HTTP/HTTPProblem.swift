import MeshBase

/// The body of an error: problem details (RFC 9457), with `policy` naming which policy said no.
package struct HTTPProblem: Sendable {
    /// A text that is fixed in the program, or made for the occasion.
    package enum Text: Sendable {
        case fixed(StaticString)
        case made(String)
    }

    /// The HTTP status; 400 to 599.
    package var status: Int
    /// A URI that identifies the kind of problem; `about:blank` says that the status tells all.
    package var type: StaticString
    /// A short name of the kind of problem; nil gives the phrase of the status.
    package var title: StaticString?
    /// What happened this time and what to do next.
    package var detail: Text
    /// The policy that refused, such as `rate-limit` or `breaker`.
    package var policy: StaticString?
    /// The gate at which it did, such as `r1/us-east-1/checkout`; nil where it was none.
    package var gate: String?
    /// The id of the request's trace, where the client asked for an explanation; nil elsewhere.
    package var trace: String?
    /// Seconds after which a retry makes sense, for the Retry-After header field.
    package var retryAfter: Int?
    /// The same in milliseconds, for the body.
    package var retryAfterMilliseconds: UInt64?

    package init(
        status: Int, type: StaticString = "about:blank", title: StaticString? = nil, detail: Text,
        policy: StaticString? = nil, gate: String? = nil, retryAfter: Int? = nil,
        retryAfterMilliseconds: UInt64? = nil
    ) {
        self.status = status
        self.type = type
        self.title = title
        self.detail = detail
        self.policy = policy
        self.gate = gate
        self.retryAfter = retryAfter
        self.retryAfterMilliseconds = retryAfterMilliseconds ?? retryAfter.map { UInt64(max($0, 0)) * 1000 }
    }

    /// The number of bytes that `appendBody` appends.
    package var bodyCount: Int {
        var count = 45 + JSONText.count(type) + JSONText.count(titleBytes)
        count += HTTPProblem.digits(status)
        switch detail {
        case .fixed(let text): count += JSONText.count(text)
        case .made(let text): count += JSONText.count(text)
        }
        if let policy { count += 12 + JSONText.count(policy) }
        if let gate { count += 10 + JSONText.count(gate) }
        if let trace { count += 11 + JSONText.count(trace) }
        if let wait = retryAfterMilliseconds { count += 18 + HTTPProblem.digits(Int(clamping: wait)) }
        return count
    }

    /// Appends `{"type":…,"title":…,"status":…,"detail":…,"policy":…,"gate":…,"trace":…,"retry_after_ms":…}` and
    /// a line feed; what there is not is left out.
    package func appendBody(to output: inout ByteBuffer) {
        output.append("{\"type\":\"")
        JSONText.append(type, to: &output)
        output.append("\",\"title\":\"")
        JSONText.append(titleBytes, to: &output)
        output.append("\",\"status\":")
        output.append(decimal: UInt64(max(0, status)))
        output.append(",\"detail\":\"")
        switch detail {
        case .fixed(let text): JSONText.append(text, to: &output)
        case .made(let text): JSONText.append(text, to: &output)
        }
        if let policy {
            output.append("\",\"policy\":\"")
            JSONText.append(policy, to: &output)
        }
        if let gate {
            output.append("\",\"gate\":\"")
            JSONText.append(gate, to: &output)
        }
        if let trace {
            output.append("\",\"trace\":\"")
            JSONText.append(trace, to: &output)
        }
        output.append("\"")
        if let wait = retryAfterMilliseconds {
            output.append(",\"retry_after_ms\":")
            output.append(decimal: UInt64(Int(clamping: wait)))
        }
        output.append("}\n")
    }

    private var titleBytes: UnsafeRawBufferPointer {
        guard let title else { return HTTPStatus.phrase(status) }
        return UnsafeRawBufferPointer(start: title.utf8Start, count: title.utf8CodeUnitCount)
    }

    private static func digits(_ number: Int) -> Int {
        var rest = max(0, number)
        var count = 1
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        return count
    }
}
