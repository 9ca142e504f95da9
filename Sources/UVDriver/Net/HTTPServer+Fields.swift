import Wire

extension HTTPServer {
    /// Answers with further header fields, on cold paths.
    ///
    /// - Parameter fields: what cannot stand in a field becomes `?`.
    package func respond(
        _ stream: StreamPointer, status: Int, contentType: StaticString, body: [UInt8],
        fields: [(name: StaticString, value: String)]
    ) {
        let request = stream.pointee.request
        HTTPResponseWriter.begin(status, date(), into: &stream.pointee.output)
        HTTPResponseWriter.field("Content-Type", contentType, into: &stream.pointee.output)
        for (name, value) in fields { HTTPResponseWriter.field(name, text: value, into: &stream.pointee.output) }
        HTTPResponseWriter.end(contentLength: body.count, request.persistence, into: &stream.pointee.output)
        if request.method != .head { body.withUnsafeBytes { stream.pointee.output.append($0) } }
        finish(stream)
    }
}
