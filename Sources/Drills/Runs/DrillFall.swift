/// A service that fell in one cell while a drill ran: more than half of its calls failed.
public struct DrillFall: Sendable, Codable, Equatable {
    /// Its name.
    public var service: String
    /// Where.
    public var cell: String
    /// From the first action until most of its calls failed, in milliseconds, to a second.
    public var afterMilliseconds: Double
    /// Of its calls in the last 5 s those that failed, 0...1.
    public var share: Double
    /// The services that call it, with commas; nil where only clients do.
    public var callers: String?
    /// One that it calls and that fails too; nil where there is none.
    public var through: String?

    /// One of them.
    public init(
        service: String, cell: String, afterMilliseconds: Double, share: Double, callers: String?, through: String?
    ) {
        self.service = service
        self.cell = cell
        self.afterMilliseconds = afterMilliseconds
        self.share = share
        self.callers = callers
        self.through = through
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(service, forKey: .service)
        try container.encode(cell, forKey: .cell)
        try container.encode(afterMilliseconds, forKey: .afterMilliseconds)
        try container.encode(share, forKey: .share)
        try container.encode(callers, forKey: .callers)
        try container.encode(through, forKey: .through)
    }

    private enum CodingKeys: String, CodingKey {
        case service, cell, share, callers, through
        case afterMilliseconds = "after_ms"
    }
}
