import MeshBase
import Wire

/// A request that `HTTPClient` sends.
package struct HTTPOutgoing: Sendable {
    package var method: HTTPMethod
    package var endpoint: Endpoint
    /// Path and query, already encoded: visible ASCII only.
    package var target: String
    /// The value of the Host field; the endpoint where left out.
    package var host: String?
    package var fields: [Field]
    /// Fields that a user names: tokens, which are not looked at again (RFC 9110, 5.1).
    package var further: [(name: String, value: String)] = []
    package var body: [UInt8]

    package struct Field: Sendable {
        package var name: StaticString
        package var value: String
    }

    package init(
        _ method: HTTPMethod, _ endpoint: Endpoint, _ target: String, host: String? = nil, fields: [Field] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.endpoint = endpoint
        self.target = target
        self.host = host
        self.fields = fields
        self.body = body
    }

    package mutating func set(_ name: StaticString, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// - Parameter keeping: the connection is to stay open behind the answer.
    func append(to output: inout ByteBuffer, keeping: Bool = false) {
        var target = target
        var host = host ?? endpoint.description
        target.withUTF8 { target in
            host.withUTF8 { host in
                HTTPRequestWriter.begin(
                    method, target: UnsafeRawBufferPointer(target), host: UnsafeRawBufferPointer(host), into: &output)
            }
        }
        for field in fields { HTTPResponseWriter.field(field.name, text: field.value, into: &output) }
        for (name, value) in further {
            Array(name.utf8).withUnsafeBytes { output.append($0) }
            HTTPResponseWriter.field("", text: value, into: &output)
        }
        body.withUnsafeBytes { HTTPRequestWriter.end(method, body: $0, keeping ? .implied : .close, into: &output) }
    }

    /// A character that would end the request line is refused, not sent.
    var isSendable: Bool { target.utf8.first == UInt8(ascii: "/") && target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
}

/// A whole answer.
package struct HTTPAnswer: Sendable, Equatable {
    /// 200 to 599.
    package var status: Int
    /// The value of Content-Type; empty if there was none.
    package var contentType: String
    /// Of Retry-After in seconds, at most a day; nil without it, and where it is a date.
    package var retryAfter: TimeAmount?
    package var body: [UInt8]

    package init(status: Int, contentType: String = "", retryAfter: TimeAmount? = nil, body: [UInt8] = []) {
        self.status = status
        self.contentType = contentType
        self.retryAfter = retryAfter
        self.body = body
    }

    package var isSuccess: Bool { status >= 200 && status < 300 }
    /// The body as text; ill-formed UTF-8 is repaired.
    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// Why there is no answer. Whether the server acted on the request is known only for `unreachable`, `busy` and
/// `badTarget`: it did not.
package enum HTTPClientError: Error, Equatable, CustomStringConvertible {
    /// No connection: nobody listens there.
    case unreachable(Endpoint, UVError?)
    /// The connection broke before the answer was complete.
    case broken(Endpoint)
    case timeout(Endpoint, after: TimeAmount)
    /// The answer is no HTTP, or larger than the bound.
    case malformed(Endpoint, HTTPFailure)
    /// Too many requests are under way.
    case busy
    /// The target holds a character that must be encoded.
    case badTarget
    case cancelled

    package var description: String {
        switch self {
        case .unreachable(let endpoint, let error):
            "cannot connect to \(endpoint)" + (error.map { ": \($0.message)" } ?? "")
        case .broken(let endpoint): "\(endpoint) closed the connection before it had answered"
        case .timeout(let endpoint, let time): "no answer from \(endpoint) within \(Int(time.milliseconds)) ms"
        case .malformed(let endpoint, let failure): "\(endpoint) sent an answer that cannot be read: \(failure.reason)"
        case .busy: "too many requests are under way"
        case .badTarget: "the request target must be encoded"
        case .cancelled: "the request was cancelled"
        }
    }
}
