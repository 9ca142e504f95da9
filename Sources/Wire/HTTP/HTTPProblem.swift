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
    /// Seconds after which a retry makes sense, for the Retry-After header field.
    package var retryAfter: Int?

    package init(
        status: Int, type: StaticString = "about:blank", title: StaticString? = nil, detail: Text,
        policy: StaticString? = nil, retryAfter: Int? = nil
    ) {
        self.status = status
        self.type = type
        self.title = title
        self.detail = detail
        self.policy = policy
        self.retryAfter = retryAfter
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
        return count
    }

    /// Appends `{"type":…,"title":…,"status":…,"detail":…,"policy":…}` and a line feed.
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
        output.append("\"}\n")
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
