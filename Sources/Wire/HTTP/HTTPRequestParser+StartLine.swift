extension HTTPRequestParser {
    /// Parses `method SP request-target SP HTTP-version CRLF` (RFC 9112, 3), after at most one empty line.
    @inline(__always)
    mutating func startLine(_ base: UnsafePointer<UInt8>, _ count: Int, _ limits: HTTPLimits) -> Halt? {
        if stage == .start, let halt = begin(base, count) { return halt }
        if stage == .method, let halt = method(base, count) { return halt }
        if stage == .path || stage == .query, let halt = target(base, count, limits) { return halt }
        return version(base, count)
    }

    @inline(__always)
    private mutating func begin(_ base: UnsafePointer<UInt8>, _ count: Int) -> Halt? {
        guard count > 0 else { return .needMore }
        if base[0] == 0x0D {
            guard count > 1 else { return .needMore }
            guard base[1] == 0x0A else { return .failure(.bareLineEnd) }
            guard count > 2 else { return .needMore }
            position = 2
        } else if base[0] == 0x0A {
            return .failure(.bareLineEnd)
        }
        request.methodRange = HTTPRange(position, position)
        stage = .method
        return nil
    }

    @inline(__always)
    private mutating func method(_ base: UnsafePointer<UInt8>, _ count: Int) -> Halt? {
        let start = Int(request.methodRange.start)
        if count &- start >= 4, HTTPCharacters.loadHalf(base + start) == 0x2054_4547 {  // "GET "
            position = start &+ 3
        } else {
            let bound = start &+ HTTPRequestParser.longestMethod &+ 1
            let end = min(count, bound)
            position = HTTPCharacters.skip(HTTPCharacters.token, base, from: position, to: end)
            guard position < end else { return end == bound ? .failure(.badMethod) : .needMore }
            guard position > start, base[position] == 0x20 else { return .failure(.badMethod) }
            guard let method = HTTPMethod.named(base + start, position &- start) else {
                return .failure(.methodNotImplemented)
            }
            request.method = method
        }
        request.methodRange.end = Int32(truncatingIfNeeded: position)
        position &+= 1
        request.target = HTTPRange(position, position)
        stage = .path
        return nil
    }

    @inline(__always)
    private mutating func target(_ base: UnsafePointer<UInt8>, _ count: Int, _ limits: HTTPLimits) -> Halt? {
        let bound = Int(request.target.start) &+ limits.target &+ 1
        let end = min(count, bound)
        while true {
            position = HTTPCharacters.skip(HTTPCharacters.target, base, from: position, to: end)
            guard position < end else { return end == bound ? .failure(.targetTooLong) : .needMore }
            if base[position] == 0x20 { break }
            guard base[position] == 0x3F else { return .failure(.badTarget) }
            position &+= 1
            if stage == .path {
                request.query = HTTPRange(position, position)
                stage = .query
            }
        }
        guard position > Int(request.target.start) else { return .failure(.badTarget) }
        request.target.end = Int32(truncatingIfNeeded: position)
        request.path = request.target
        if stage == .query {
            request.path.end = request.query.start &- 1
            request.query.end = request.target.end
        }
        position &+= 1
        stage = .version
        return nil
    }

    @inline(__always)
    private mutating func version(_ base: UnsafePointer<UInt8>, _ count: Int) -> Halt? {
        // "HTTP/1.1" in the order of a little-endian word, and CR LF.
        if count &- position >= 10, HTTPCharacters.loadWord(base + position) == 0x312E_312F_5054_5448,
            base[position &+ 8] == 0x0D, base[position &+ 9] == 0x0A
        {
            position &+= 10
        } else if let halt = slowVersion(base, count) {
            return halt
        }
        if base[Int(request.target.start)] != 0x2F, !splitTarget(base) { return .failure(.badTarget) }
        request.headers = HTTPRange(position, position)
        scanner = HTTPFieldScanner(position: position)
        stage = .fields
        return nil
    }

    /// Checks as much of the version as there is, from its beginning: it has ten bytes at most.
    private mutating func slowVersion(_ base: UnsafePointer<UInt8>, _ count: Int) -> Halt? {
        let version = base + position
        let prefix: StaticString = "HTTP/"
        for offset in 0..<max(0, min(10, count &- position)) {
            let byte = version[offset]
            switch offset {
            case 5:
                guard HTTPCharacters.isDigit(byte) else { return .failure(.badVersion) }
            case 6:
                guard byte == 0x2E else { return .failure(.badVersion) }
            case 7:
                guard HTTPCharacters.isDigit(byte) else { return .failure(.badVersion) }
                guard version[5] == 0x31, byte &- 48 < 2 else { return .failure(.versionNotSupported) }
                request.versionMinor = byte &- 48
            case 8:
                guard byte == 0x0D else { return .failure(byte == 0x0A ? .bareLineEnd : .badVersion) }
            case 9:
                guard byte == 0x0A else { return .failure(.bareLineEnd) }
                position &+= 10
                return nil
            default:
                guard byte == prefix.utf8Start[offset] else { return .failure(.badVersion) }
            }
        }
        return .needMore
    }

    /// Finds the path of a target that does not begin with a slash: absolute-form, or `OPTIONS *` (RFC 9112, 3.2).
    private mutating func splitTarget(_ base: UnsafePointer<UInt8>) -> Bool {
        let target = base + Int(request.target.start)
        let count = request.path.count
        if count == 1, target[0] == 0x2A { return request.method == .options && !request.query.isPresent }
        let scheme: Int
        if count > 7, HTTPCharacters.equals(target, 7, "http://") {
            scheme = 7
        } else if count > 8, HTTPCharacters.equals(target, 8, "https://") {
            scheme = 8
        } else {
            return false
        }
        let authority = HTTPCharacters.skip(HTTPCharacters.host, target, from: scheme, to: count)
        guard authority > scheme, authority == count || target[authority] == 0x2F else { return false }
        request.authority = HTTPRange(Int(request.target.start) + scheme, Int(request.target.start) + authority)
        if authority < count {
            request.path.start &+= Int32(authority)
        } else {
            // An empty path means "/": the scheme's last slash stands for it.
            request.path = HTTPRange(Int(request.target.start) + scheme - 1, Int(request.target.start) + scheme)
        }
        return true
    }

    /// Longer tokens are no method anyone uses.
    private static var longestMethod: Int { 32 }
}
