/// A cell that a drill made fail without being down, and what it was called; or one that was called something for nothing.
public struct DrillAnimal: Sendable, Codable, Equatable {
    /// The word of the fault; nil where nothing of the kind was injected.
    public var injected: String?
    /// Into which cell.
    public var cell: String
    /// `zombie slowpoke flapper liar amnesiac`; nil where nobody called it what it is.
    public var named: String?
    /// From the fault until somebody did, in milliseconds.
    public var namedMilliseconds: Double?

    /// One of them.
    public init(injected: String?, cell: String, named: String?, namedMilliseconds: Double?) {
        self.injected = injected
        self.cell = cell
        self.named = named
        self.namedMilliseconds = namedMilliseconds
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(injected, forKey: .injected)
        try container.encode(cell, forKey: .cell)
        try container.encode(named, forKey: .named)
        try container.encode(namedMilliseconds, forKey: .namedMilliseconds)
    }

    private enum CodingKeys: String, CodingKey {
        case injected, cell, named
        case namedMilliseconds = "named_ms"
    }
}
