/// Scans header or trailer fields, line by line, and can stop and resume at any byte.
///
/// Strict (RFC 9112, 5): no folding, no space before the colon, no control character, CR LF only.
struct HTTPFieldScanner: Sendable {
    enum Step: Equatable {
        /// The bytes end inside a line.
        case needMore
        /// A whole line: `nameStart`, `nameEnd`, `valueStart` and `valueEnd` are set.
        case field
        /// The empty line that ends the section; `position` is after it.
        case end
        case failure(HTTPFailure)
    }

    private enum Stage: UInt8 {
        case lineStart, name, blank, value, lineEnd
    }

    /// The first byte not yet scanned.
    var position: Int
    private(set) var nameStart = 0
    private(set) var nameEnd = 0
    private(set) var valueStart = 0
    private(set) var valueEnd = 0
    /// The end of the value with the blanks after it, once `next` gave a field.
    var lineEnd: Int { position &- 2 }
    private var stage = Stage.lineStart

    init(position: Int) { self.position = position }

    /// Goes on to the end of the next line. No byte at or after `end` is read.
    @inline(__always)
    mutating func next(_ base: UnsafePointer<UInt8>, _ end: Int) -> Step {
        var position = position
        defer { self.position = position }
        if stage == .lineStart {
            guard position < end else { return .needMore }
            let first = base[position]
            if !HTTPCharacters.isA(first, HTTPCharacters.token) {
                switch first {
                case 0x0D:
                    guard position &+ 1 < end else { return .needMore }
                    guard base[position &+ 1] == 0x0A else { return .failure(.bareLineEnd) }
                    position &+= 2
                    return .end
                case 0x0A: return .failure(.bareLineEnd)
                case 0x20, 0x09: return .failure(.foldedLine)
                default: return .failure(.badFieldName)
                }
            }
            nameStart = position
            stage = .name
        }
        if stage == .name {
            position = HTTPCharacters.skip(HTTPCharacters.token, base, from: position, to: end)
            guard position < end else { return .needMore }
            guard base[position] == 0x3A else { return .failure(.badFieldName) }
            nameEnd = position
            position &+= 1
            stage = .blank
        }
        if stage == .blank {
            while position < end, HTTPCharacters.isBlank(base[position]) { position &+= 1 }
            guard position < end else { return .needMore }
            valueStart = position
            stage = .value
        }
        if stage == .value {
            while true {
                position = HTTPCharacters.skipText(base, from: position, to: end)
                guard position < end else { return .needMore }
                let stop = base[position]
                if stop == 0x0D { break }
                guard stop == 0x09 else { return .failure(stop == 0x0A ? .bareLineEnd : .badFieldValue) }
                position &+= 1
            }
            valueEnd = position
            while valueEnd > valueStart, HTTPCharacters.isBlank(base[valueEnd &- 1]) { valueEnd &-= 1 }
            position &+= 1
            stage = .lineEnd
        }
        guard position < end else { return .needMore }
        guard base[position] == 0x0A else { return .failure(.bareLineEnd) }
        position &+= 1
        stage = .lineStart
        return .field
    }
}
