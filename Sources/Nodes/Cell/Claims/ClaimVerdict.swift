import MeshBase
import Topology
import Wire

/// Under which key a call is carried out, by what its service declares.
enum ClaimVerdict: Equatable {
    /// A call like any other.
    case plain
    case key([UInt8])
    case refused(Refusal)

    /// - Parameters:
    ///   - settings: of the service.
    ///   - key: that came with the call; empty for none.
    ///   - isExplicit: the client gave it as such. The id of a request, which proxies add, promises nothing by itself.
    ///   - isSafe: the method may be repeated anyway.
    ///   - isKept: the cell's shards keep claims.
    ///   - print: of what was sent.
    init(_ settings: Idempotency, key: [UInt8], isExplicit: Bool, isSafe: Bool, isKept: Bool, print: UInt64) {
        let isNeeded: Bool
        switch settings.mode {
        case .off:
            self = isExplicit ? .refused(.keyUnkept) : .plain
            return
        case .key: isNeeded = false
        case .body, .required: isNeeded = !isSafe
        }
        if key.isEmpty, settings.mode == .required, isNeeded {
            self = .refused(.keyRequired)
        } else if key.isEmpty, !isNeeded {
            self = .plain
        } else if !isKept {
            self = isExplicit || isNeeded ? .refused(.keyUnkept) : .plain
        } else {
            self = .key(key.isEmpty ? Array("body-\(String(print, radix: 16))".utf8) : key)
        }
    }
}
