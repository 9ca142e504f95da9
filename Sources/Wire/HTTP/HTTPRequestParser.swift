/// A strict, incremental parser of HTTP/1.1 requests (RFC 9112) over one contiguous buffer.
///
/// The buffer begins with the request. While the outcome is `incomplete` the holder only appends to it (it may move);
/// after `complete` the holder consumes `consumed` bytes once it is done with the request. The parser keeps where it
/// stopped, so a client that sends byte by byte costs linear time, and however the bytes are split, the outcome is
/// the same. It allocates nothing. The buffer is written to only inside a chunked body, which is decoded in place.
package struct HTTPRequestParser: Sendable {
    enum Stage: UInt8 {
        case start, method, path, query, version, fields, body, chunks, failed
    }

    /// What one part of the parser came to; nil elsewhere means: go on with the next part.
    enum Halt {
        case needMore
        case failure(HTTPFailure)
    }

    var stage = Stage.start
    var expects = false
    private var owesContinue = false
    private var failure = HTTPFailure.badMethod
    var fieldCount: Int32 = 0
    /// The first byte not yet scanned, before the header fields.
    var position = 0
    var framing = HTTPFraming()
    var scanner = HTTPFieldScanner(position: 0)
    var chunks = HTTPChunkDecoder(bodyStart: 0)
    var request = HTTPRequest()

    package init() {}

    /// Whether a part of a request has arrived: an idle connection may close silently, this one deserves a 408.
    package var hasStarted: Bool { stage != .start }

    /// True once, when a whole head with `Expect: 100-continue` has arrived and nothing of its body: send `100 Continue`.
    package mutating func takeContinue() -> Bool {
        defer { owesContinue = false }
        return owesContinue
    }

    /// How many bytes the request has in all, once its head is complete and says so; nil before, and for chunks.
    package var expectedCount: Int? { stage == .body ? Int(request.body.end) : nil }

    /// Parses what the buffer holds; call again when it holds more.
    package mutating func parse(
        _ buffer: UnsafeMutableRawBufferPointer, limits: HTTPLimits
    ) -> HTTPParse<HTTPRequest> {
        guard stage != .failed else { return .failure(failure) }
        guard let start = buffer.baseAddress else { return .incomplete }
        let base = start.assumingMemoryBound(to: UInt8.self)
        let count = buffer.count
        if stage.rawValue < Stage.fields.rawValue, let halt = startLine(base, count, limits) { return stop(halt) }
        if stage == .fields, let halt = fields(base, count, limits) { return stop(halt) }
        if stage == .chunks {
            switch chunks.decode(base, count, limits) {
            case .needMore: return .incomplete
            case .failure(let failure): return stop(.failure(failure))
            case .done:
                request.body = HTTPRange(chunks.bodyStart, chunks.bodyEnd)
                request.consumed = chunks.position
            }
        } else {
            guard count >= request.consumed else { return .incomplete }
        }
        let outcome = HTTPParse.complete(request)
        restart()
        return outcome
    }

    /// Makes ready for the next request; the scanner and the decoder are set up where they begin.
    @inline(__always)
    private mutating func restart() {
        stage = .start
        expects = false
        owesContinue = false
        fieldCount = 0
        position = 0
        framing = HTTPFraming()
        request = HTTPRequest()
    }

    private mutating func stop(_ halt: Halt) -> HTTPParse<HTTPRequest> {
        guard case .failure(let failure) = halt else { return .incomplete }
        stage = .failed
        self.failure = failure
        return .failure(failure)
    }

    private mutating func fields(_ base: UnsafePointer<UInt8>, _ count: Int, _ limits: HTTPLimits) -> Halt? {
        let start = Int(request.headers.start)
        let bound = start &+ limits.headers
        let end = min(count, bound)
        while true {
            switch scanner.next(base, end) {
            case .field:
                fieldCount &+= 1
                guard fieldCount <= limits.fields else { return .failure(.headersTooLarge) }
                if let failure = note(base) { return .failure(failure) }
            case .needMore: return end == bound ? .failure(.headersTooLarge) : .needMore
            case .failure(let failure): return .failure(failure)
            case .end:
                request.headers.end = Int32(truncatingIfNeeded: scanner.position &- 2)
                return endOfHead(scanner.position, count, limits)
            }
        }
    }

    /// Decides how the body is framed (RFC 9112, 6.3), refusing whatever two readers could frame differently.
    private mutating func endOfHead(_ head: Int, _ count: Int, _ limits: HTTPLimits) -> Halt? {
        let isOne = request.versionMinor == 1
        guard request.host.isPresent || !isOne else { return .failure(.missingHost) }
        request.keepAlive = isOne ? !framing.close : framing.keepAlive && !framing.close
        var hasBody = framing.length > 0
        if framing.hasTransferCoding {
            guard framing.length < 0 else { return .failure(.conflictingLength) }
            guard isOne else { return .failure(.badTransferCoding) }
            guard !framing.hasUnknownCoding else { return .failure(.transferCodingNotImplemented) }
            hasBody = true
            chunks = HTTPChunkDecoder(bodyStart: head)
            stage = .chunks
        } else {
            let length = max(framing.length, 0)
            guard length <= limits.body else { return .failure(.bodyTooLarge) }
            request.body = HTTPRange(head, head &+ length)
            request.consumed = head &+ length
            stage = .body
        }
        owesContinue = expects && isOne && hasBody && count == head
        return nil
    }
}
