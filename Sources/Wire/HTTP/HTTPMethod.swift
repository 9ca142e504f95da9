/// The method of a request (RFC 9110, 9; RFC 5789). Names are case-sensitive.
package enum HTTPMethod: UInt8, Sendable, CaseIterable {
    case get
    case head
    case post
    case put
    case delete
    case options
    case patch
    case trace
    /// A token that is none of these; `HTTPRequest.methodRange` holds it.
    case other

    package var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .patch: "PATCH"
        case .trace: "TRACE"
        case .other: ""
        }
    }

    /// The method named by a token; nil for CONNECT, which nothing here offers.
    static func named(_ token: UnsafePointer<UInt8>, _ count: Int) -> HTTPMethod? {
        switch count {
        case 3:
            if same(token, count, "GET") { return .get }
            if same(token, count, "PUT") { return .put }
        case 4:
            if same(token, count, "HEAD") { return .head }
            if same(token, count, "POST") { return .post }
        case 5:
            if same(token, count, "PATCH") { return .patch }
            if same(token, count, "TRACE") { return .trace }
        case 6:
            if same(token, count, "DELETE") { return .delete }
        case 7:
            if same(token, count, "OPTIONS") { return .options }
            if same(token, count, "CONNECT") { return nil }
        default: break
        }
        return .other
    }

    @inline(__always)
    private static func same(_ token: UnsafePointer<UInt8>, _ count: Int, _ name: StaticString) -> Bool {
        let name = name.utf8Start
        for position in 0..<count where token[position] != name[position] { return false }
        return true
    }
}
