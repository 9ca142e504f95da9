import MeshBase
import Wire

extension ProgramCall {
    /// The call as the program reads it.
    package func append(host: String, into output: inout ByteBuffer) {
        var path = isEntry ? request.path : []
        // Nothing, or a query alone.
        if path.first != UInt8(ascii: "/") { path.insert(UInt8(ascii: "/"), at: 0) }
        var host = host
        path.withUnsafeBytes { path in
            host.withUTF8 {
                HTTPRequestWriter.begin(method, target: path, host: UnsafeRawBufferPointer($0), into: &output)
            }
        }
        HTTPResponseWriter.field("X-Customer-ID", text: Self.escaped(request.customer), into: &output)
        HTTPResponseWriter.field("X-Priority", text: "\(priority.name)", into: &output)
        HTTPResponseWriter.field(
            "X-Deadline-Ms", text: "\(max(remaining.nanoseconds / 1_000_000, 1))", into: &output)
        if !chain.isEmpty { HTTPResponseWriter.field("X-Deadline-Chain", text: chain, into: &output) }
        if !request.key.isEmpty {
            HTTPResponseWriter.field("Idempotency-Key", text: Self.escaped(request.key), into: &output)
        }
        if request.isProbe { HTTPResponseWriter.field("X-Synthetic", text: "1", into: &output) }
        if let trace = request.trace {
            HTTPResponseWriter.field("traceparent", text: traceparent(trace), into: &output)
            if !request.traceState.isEmpty {
                HTTPResponseWriter.field(
                    "tracestate", text: String(decoding: request.traceState, as: UTF8.self), into: &output)
            }
        }
        (isEntry ? request.body : []).withUnsafeBytes {
            HTTPRequestWriter.end(method, body: $0, into: &output)
        }
    }

    /// W3C Trace Context.
    private func traceparent(_ trace: FrameTrace) -> String {
        let span =
            span == 0 ? SpanID.make(trace: trace.low, place: "program", ordinal: Int(truncatingIfNeeded: ticket)) : span
        return "00-\(trace.text)-\(HexText.text(span))-\(trace.isFollowed ? "01" : "00")"
    }

    /// Percent-encoded where a field could not hold it.
    private static func escaped(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF")
        var text = ""
        for byte in bytes {
            if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "%") {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return text
    }
}
