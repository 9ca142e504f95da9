/// The header fields that the mesh itself reads.
enum HTTPField: UInt8 {
    case host, accept, origin, expect, check, poison, session, explain, connection, priority, traceparent
    case value, ifMatch, ifNoneMatch, ifUnmodifiedSince, contentRange
    case contentType, customer, deadline, consistency, authorization, contentLength, idempotencyKey, requestID,
        deadlineChain
    case transferEncoding
    /// Response fields.
    case cell, epoch, shard, etag, degraded, retryAfter
    case other

    /// The field of a name that consists of token characters, in any case.
    @inline(__always)
    static func named(_ name: UnsafePointer<UInt8>, _ count: Int) -> HTTPField {
        switch count {
        case 4:
            if HTTPCharacters.matches(name, 4, "host") { return .host }
            if HTTPCharacters.matches(name, 4, "etag") { return .etag }
        case 6:
            if HTTPCharacters.matches(name, 6, "accept") { return .accept }
            if HTTPCharacters.matches(name, 6, "origin") { return .origin }
            if HTTPCharacters.matches(name, 6, "expect") { return .expect }
            if HTTPCharacters.matches(name, 6, "x-cell") { return .cell }
        case 7:
            if HTTPCharacters.matches(name, 7, "x-epoch") { return .epoch }
            if HTTPCharacters.matches(name, 7, "x-shard") { return .shard }
            if HTTPCharacters.matches(name, 7, "x-value") { return .value }
            if HTTPCharacters.matches(name, 7, "x-check") { return .check }
        case 8:
            if HTTPCharacters.matches(name, 8, "if-match") { return .ifMatch }
            if HTTPCharacters.matches(name, 8, "x-poison") { return .poison }
        case 9:
            if HTTPCharacters.matches(name, 9, "x-session") { return .session }
            if HTTPCharacters.matches(name, 9, "x-explain") { return .explain }
        case 10:
            if HTTPCharacters.matches(name, 10, "connection") { return .connection }
            if HTTPCharacters.matches(name, 10, "x-priority") { return .priority }
            if HTTPCharacters.matches(name, 10, "x-degraded") { return .degraded }
        case 11:
            if HTTPCharacters.matches(name, 11, "traceparent") { return .traceparent }
            if HTTPCharacters.matches(name, 11, "retry-after") { return .retryAfter }
        case 12:
            if HTTPCharacters.matches(name, 12, "content-type") { return .contentType }
            if HTTPCharacters.matches(name, 12, "x-request-id") { return .requestID }
        case 13:
            if HTTPCharacters.matches(name, 13, "x-customer-id") { return .customer }
            if HTTPCharacters.matches(name, 13, "x-deadline-ms") { return .deadline }
            if HTTPCharacters.matches(name, 13, "x-consistency") { return .consistency }
            if HTTPCharacters.matches(name, 13, "authorization") { return .authorization }
            if HTTPCharacters.matches(name, 13, "if-none-match") { return .ifNoneMatch }
            if HTTPCharacters.matches(name, 13, "content-range") { return .contentRange }
        case 14:
            if HTTPCharacters.matches(name, 14, "content-length") { return .contentLength }
        case 15:
            if HTTPCharacters.matches(name, 15, "idempotency-key") { return .idempotencyKey }
        case 16:
            if HTTPCharacters.matches(name, 16, "x-deadline-chain") { return .deadlineChain }
        case 17:
            if HTTPCharacters.matches(name, 17, "transfer-encoding") { return .transferEncoding }
        case 19:
            if HTTPCharacters.matches(name, 19, "if-unmodified-since") { return .ifUnmodifiedSince }
        default: break
        }
        return .other
    }
}
