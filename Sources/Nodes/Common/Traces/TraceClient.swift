import Wire

/// What a trace says of who asked. Read from the request while it waits for its answer, and of traces that are kept alone.
package struct TraceClient: Sendable {
    /// The customer's name.
    package var customer = ""
    package var method: HTTPMethod?
    /// Of `traceparent`; nil without one.
    package var trace: FrameTrace?
    /// The span that `traceparent` names; 0 without one.
    package var span: UInt64 = 0

    package init(customer: String = "") { self.customer = customer }

    /// Of a request of HTTP whose bytes are there still.
    package init(_ request: HTTPRequest, _ route: HTTPRoute, in bytes: UnsafeRawBufferPointer) {
        customer = route.customer.text(in: bytes)
        method = request.method
        guard request.traceparent.isPresent else { return }
        let parent = request.traceparent.bytes(in: bytes)
        trace = FrameTrace(traceparent: parent, isExplained: false)
        if trace != nil { span = FrameTrace.span(traceparent: parent) }
    }
}
