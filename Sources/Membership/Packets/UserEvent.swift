/// Something that one member tells all others, each of which hears it once.
public struct UserEvent: Hashable, Sendable {
    /// Bytes of UTF-8.
    public static let longestName = 63
    /// Bytes.
    public static let longestPayload = 512

    /// Lamport time: later than everything that the origin had heard when it raised the event.
    public var time: UInt64
    /// The member that raised it.
    public var origin: String
    /// What it is called; 1 to `longestName` bytes.
    public var name: String
    /// At most `longestPayload` bytes, carried as they are.
    public var payload: [UInt8]

    /// An event as it stands on the wire; lengths are checked where it is raised and where it is decoded.
    public init(time: UInt64, origin: String, name: String, payload: [UInt8]) {
        self.time = time
        self.origin = origin
        self.name = name
        self.payload = payload
    }
}
