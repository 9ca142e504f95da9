extension HTTPRequestParser {
    /// Notes the field that the scanner stands behind, if it is one the mesh reads.
    @inline(__always)
    mutating func note(_ base: UnsafePointer<UInt8>) -> HTTPFailure? {
        let name = base + scanner.nameStart
        let value = base + scanner.valueStart
        let count = scanner.valueEnd &- scanner.valueStart
        let range = HTTPRange(scanner.valueStart, scanner.valueEnd)
        switch HTTPField.named(name, scanner.nameEnd &- scanner.nameStart) {
        case .other, .cell, .epoch, .shard, .etag, .degraded, .retryAfter: return nil
        case .host:
            guard HTTPCharacters.skip(HTTPCharacters.host, value, from: 0, to: count) == count else { return .badHost }
            return HTTPRequestParser.once(&request.host, range)
        case .contentLength: return framing.noteLength(value, count)
        case .transferEncoding: return framing.noteTransferCoding(value, scanner.lineEnd &- scanner.valueStart)
        case .connection:
            framing.noteConnection(value, count)
            return HTTPRequestParser.first(&request.connection, range)
        case .expect:
            guard HTTPCharacters.equals(value, count, "100-continue") else { return .expectationFailed }
            expects = true
            return nil
        case .accept: return HTTPRequestParser.first(&request.accept, range)
        case .ifMatch: return HTTPRequestParser.once(&request.ifMatch, range)
        case .ifNoneMatch: return unkept(.ifNoneMatch)
        case .ifUnmodifiedSince: return unkept(.ifUnmodifiedSince)
        case .contentRange: return unkept(.contentRange)
        case .traceparent: return HTTPRequestParser.first(&request.traceparent, range)
        case .origin: return HTTPRequestParser.once(&request.origin, range)
        case .poison: return HTTPRequestParser.once(&request.poison, range)
        case .session: return HTTPRequestParser.once(&request.session, range)
        case .explain: return HTTPRequestParser.once(&request.explain, range)
        case .check: return HTTPRequestParser.once(&request.check, range)
        case .value: return HTTPRequestParser.once(&request.value, range)
        case .priority: return HTTPRequestParser.once(&request.priority, range)
        case .contentType: return HTTPRequestParser.once(&request.contentType, range)
        case .customer: return HTTPRequestParser.once(&request.customer, range)
        case .deadline: return HTTPRequestParser.once(&request.deadline, range)
        case .consistency: return HTTPRequestParser.once(&request.consistency, range)
        case .authorization: return HTTPRequestParser.once(&request.authorization, range)
        case .idempotencyKey:
            return HTTPRequestParser.once(&request.idempotencyKey, range)
        case .requestID: return HTTPRequestParser.first(&request.requestID, range)
        case .deadlineChain: return HTTPRequestParser.once(&request.deadlineChain, range)
        }
    }

    /// A field that asks for what the data plane does not keep; the first is remembered.
    private mutating func unkept(_ field: HTTPUnkept) -> HTTPFailure? {
        if request.unkept == nil { request.unkept = field }
        return nil
    }

    /// A field that may appear once: two of them could be read differently by two hops.
    @inline(__always)
    private static func once(_ slot: inout HTTPRange, _ range: HTTPRange) -> HTTPFailure? {
        guard !slot.isPresent else { return .duplicateField }
        slot = range
        return nil
    }

    /// A field that is a list, or that others define: the slot holds the first line.
    @inline(__always)
    private static func first(_ slot: inout HTTPRange, _ range: HTTPRange) -> HTTPFailure? {
        if !slot.isPresent { slot = range }
        return nil
    }
}
