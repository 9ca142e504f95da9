/// A parsed request: offsets into its buffer, no memory of its own. Valid until its bytes are consumed.
package struct HTTPRequest: Equatable, Sendable {
    package internal(set) var method = HTTPMethod.get
    /// The x of HTTP/1.x: 0 or 1.
    package internal(set) var versionMinor: UInt8 = 1
    /// Whether the client expects the connection to stay open after the answer.
    package internal(set) var keepAlive = true
    /// `X-Explain` is present.
    @inlinable package var wantsExplanation: Bool { explain.isPresent }

    /// How many bytes of the buffer belong to this request; a pipelined one may follow.
    package internal(set) var consumed = 0

    package internal(set) var methodRange = HTTPRange()
    /// The target as it was sent, query included.
    package internal(set) var target = HTTPRange()
    /// The path of the target, without scheme and authority; `*` for `OPTIONS *`.
    package internal(set) var path = HTTPRange()
    /// The authority of a target in absolute form, which is meant in place of the Host field (RFC 9112, 3.2.2); absent in
    /// others.
    package internal(set) var authority = HTTPRange()
    /// What follows the first `?`; absent without one.
    package internal(set) var query = HTTPRange()
    /// The header section, from the first field to the end of the last field's line.
    package internal(set) var headers = HTTPRange()
    /// The decoded body; empty and at the end of the head if there is none.
    package internal(set) var body = HTTPRange()

    package internal(set) var host = HTTPRange()
    package internal(set) var contentType = HTTPRange()
    package internal(set) var customer = HTTPRange()
    package internal(set) var priority = HTTPRange()
    package internal(set) var deadline = HTTPRange()
    package internal(set) var deadlineChain = HTTPRange()
    package internal(set) var idempotencyKey = HTTPRange()
    /// The first X-Request-ID line.
    package internal(set) var requestID = HTTPRange()
    package internal(set) var consistency = HTTPRange()
    /// X-Value: what the request is worth.
    package internal(set) var value = HTTPRange()
    package internal(set) var session = HTTPRange()
    /// What a write of a key that keeps siblings supersedes; of anything else it is not kept.
    package internal(set) var ifMatch = HTTPRange()
    package internal(set) var explain = HTTPRange()
    /// X-Check: it looks after earlier ones, and is no customer's.
    package internal(set) var check = HTTPRange()
    package internal(set) var poison = HTTPRange()
    package internal(set) var traceparent = HTTPRange()
    /// The first field that asks for what the data plane does not keep.
    package internal(set) var unkept: HTTPUnkept?
    package internal(set) var authorization = HTTPRange()
    package internal(set) var origin = HTTPRange()
    /// The first Connection line.
    package internal(set) var connection = HTTPRange()
    /// The first Accept line.
    package internal(set) var accept = HTTPRange()

    package init() {}

    /// Visits every header field in order, by scanning the header section again.
    package func forEachHeader(
        in buffer: UnsafeRawBufferPointer,
        _ visit: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
    ) {
        HTTPFieldScanner.forEach(headers, in: buffer, visit)
    }

    /// The first header field of a lower-case name, by scanning the header section again; absent if there is none.
    package func header(_ name: StaticString, in buffer: UnsafeRawBufferPointer) -> HTTPRange {
        HTTPFieldScanner.first(name, headers, in: buffer)
    }
}
