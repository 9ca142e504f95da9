/// What the header fields seen so far say about the body and the connection (RFC 9112, 6 and 9).
struct HTTPFraming: Sendable {
    /// The value of Content-Length, or -1.
    var length = -1
    /// `chunked` is the last coding so far.
    var isChunked = false
    /// A coding other than `chunked` was named.
    var hasUnknownCoding = false
    var close = false
    var keepAlive = false

    var hasTransferCoding: Bool { isChunked || hasUnknownCoding }

    /// Notes a Content-Length: digits only, once. A repeated one is refused even with the same value.
    mutating func noteLength(_ value: UnsafePointer<UInt8>, _ count: Int) -> HTTPFailure? {
        guard length < 0 else { return .conflictingLength }
        guard count > 0, count <= 18 else { return .badContentLength }
        var number = 0
        for position in 0..<count {
            guard HTTPCharacters.isDigit(value[position]) else { return .badContentLength }
            number = number &* 10 &+ Int(value[position] &- 48)
        }
        length = number
        return nil
    }

    /// Notes a Transfer-Encoding line, with the blanks at its end; several lines make one list.
    ///
    /// A tab there makes the coding an unknown one: parsers differ on it, so the next hop might see no chunks.
    mutating func noteTransferCoding(_ value: UnsafePointer<UInt8>, _ count: Int) -> HTTPFailure? {
        var position = 0
        while true {
            let element = HTTPFraming.element(value, &position, count, tabs: false)
            guard element.count > 0, !isChunked else { return .badTransferCoding }
            if HTTPCharacters.equals(value + element.start, element.count, "chunked") {
                isChunked = true
            } else {
                hasUnknownCoding = true
            }
            if position >= count { return nil }
            position &+= 1
        }
    }

    /// Notes a Connection line: the options `close` and `keep-alive`; others mean nothing here.
    mutating func noteConnection(_ value: UnsafePointer<UInt8>, _ count: Int) {
        var position = 0
        while position < count {
            let element = HTTPFraming.element(value, &position, count, tabs: true)
            position &+= 1
            if element.count == 5, HTTPCharacters.equals(value + element.start, 5, "close") { close = true }
            if element.count == 10, HTTPCharacters.equals(value + element.start, 10, "keep-alive") { keepAlive = true }
        }
    }

    /// The next element of a comma-separated list without the spaces (and tabs) around it; `position` ends at its comma.
    private static func element(
        _ value: UnsafePointer<UInt8>, _ position: inout Int, _ count: Int, tabs: Bool
    ) -> (start: Int, count: Int) {
        while position < count, value[position] == 0x20 || tabs && value[position] == 0x09 { position &+= 1 }
        let start = position
        while position < count, value[position] != 0x2C { position &+= 1 }
        var end = position
        while end > start, value[end &- 1] == 0x20 || tabs && value[end &- 1] == 0x09 { end &-= 1 }
        return (start, end &- start)
    }
}
