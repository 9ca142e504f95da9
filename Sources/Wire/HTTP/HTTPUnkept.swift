/// What a request may ask for in a header field and the data plane does not keep. It is refused: a client that relies on
/// a precondition or a guarantee must not take the answer for its fulfilment.
package enum HTTPUnkept: UInt8, Sendable, CaseIterable {
    case ifMatch, ifNoneMatch, ifUnmodifiedSince, contentRange
    /// Guarantees that are given for records, and asked of a service.
    case session, consistency
    /// A guarantee that routers give for services.
    case idempotencyKey

    /// The header field, as it is written.
    package var field: StaticString {
        switch self {
        case .ifMatch: "If-Match"
        case .ifNoneMatch: "If-None-Match"
        case .ifUnmodifiedSince: "If-Unmodified-Since"
        case .contentRange: "Content-Range"
        case .session: "X-Session"
        case .consistency: "X-Consistency"
        case .idempotencyKey: "Idempotency-Key"
        }
    }

    /// The answer that refuses it: 501, and 400 for a part of a body (RFC 9110, 14.4).
    package var problem: HTTPProblem {
        switch self {
        case .ifMatch, .ifNoneMatch, .ifUnmodifiedSince:
            HTTPProblem(
                status: 501, type: "conditional", title: "Conditional requests are not offered",
                detail: .made(
                    "\(field) needs consensus on each key; a record is a register. Nothing was changed; leave the header"
                        + " out."), policy: "consistency")
        case .contentRange:
            HTTPProblem(
                status: 400, type: "partial", title: "A body is written whole",
                detail: .fixed("Content-Range is not offered. Nothing was changed; send the whole body without it."),
                policy: "consistency")
        case .session, .consistency:
            HTTPProblem(
                status: 501, type: "records-only", title: "This guarantee is given for records only",
                detail: .made("\(field) would be ignored by a service. Nothing was changed; leave the header out."),
                policy: "consistency")
        case .idempotencyKey:
            HTTPProblem(
                status: 501, type: "services-only", title: "This guarantee is given by routers, for services",
                detail: .made(
                    "\(field) would be ignored here. Nothing was changed; leave the header out, or call a service through a"
                        + " router."),
                policy: "idempotency")
        }
    }
}
