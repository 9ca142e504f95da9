/// A strict, incremental parser of HTTP/1.1 responses (RFC 9112) over one contiguous buffer, for clients.
///
/// Same contract as `HTTPRequestParser`: append only while `incomplete`, consume `consumed` bytes after `complete`.
/// Bodies are framed by Content-Length, by chunks (decoded in place) or by the end of the connection (`finish`).
package struct HTTPResponseParser: Sendable {
    private enum Stage: UInt8 {
        case statusLine, reason, fields, body, chunks, untilClose, failed
    }

    private var stage = Stage.statusLine
    private var failure = HTTPFailure.badStatusLine
    private var fieldCount = 0
    private var interim = 0
    private var messageStart = 0
    private var position = 0
    private var framing = HTTPFraming()
    private var scanner = HTTPFieldScanner(position: 0)
    private var chunks = HTTPChunkDecoder(bodyStart: 0)
    private var response = HTTPResponse()

    package init() {}

    /// Whether a part of a response has arrived.
    package var hasStarted: Bool { stage != .statusLine || position > 0 }

    /// Parses what the buffer holds. `isHead` says that the request was a HEAD, whose response has no body.
    package mutating func parse(
        _ buffer: UnsafeMutableRawBufferPointer, isHead: Bool = false, limits: HTTPLimits
    ) -> HTTPParse<HTTPResponse> {
        guard stage != .failed else { return .failure(failure) }
        guard let start = buffer.baseAddress else { return .incomplete }
        let base = start.assumingMemoryBound(to: UInt8.self)
        let count = buffer.count
        while stage.rawValue < Stage.body.rawValue {
            switch head(base, count, isHead, limits) {
            case .needMore: return .incomplete
            case .failure(let failure): return fail(failure)
            case .end, .field: continue
            }
        }
        switch stage {
        case .chunks:
            switch chunks.decode(base, count, limits) {
            case .needMore: return .incomplete
            case .failure(let failure): return fail(failure)
            case .done:
                response.body = HTTPRange(chunks.bodyStart, chunks.bodyEnd)
                response.consumed = chunks.position
                return complete()
            }
        case .untilClose:
            guard count &- Int(response.body.start) <= limits.body else { return fail(.bodyTooLarge) }
            return .incomplete
        default: return count >= response.consumed ? complete() : .incomplete
        }
    }

    /// Ends a message at the end of the connection: a body without length is complete, anything else is truncated.
    package mutating func finish(_ buffer: UnsafeMutableRawBufferPointer) -> HTTPParse<HTTPResponse> {
        guard stage == .untilClose else { return stage == .failed ? .failure(failure) : fail(.truncated) }
        response.body = HTTPRange(Int(response.body.start), buffer.count)
        response.consumed = buffer.count
        return complete()
    }

    private mutating func complete() -> HTTPParse<HTTPResponse> {
        let complete = response
        self = HTTPResponseParser()
        return .complete(complete)
    }

    private mutating func fail(_ failure: HTTPFailure) -> HTTPParse<HTTPResponse> {
        stage = .failed
        self.failure = failure
        return .failure(failure)
    }

    /// Goes on with the status line or the header fields.
    private mutating func head(
        _ base: UnsafePointer<UInt8>, _ count: Int, _ isHead: Bool, _ limits: HTTPLimits
    ) -> HTTPFieldScanner.Step {
        if stage == .statusLine {
            if let step = statusLine(base, count) { return step }
        }
        if stage == .reason {
            let bound = messageStart &+ HTTPResponseParser.longestStatusLine
            let end = min(count, bound)
            while true {
                position = HTTPCharacters.skipText(base, from: position, to: end)
                guard position < end, base[position] == 0x09 else { break }
                position &+= 1
            }
            guard position &+ 1 < end else { return end == bound ? .failure(.badStatusLine) : .needMore }
            guard base[position] == 0x0D, base[position &+ 1] == 0x0A else {
                return .failure(base[position] == 0x0A || base[position] == 0x0D ? .bareLineEnd : .badStatusLine)
            }
            position &+= 2
            response.headers = HTTPRange(position, position)
            scanner = HTTPFieldScanner(position: position)
            stage = .fields
        }
        let bound = Int(response.headers.start) &+ limits.headers
        let end = min(count, bound)
        while true {
            let step = scanner.next(base, end)
            switch step {
            case .field:
                fieldCount &+= 1
                guard fieldCount <= limits.fields else { return .failure(.headersTooLarge) }
                if let failure = note(base) { return .failure(failure) }
            case .needMore: return end == bound ? .failure(.headersTooLarge) : .needMore
            case .failure: return step
            case .end:
                response.headers.end = Int32(truncatingIfNeeded: scanner.position &- 2)
                if let failure = endOfHead(scanner.position, isHead, limits) { return .failure(failure) }
                return .end
            }
        }
    }

    /// `HTTP/1.x SP 3DIGIT`, then a space and a phrase, or the end of the line.
    private mutating func statusLine(_ base: UnsafePointer<UInt8>, _ count: Int) -> HTTPFieldScanner.Step? {
        let prefix: StaticString = "HTTP/1."
        while position < count {
            let byte = base[position]
            let offset = position &- messageStart
            switch offset {
            case 0..<7:
                guard byte == prefix.utf8Start[offset] else {
                    return .failure(offset == 5 && HTTPCharacters.isDigit(byte) ? .versionNotSupported : .badStatusLine)
                }
            case 7:
                guard byte &- 48 < 2 else { return .failure(.versionNotSupported) }
                response.versionMinor = byte &- 48
            case 8:
                guard byte == 0x20 else { return .failure(.badStatusLine) }
            case 9...11:
                guard HTTPCharacters.isDigit(byte) else { return .failure(.badStatusLine) }
                response.status = response.status &* 10 &+ Int(byte &- 48)
            default:
                guard byte == 0x20 || byte == 0x0D, response.status >= 100, response.status < 600 else {
                    return .failure(byte == 0x0A ? .bareLineEnd : .badStatusLine)
                }
                if byte == 0x20 { position &+= 1 }
                stage = .reason
                return nil
            }
            position &+= 1
        }
        return .needMore
    }

    private mutating func note(_ base: UnsafePointer<UInt8>) -> HTTPFailure? {
        let value = base + scanner.valueStart
        let count = scanner.valueEnd &- scanner.valueStart
        let range = HTTPRange(scanner.valueStart, scanner.valueEnd)
        switch HTTPField.named(base + scanner.nameStart, scanner.nameEnd &- scanner.nameStart) {
        case .contentLength: return framing.noteLength(value, count)
        case .transferEncoding: return framing.noteTransferCoding(value, scanner.lineEnd &- scanner.valueStart)
        case .connection:
            framing.noteConnection(value, count)
            if !response.connection.isPresent { response.connection = range }
        case .cell: if !response.cell.isPresent { response.cell = range }
        case .epoch: if !response.epoch.isPresent { response.epoch = range }
        case .shard: if !response.shard.isPresent { response.shard = range }
        case .etag: if !response.etag.isPresent { response.etag = range }
        case .degraded: if !response.degraded.isPresent { response.degraded = range }
        case .retryAfter: if !response.retryAfter.isPresent { response.retryAfter = range }
        case .session: if !response.session.isPresent { response.session = range }
        case .contentType: if !response.contentType.isPresent { response.contentType = range }
        default: break
        }
        return nil
    }

    /// Decides how the body is framed (RFC 9112, 6.3).
    private mutating func endOfHead(_ head: Int, _ isHead: Bool, _ limits: HTTPLimits) -> HTTPFailure? {
        if response.status < 200 { return passInterim(head) }
        response.keepAlive = response.versionMinor == 1 ? !framing.close : framing.keepAlive && !framing.close
        response.body = HTTPRange(head, head)
        response.consumed = head
        stage = .body
        if framing.hasTransferCoding {
            guard framing.length < 0 else { return .conflictingLength }
            guard response.versionMinor == 1 else { return .badTransferCoding }
            guard !framing.hasUnknownCoding else { return .transferCodingNotImplemented }
        }
        if isHead || HTTPStatus.isBodiless(response.status) { return nil }
        if framing.isChunked {
            chunks = HTTPChunkDecoder(bodyStart: head)
            stage = .chunks
        } else if framing.length >= 0 {
            guard framing.length <= limits.body else { return .bodyTooLarge }
            response.body = HTTPRange(head, head &+ framing.length)
            response.consumed = head &+ framing.length
        } else {
            response.keepAlive = false
            stage = .untilClose
        }
        return nil
    }

    /// Begins again after a 100 or 103. Nobody here asks for another protocol, so 101 is a mistake.
    private mutating func passInterim(_ head: Int) -> HTTPFailure? {
        interim &+= 1
        guard response.status != 101, interim <= HTTPResponseParser.mostInterim, !framing.hasTransferCoding,
            framing.length <= 0
        else { return .interimAnswers }
        messageStart = head
        position = head
        fieldCount = 0
        framing = HTTPFraming()
        response = HTTPResponse()
        stage = .statusLine
        return nil
    }

    private static let mostInterim = 8
    private static let longestStatusLine = 1024
}
