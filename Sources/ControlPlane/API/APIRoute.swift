/// A resource of the API.
enum APIRoute: Equatable {
    case status, processes, members, impact, events, faults, addFault, removeFaults, down
    case action(ProcessAction)

    init?(_ path: String) {
        switch path {
        case "/v1/status": self = .status
        case "/v1/processes": self = .processes
        case "/v1/members": self = .members
        case "/v1/impact": self = .impact
        case "/v1/events": self = .events
        case "/v1/faults": self = .faults
        case "/v1/faults/add": self = .addFault
        case "/v1/faults/remove": self = .removeFaults
        case "/v1/down": self = .down
        default:
            guard path.hasPrefix("/v1/"), let action = ProcessAction(rawValue: String(path.dropFirst(4))) else {
                return nil
            }
            self = .action(action)
        }
    }

    /// Whether it changes something: POST, and nothing else.
    var isChange: Bool {
        switch self {
        case .down, .action, .addFault, .removeFaults: true
        default: false
        }
    }
}

/// The parameters of a query: `a=1&b=2`, percent-encoded; the first of two with one name counts.
struct APIQuery {
    private var values: [String: String] = [:]

    init(_ query: String) {
        for part in query.split(separator: "&").prefix(32) {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decoded(halves[0])
            if values[name] == nil { values[name] = halves.count > 1 ? Self.decoded(halves[1]) : "" }
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// Nil for what is no whole number from 0 on.
    func integer(_ name: String, default absent: Int64) -> Int64? {
        guard let text = values[name] else { return absent }
        guard let value = Int64(text), value >= 0 else { return nil }
        return value
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let decoded = SecretText.bytes(hex: String(decoding: rest.prefix(2), as: UTF8.self)), decoded.count == 1
            {
                bytes.append(decoded[0])
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
