import Wire

/// A resource of the API.
enum APIRoute: Equatable {
    case status, processes, members, impact, events, faults, addFault, removeFaults, down
    case evacuations, evacuationReport, moves, pins, conflicts, settings
    case changeEvacuation(EvacuationChange)
    /// Of the customer of this name.
    case pin(String)
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
        case "/v1/evacuations": self = .evacuations
        case "/v1/evacuations/report": self = .evacuationReport
        case "/v1/moves": self = .moves
        case "/v1/pins": self = .pins
        case "/v1/conflicts": self = .conflicts
        case "/v1/settings": self = .settings
        case "/v1/down": self = .down
        default:
            guard path.hasPrefix("/v1/") else { return nil }
            let words = path.dropFirst(4).split(separator: "/", omittingEmptySubsequences: false)
            switch (words.first, words.count) {
            case ("pins", 2):
                let customer = APIQuery.decoded(words[1], plusIsSpace: false)
                guard MoveRequest.isName(customer) else { return nil }
                self = .pin(customer)
            case ("evacuations", 2):
                guard let change = EvacuationChange(rawValue: String(words[1])) else { return nil }
                self = .changeEvacuation(change)
            default:
                guard let action = ProcessAction(rawValue: String(path.dropFirst(4))) else { return nil }
                self = .action(action)
            }
        }
    }

    /// What may be done with it.
    enum Use {
        case read, change, readOrChange, remove

        /// The value of the Allow header field.
        var allow: StaticString {
            switch self {
            case .read: "GET, HEAD"
            case .change: "POST"
            case .readOrChange: "GET, HEAD, POST"
            case .remove: "DELETE"
            }
        }
        var sentence: String {
            switch self {
            case .read: "is read with GET"
            case .change: "is changed with POST"
            case .readOrChange: "is read with GET and changed with POST"
            case .remove: "is removed with DELETE"
            }
        }
        func allows(_ method: HTTPMethod) -> Bool {
            switch method {
            case .get, .head: self == .read || self == .readOrChange
            case .post: self == .change || self == .readOrChange
            case .delete: self == .remove
            default: false
            }
        }
    }

    var use: Use {
        switch self {
        case .down, .action, .addFault, .removeFaults, .moves, .changeEvacuation: .change
        case .evacuations, .settings: .readOrChange
        case .pin: .remove
        case .status, .processes, .members, .impact, .events, .faults, .evacuationReport, .pins, .conflicts: .read
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

    static func decoded(_ text: Substring, plusIsSpace: Bool = true) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let decoded = SecretText.bytes(hex: String(decoding: rest.prefix(2), as: UTF8.self)), decoded.count == 1
            {
                bytes.append(decoded[0])
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
