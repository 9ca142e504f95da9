/// A parsed response: offsets into its buffer, no memory of its own. Valid until its bytes are consumed.
package struct HTTPResponse: Equatable, Sendable {
    /// 200 to 599 (interim responses are passed over).
    package internal(set) var status = 0
    package internal(set) var versionMinor: UInt8 = 1
    /// Whether another request may be sent on the connection.
    package internal(set) var keepAlive = true
    /// How many bytes of the buffer belong to this response and the interim ones before it.
    package internal(set) var consumed = 0
    /// The header section, from the first field to the end of the last field's line.
    package internal(set) var headers = HTTPRange()
    /// The decoded body.
    package internal(set) var body = HTTPRange()

    package internal(set) var cell = HTTPRange()
    package internal(set) var epoch = HTTPRange()
    package internal(set) var shard = HTTPRange()
    package internal(set) var etag = HTTPRange()
    package internal(set) var degraded = HTTPRange()
    package internal(set) var retryAfter = HTTPRange()
    package internal(set) var session = HTTPRange()
    package internal(set) var contentType = HTTPRange()
    package internal(set) var connection = HTTPRange()

    init() {}

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
