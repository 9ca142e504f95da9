/// Decodes a chunked body in place (RFC 9112, 7.1): the data of all chunks is moved together behind the head.
///
/// Strict: CR LF only, no blanks, well-formed extensions (ignored), well-formed trailer fields (dropped; none that
/// frames or routes). Stops and resumes at any byte; each byte of the wire is read once and moved at most once.
struct HTTPChunkDecoder: Sendable {
    enum Step: Equatable {
        case needMore
        /// The body is `bodyStart..<bodyEnd`; the message ends before `position`.
        case done
        case failure(HTTPFailure)
    }

    private enum Stage: UInt8 {
        case size, sizeEnd, data, dataReturn, dataFeed, trailers
        case nameFirst, name, valueFirst, value, quoted, escaped, afterQuoted
    }

    let bodyStart: Int
    private(set) var bodyEnd: Int
    private(set) var position: Int
    private var stage = Stage.size
    private var digits = 0
    private var remaining: UInt64 = 0
    private var isLast = false
    private var extensionStart = 0
    private var trailerStart = 0
    private var trailerFields = 0
    private var scanner: HTTPFieldScanner

    init(bodyStart: Int) {
        self.bodyStart = bodyStart
        bodyEnd = bodyStart
        position = bodyStart
        scanner = HTTPFieldScanner(position: bodyStart)
    }

    /// Goes as far as the first `count` bytes of the buffer allow.
    mutating func decode(_ base: UnsafeMutablePointer<UInt8>, _ count: Int, _ limits: HTTPLimits) -> Step {
        let bound = bodyStart &+ limits.chunkedBody
        let end = min(count, bound)
        while position < end {
            let step: Step?
            switch stage {
            case .size: step = size(base, end, limits)
            case .sizeEnd: step = lineFeed(base, next: isLast ? .trailers : .data)
            case .data: step = move(base, end)
            case .dataReturn:
                guard base[position] == 0x0D else { return .failure(.badChunk) }
                position &+= 1
                stage = .dataFeed
                step = nil
            case .dataFeed: step = lineFeed(base, next: .size)
            case .trailers: step = trailers(base, end, limits)
            default: step = skipExtension(base, end, limits)
            }
            if let step {
                if step == .needMore { break }
                return step
            }
        }
        // Framing that eats more than the data it carries: refused, or the buffer would grow without bound.
        return end == bound ? .failure(.bodyTooLarge) : .needMore
    }

    private mutating func size(_ base: UnsafeMutablePointer<UInt8>, _ end: Int, _ limits: HTTPLimits) -> Step? {
        while position < end {
            let byte = base[position]
            let digit = HTTPCharacters.hexadecimal(byte)
            if digit != 255 {
                digits &+= 1
                guard digits <= 16 else { return .failure(.badChunk) }
                remaining = remaining << 4 | UInt64(digit)
                position &+= 1
                continue
            }
            guard digits > 0, byte == 0x0D || byte == 0x3B else { return .failure(.badChunk) }
            guard remaining <= UInt64(limits.body &- (bodyEnd &- bodyStart)) else { return .failure(.bodyTooLarge) }
            isLast = remaining == 0
            digits = 0
            extensionStart = position
            position &+= 1
            stage = byte == 0x0D ? .sizeEnd : .nameFirst
            return nil
        }
        return .needMore
    }

    private mutating func lineFeed(_ base: UnsafeMutablePointer<UInt8>, next: Stage) -> Step? {
        guard base[position] == 0x0A else { return .failure(.badChunk) }
        position &+= 1
        stage = next
        if next == .trailers {
            trailerStart = position
            scanner = HTTPFieldScanner(position: position)
        }
        return nil
    }

    private mutating func move(_ base: UnsafeMutablePointer<UInt8>, _ end: Int) -> Step? {
        let size = Int(min(remaining, UInt64(end &- position)))
        if bodyEnd != position {
            UnsafeMutableRawPointer(base + bodyEnd).copyMemory(from: base + position, byteCount: size)
        }
        bodyEnd &+= size
        position &+= size
        remaining &-= UInt64(size)
        if remaining == 0 { stage = .dataReturn }
        return nil
    }

    private mutating func trailers(_ base: UnsafeMutablePointer<UInt8>, _ end: Int, _ limits: HTTPLimits) -> Step? {
        let bound = trailerStart &+ limits.trailers
        let end = min(end, bound)
        while true {
            let step = scanner.next(base, end)
            position = scanner.position
            switch step {
            case .needMore: return end == bound ? .failure(.headersTooLarge) : .needMore
            case .failure(let failure): return .failure(failure)
            case .end: return .done
            case .field:
                trailerFields &+= 1
                guard trailerFields <= limits.fields else { return .failure(.headersTooLarge) }
                switch HTTPField.named(base + scanner.nameStart, scanner.nameEnd &- scanner.nameStart) {
                case .contentLength, .transferEncoding, .host, .connection, .customer, .authorization:
                    return .failure(.badTrailer)
                default: continue
                }
            }
        }
    }

    /// One step through `*( ";" token [ "=" ( token / quoted-string ) ] ) CR`.
    private mutating func skipExtension(
        _ base: UnsafeMutablePointer<UInt8>, _ end: Int, _ limits: HTTPLimits
    ) -> Step? {
        let bound = extensionStart &+ limits.chunkExtension &+ 1
        let end = min(end, bound)
        guard position < end else { return end == bound ? .failure(.badChunk) : .needMore }
        let byte = base[position]
        switch stage {
        case .nameFirst, .valueFirst:
            if stage == .valueFirst, byte == 0x22 {
                stage = .quoted
            } else {
                guard HTTPCharacters.isA(byte, HTTPCharacters.token) else { return .failure(.badChunk) }
                stage = stage == .nameFirst ? .name : .value
            }
        case .name, .value:
            if HTTPCharacters.isA(byte, HTTPCharacters.token) { break }
            if stage == .name, byte == 0x3D {
                stage = .valueFirst
            } else if let failure = endOfExtension(byte) {
                return .failure(failure)
            }
        case .quoted:
            if byte == 0x22 {
                stage = .afterQuoted
            } else if byte == 0x5C {
                stage = .escaped
            } else if !HTTPCharacters.isA(byte, HTTPCharacters.quoted) {
                return .failure(.badChunk)
            }
        case .escaped:
            guard byte == 0x09 || byte &- 0x20 < 0x5F else { return .failure(.badChunk) }
            stage = .quoted
        default:
            if let failure = endOfExtension(byte) { return .failure(failure) }
        }
        position &+= 1
        return nil
    }

    private mutating func endOfExtension(_ byte: UInt8) -> HTTPFailure? {
        switch byte {
        case 0x0D: stage = .sizeEnd
        case 0x3B: stage = .nameFirst
        default: return .badChunk
        }
        return nil
    }
}
