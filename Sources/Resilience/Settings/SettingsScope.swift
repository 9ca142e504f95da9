/// Where a setting is in force.
public enum SettingsScope: Sendable, Hashable {
    case mesh
    case region(String)
    case cell(String)
    /// A service in every cell: what it calls, and the program that it runs.
    case service(String)

    /// From its text: `mesh`, `region/us-east`, `cell/us-east-1`, `service/checkout`.
    public init?(_ text: String) {
        if text == "mesh" {
            self = .mesh
            return
        }
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let name = String(text[text.index(after: slash)...])
        guard !name.isEmpty else { return nil }
        switch text[..<slash] {
        case "region": self = .region(name)
        case "cell": self = .cell(name)
        case "service": self = .service(name)
        default: return nil
        }
    }

    /// How narrow it is; where two are in force the narrower wins.
    public var narrowness: Int {
        switch self {
        case .mesh: 0
        case .region: 1
        case .cell: 2
        case .service: 3
        }
    }

    /// Whether it is in force at a place.
    ///
    /// - Parameter service: whose calls are asked for; nil where no service is meant.
    public func covers(_ place: SettingsPlace, service: String? = nil) -> Bool {
        switch self {
        case .mesh: true
        case .region(let name): name == place.region
        case .cell(let name): name == place.cell
        case .service(let name): name == service
        }
    }
}

extension SettingsScope: CustomStringConvertible {
    /// As `init(_:)` reads it.
    public var description: String {
        switch self {
        case .mesh: "mesh"
        case .region(let name): "region/\(name)"
        case .cell(let name): "cell/\(name)"
        case .service(let name): "service/\(name)"
        }
    }
}

extension SettingsScope: Codable {
    /// From its text.
    ///
    /// - Throws: `DecodingError` for any other text.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        let text = try value.decode(String.self)
        guard let scope = SettingsScope(text) else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "'\(text)' is no scope")
        }
        self = scope
    }

    /// As its text.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(description)
    }
}

/// Where a process stands, for what is in force there.
public struct SettingsPlace: Sendable, Hashable {
    /// Its region.
    public var region: String
    /// Nil of a process that is no cell.
    public var cell: String?

    /// A cell, or a process of a region that is none.
    public init(region: String, cell: String? = nil) {
        self.region = region
        self.cell = cell
    }
}

/// Time by the calendar, in milliseconds since 1970 UTC: what is set until then ends in every process by its own clock,
/// and after a restart too, which no time since boot would allow.
public struct WallTime: Sendable, Hashable, Comparable, Codable {
    /// Since 1970 UTC.
    public var milliseconds: Int64
    /// A time so many milliseconds after the begin of 1970, UTC.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The earlier is the lesser.
    public static func < (a: WallTime, b: WallTime) -> Bool { a.milliseconds < b.milliseconds }

    /// From a whole number.
    ///
    /// - Throws: `DecodingError` for anything else.
    public init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }
    /// As a whole number.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(milliseconds)
    }
}
