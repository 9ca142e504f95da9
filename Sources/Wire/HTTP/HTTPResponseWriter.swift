import MeshBase

/// Writes responses into a connection's output buffer: `begin`, any number of `field`s, `end`, or `respond` in one.
package enum HTTPResponseWriter {
    /// The status line and the date.
    @inline(__always)
    package static func begin(_ status: Int, _ date: HTTPDate, into output: inout ByteBuffer) {
        HTTPStatus.appendLine(status, to: &output)
        output.append(date.line)
    }

    /// A header field with a fixed value. Names and fixed values come from the program, not from the network.
    @inline(__always)
    package static func field(_ name: StaticString, _ value: StaticString, into output: inout ByteBuffer) {
        output.append(name)
        output.append(": ")
        output.append(value)
        output.append("\r\n")
    }

    /// A header field with a number.
    package static func field(_ name: StaticString, decimal value: UInt64, into output: inout ByteBuffer) {
        output.append(name)
        output.append(": ")
        output.append(decimal: value)
        output.append("\r\n")
    }

    /// A header field with any bytes: control characters become `?`, so that no value can end its line.
    package static func field(_ name: StaticString, bytes value: UnsafeRawBufferPointer, into output: inout ByteBuffer)
    {
        output.append(name)
        output.append(": ")
        let start = output.count
        output.append(value)
        let written = output.mutableBytes
        if let base = written.baseAddress?.assumingMemoryBound(to: UInt8.self) {
            var position = HTTPCharacters.skipText(base, from: start, to: written.count)
            while position < written.count {
                base[position] = 0x3F
                position = HTTPCharacters.skipText(base, from: position + 1, to: written.count)
            }
        }
        output.append("\r\n")
    }

    /// A header field with any text; see `field(_:bytes:into:)`.
    package static func field(_ name: StaticString, text value: String, into output: inout ByteBuffer) {
        var value = value
        value.withUTF8 { field(name, bytes: UnsafeRawBufferPointer($0), into: &output) }
    }

    /// The end of the head. Pass nil for a status that has no body (1xx, 204, 304).
    package static func end(contentLength: Int?, _ persistence: HTTPPersistence, into output: inout ByteBuffer) {
        if let contentLength {
            output.append("Content-Length: ")
            output.append(decimal: UInt64(max(0, contentLength)))
            output.append("\r\n")
        }
        output.append(persistence.field)
        output.append("\r\n")
    }

    /// A whole response. `isHead` leaves the body out but says its length (RFC 9110, 9.3.2).
    package static func respond(
        _ status: Int, _ date: HTTPDate, contentType: StaticString, body: UnsafeRawBufferPointer,
        _ persistence: HTTPPersistence,
        isHead: Bool = false, into output: inout ByteBuffer
    ) {
        begin(status, date, into: &output)
        guard !HTTPStatus.isBodiless(status) else { return end(contentLength: nil, persistence, into: &output) }
        if body.count > 0 { field("Content-Type", contentType, into: &output) }
        end(contentLength: body.count, persistence, into: &output)
        if !isHead { output.append(body) }
    }

    /// The interim response that lets a client with `Expect: 100-continue` send its body.
    package static func continueResponse(into output: inout ByteBuffer) {
        output.append("HTTP/1.1 100 Continue\r\n\r\n")
    }

    /// The answer to a request that could not be parsed, with `Connection: close`.
    package static func refuse(_ failure: HTTPFailure, _ date: HTTPDate, into output: inout ByteBuffer) {
        problem(
            HTTPProblem(
                status: failure.status, detail: .fixed(failure.reason),
                policy: failure == .overloaded ? "admission" : "http", retryAfter: failure == .overloaded ? 1 : nil),
            date, .close, into: &output)
    }

    /// A whole `application/problem+json` response.
    package static func problem(
        _ problem: HTTPProblem, _ date: HTTPDate, _ persistence: HTTPPersistence, isHead: Bool = false,
        into output: inout ByteBuffer
    ) {
        begin(problem.status, date, into: &output)
        end(problem, persistence, isHead: isHead, into: &output)
    }

    /// The rest of a problem response, after `begin` and fields of one's own.
    package static func end(
        _ problem: HTTPProblem, _ persistence: HTTPPersistence, isHead: Bool = false, into output: inout ByteBuffer
    ) {
        if let seconds = problem.retryAfter {
            field("Retry-After", decimal: UInt64(max(0, seconds)), into: &output)
        }
        output.append("Content-Type: application/problem+json\r\n")
        end(contentLength: problem.bodyCount, persistence, into: &output)
        if !isHead { problem.appendBody(to: &output) }
    }
}
