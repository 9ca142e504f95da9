/// The bounds of one HTTP/1.1 message, in bytes.
package struct HTTPLimits: Sendable {
    /// Bytes of the request target; more is 414.
    package private(set) var target: Int
    /// Bytes of all header fields with their line ends; more is 431.
    package private(set) var headers: Int
    /// Number of header fields; more is 431.
    package private(set) var fields: Int
    /// Bytes of the decoded body; more is 413.
    package private(set) var body: Int
    /// Bytes of the trailer section of a chunked body; more is 431.
    package private(set) var trailers: Int
    /// Bytes of the extensions of one chunk; more is 400.
    package private(set) var chunkExtension: Int

    /// Values outside what 32-bit offsets can hold are clamped: 16 MiB of anything but the body, 512 MiB of body.
    package init(
        target: Int = 8192, headers: Int = 16384, fields: Int = 100, body: Int = 1 << 20, trailers: Int = 4096,
        chunkExtension: Int = 256
    ) {
        self.target = min(max(1, target), 1 << 24)
        self.headers = min(max(2, headers), 1 << 24)
        self.fields = max(0, fields)
        self.body = min(max(0, body), 1 << 29)
        self.trailers = min(max(2, trailers), 1 << 24)
        self.chunkExtension = min(max(0, chunkExtension), 1 << 24)
    }

    /// The bounds of the data plane: 8 KiB target, 16 KiB and 100 header fields, 1 MiB body.
    package static let standard = HTTPLimits()

    /// Bytes a chunked body may take on the wire, framing included: tiny chunks cannot make a buffer grow without bound.
    package var chunkedBody: Int { 2 * body + 16384 + trailers }

    /// No message needs more bytes than this in its buffer; a connection that holds so many without an outcome is broken.
    package var buffered: Int { 64 + target + headers + chunkedBody }
}
