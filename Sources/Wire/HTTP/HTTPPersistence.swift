/// What an answer says about the connection (RFC 9112, 9.3).
package enum HTTPPersistence: UInt8, Sendable {
    /// Nothing: it stays open, as HTTP/1.1 implies.
    case implied
    /// `Connection: close`; close after writing.
    case close
    /// `Connection: keep-alive`, for an HTTP/1.0 client that asked.
    case keepAlive

    /// The header field with its line end, or nothing.
    var field: StaticString {
        switch self {
        case .implied: ""
        case .close: "Connection: close\r\n"
        case .keepAlive: "Connection: keep-alive\r\n"
        }
    }
}

extension HTTPRequest {
    /// What the answer has to say about the connection if the server does not want to close it.
    package var persistence: HTTPPersistence {
        if !keepAlive { return .close }
        return versionMinor == 0 ? .keepAlive : .implied
    }

    /// The server wants to close: the answer says so.
    package mutating func endConnection() { keepAlive = false }
}
