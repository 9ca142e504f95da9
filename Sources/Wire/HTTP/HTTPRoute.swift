/// What a target of the data plane names:
/// `/v1/customers/{customer}/records/{key}` or `/v1/customers/{customer}/services/{service}[/path]`.
///
/// Customers and services are 1 to 128 bytes of unreserved characters and sub-delimiters (RFC 3986), keys 1 to 512
/// bytes, also of `:` and `@`. Anything else must be percent-encoded, which is checked on a slow path: the decoded name
/// is well-formed UTF-8 without NUL, and in customers and services without control characters and slashes.
package enum HTTPRoute: Equatable, Sendable {
    case record(customer: HTTPName, key: HTTPName)
    /// `rest` is what follows the service, from its slash on, as sent and with its query; absent if nothing follows.
    case service(customer: HTTPName, service: HTTPName, rest: HTTPRange)

    package static let longestName = 128
    package static let longestKey = 512

    package var customer: HTTPName {
        switch self {
        case .record(let customer, _), .service(let customer, _, _): customer
        }
    }

    /// Whether the method exists on the resource; if not, answer 405 with `allow`.
    package func allows(_ method: HTTPMethod) -> Bool {
        switch (self, method) {
        case (_, .get), (_, .head), (.record, .put), (.record, .delete), (.service, .post): true
        default: false
        }
    }

    /// The value of the Allow header field of a 405.
    package var allow: StaticString {
        switch self {
        case .record: "GET, HEAD, PUT, DELETE"
        case .service: "GET, HEAD, POST"
        }
    }

    /// Whether a path is the data plane's to answer, be it with a refusal.
    package static func isDataPlane(_ path: HTTPRange, in buffer: UnsafeRawBufferPointer) -> Bool {
        guard let base = path.bytes(in: buffer).baseAddress?.assumingMemoryBound(to: UInt8.self), path.count >= 14
        else {
            return false
        }
        return HTTPCharacters.loadWord(base) == word("/v1/cust")
            && HTTPCharacters.loadWord(base + 6) == word("stomers/")
    }

    /// Splits the target of a parsed request: the query belongs to what follows a service, and of records nothing reads it.
    package static func split(
        _ request: HTTPRequest, in buffer: UnsafeRawBufferPointer
    ) throws(HTTPRouteFailure) -> HTTPRoute {
        let route = try split(request.path, in: buffer)
        guard case .service(let customer, let service, let rest) = route, request.query.count > 0 else { return route }
        let start = rest.isPresent ? rest.start : request.path.end
        return .service(customer: customer, service: service, rest: HTTPRange(Int(start), Int(request.query.end)))
    }

    /// Splits the path of a parsed request. Allocates only for percent-encoded names.
    package static func split(
        _ path: HTTPRange, in buffer: UnsafeRawBufferPointer
    ) throws(HTTPRouteFailure) -> HTTPRoute {
        guard let start = buffer.baseAddress, path.start >= 0, path.end <= buffer.count else { throw .unknownPath }
        let base = start.assumingMemoryBound(to: UInt8.self)
        let end = Int(path.end)
        var position = Int(path.start)
        guard end &- position >= 14,
            HTTPCharacters.loadWord(base + position) == word("/v1/cust"),
            HTTPCharacters.loadWord(base + (position &+ 6)) == word("stomers/")
        else { throw .unknownPath }
        position &+= 14
        let customer = try segment(base, &position, end, HTTPCharacters.name, longestName)
        if end &- position >= 9, HTTPCharacters.loadWord(base + (position &+ 1)) == word("records/") {
            position &+= 9
            let key = try segment(base, &position, end, HTTPCharacters.key, longestKey)
            guard position == end else { throw .unknownPath }
            return .record(customer: customer, key: key)
        }
        if end &- position >= 10, HTTPCharacters.loadWord(base + position) == word("/service"),
            base[position &+ 8] == 0x73, base[position &+ 9] == 0x2F
        {
            position &+= 10
            let service = try segment(base, &position, end, HTTPCharacters.name, longestName)
            let rest = position < end ? HTTPRange(position, end) : HTTPRange()
            return .service(customer: customer, service: service, rest: rest)
        }
        throw .unknownPath
    }

    /// The customer of `/v1/customers/{customer}/status`; nil for any other path.
    package static func customerOfStatus(_ path: HTTPRange, in buffer: UnsafeRawBufferPointer) -> HTTPName? {
        guard let start = buffer.baseAddress, path.end <= buffer.count, isDataPlane(path, in: buffer) else {
            return nil
        }
        let base = start.assumingMemoryBound(to: UInt8.self)
        var position = Int(path.start) + 14
        let end = Int(path.end)
        guard let customer = try? segment(base, &position, end, HTTPCharacters.name, longestName),
            end - position == 7, HTTPRange(position, end).isExactly("/status", in: buffer)
        else { return nil }
        return customer
    }

    @inline(__always) private static func word(_ text: StaticString) -> UInt64 {
        HTTPCharacters.loadWord(text.utf8Start)
    }

    /// Reads one segment; `position` ends at the slash after it, or at `end`.
    @inline(__always)
    private static func segment(
        _ base: UnsafePointer<UInt8>, _ position: inout Int, _ end: Int, _ kind: UInt8, _ longest: Int
    ) throws(HTTPRouteFailure) -> HTTPName {
        let start = position
        position = HTTPCharacters.skip(kind, base, from: position, to: end)
        guard position == end || base[position] == 0x2F else {
            return try encodedSegment(base, start, &position, end, kind, longest)
        }
        let count = position &- start
        guard count > 0 else { throw .emptyName }
        guard count <= longest else { throw .nameTooLong }
        guard base[start] != 0x2E || !isDots(base + start, count) else { throw .dotSegment }
        return HTTPName(range: HTTPRange(start, position), isEncoded: false)
    }

    /// The slow path of `segment`: checks percent-encodings and what they decode to.
    @inline(never)
    private static func encodedSegment(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ position: inout Int, _ end: Int, _ kind: UInt8, _ longest: Int
    ) throws(HTTPRouteFailure) -> HTTPName {
        while position < end, base[position] != 0x2F {
            guard base[position] == 0x25 || HTTPCharacters.isA(base[position], kind) else { throw .badCharacter }
            position &+= 1
        }
        guard position &- start <= 3 * longest else { throw .nameTooLong }
        let raw = UnsafeRawBufferPointer(start: base + start, count: position &- start)
        guard let decoded = HTTPName.decode(raw) else { throw .badEncoding }
        guard decoded.count <= longest else { throw .nameTooLong }
        for byte in decoded {
            let isControl = byte < 0x20 || byte == 0x7F
            if byte == 0 || kind == HTTPCharacters.name && (isControl || byte == 0x2F) { throw .badEncoding }
        }
        guard String(validating: decoded, as: UTF8.self) != nil else { throw .badEncoding }
        let dots = decoded.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { isDots($0, bytes.count) } ?? false
        }
        guard !dots else { throw .dotSegment }
        return HTTPName(range: HTTPRange(start, position), isEncoded: true)
    }

    /// Whether a segment is `.` or `..`, which intermediaries resolve away.
    private static func isDots(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        text[0] == 0x2E && (count == 1 || count == 2 && text[1] == 0x2E)
    }
}
