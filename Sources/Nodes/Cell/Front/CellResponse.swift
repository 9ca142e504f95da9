import MeshBase
import Wire

/// An answer to a client of a cell's own listener; texts are valid for the call only.
package struct CellResponse {
    package var status: UInt16
    /// Why nothing was begun; nil where something was.
    package var refusal: Refusal?
    /// It is told as it is, whatever its status: a program has said it, now or before.
    package var isGiven = false
    /// Otherwise bytes. Of given ones.
    package var isJSON = true
    /// Of the reply, see `ReplyNote`; of a success that is `X-Degraded`.
    package var note = UnsafeRawBufferPointer(start: nil, count: 0)
    package var body = UnsafeRawBufferPointer(start: nil, count: 0)
    /// After how long another attempt may be worth it; zero where nothing is said.
    package var wait = TimeAmount.zero
    /// The trace that its client is told of; nil elsewhere.
    package var trace: FrameTrace?

    package init(status: UInt16) { self.status = status }
}

extension CellResponse {
    /// Appends it as HTTP.
    package func append(to request: HTTPRequest, _ date: HTTPDate, into output: inout ByteBuffer) {
        HTTPResponseWriter.begin(Int(status), date, into: &output)
        let isHead = request.method == .head
        if !isGiven, let problem = DataProblem.ofCell(status: status, refusal, note: note, body: body) {
            if let trace { HTTPResponseWriter.field("X-Trace-Id", text: trace.text, into: &output) }
            let told = HTTPProblem(problem, status: status, wait: wait, trace: trace)
            return HTTPResponseWriter.end(told, request.persistence, isHead: isHead, into: &output)
        }
        if note.count > 0 { HTTPResponseWriter.field("X-Degraded", bytes: note, into: &output) }
        if let trace { HTTPResponseWriter.field("X-Trace-Id", text: trace.text, into: &output) }
        if isJSON {
            HTTPResponseWriter.field("Content-Type", "application/json", into: &output)
        } else {
            HTTPResponseWriter.field("Content-Type", "application/octet-stream", into: &output)
        }
        let hasNone = status == 204
        HTTPResponseWriter.end(contentLength: hasNone ? nil : body.count, request.persistence, into: &output)
        if !isHead, !hasNone { output.append(body) }
    }
}
