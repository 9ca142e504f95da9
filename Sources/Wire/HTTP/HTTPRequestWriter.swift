import MeshBase

/// Writes requests, for the load generator, the command line and the control plane.
package enum HTTPRequestWriter {
    /// The request line and Host. The target is checked by whoever made it: visible characters only.
    package static func begin(
        _ method: HTTPMethod, target: UnsafeRawBufferPointer, host: UnsafeRawBufferPointer,
        into output: inout ByteBuffer
    ) {
        output.append(method.name)
        output.append(byte: 0x20)
        output.append(target)
        output.append(" HTTP/1.1\r\n")
        HTTPResponseWriter.field("Host", bytes: host, into: &output)
    }

    /// The end of the head and the body. Methods that carry content say its length even if it is 0.
    package static func end(
        _ method: HTTPMethod, body: UnsafeRawBufferPointer, _ persistence: HTTPPersistence = .implied,
        into output: inout ByteBuffer
    ) {
        let carries = method == .put || method == .post || method == .patch
        HTTPResponseWriter.end(
            contentLength: body.count > 0 || carries ? body.count : nil, persistence, into: &output)
        output.append(body)
    }
}
