/// The position of a cell in its topology; stable for the life of one placement epoch.
public struct CellIndex: Hashable, Comparable, Sendable, Codable {
    public var rawValue: UInt16
    @inlinable public init(_ rawValue: UInt16) { self.rawValue = rawValue }
    @inlinable public init(_ position: Int) { self.rawValue = UInt16(position) }
    @inlinable public var position: Int { Int(rawValue) }
    @inlinable public static func < (a: CellIndex, b: CellIndex) -> Bool { a.rawValue < b.rawValue }
}

/// A number of the placement; each change of any shard's membership has a new, higher one.
public struct Epoch: Hashable, Comparable, Sendable, Codable {
    public var rawValue: UInt32
    @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }
    @inlinable public static func < (a: Epoch, b: Epoch) -> Bool { a.rawValue < b.rawValue }
    public static let first = Epoch(1)
}

/// The stable hash of a customer's name.
public struct CustomerHash: Hashable, Sendable, Codable {
    public var rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
    @inlinable public init(_ name: UnsafeRawBufferPointer) { rawValue = StableHash.hash(name) }
    public init(_ name: String) { rawValue = StableHash.hash(name) }
}

/// What a process of the mesh is.
public enum NodeRole: UInt8, Sendable, Codable, CaseIterable {
    case cell = 1
    case router = 2
    case control = 3

    public var name: String {
        switch self {
        case .cell: "cell"
        case .router: "router"
        case .control: "control"
        }
    }
}

/// An IPv4 address and a port.
public struct Endpoint: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The address in host byte order: 127.0.0.1 is 0x7F000001.
    public var address: UInt32
    public var port: UInt16

    @inlinable public init(address: UInt32, port: UInt16) {
        self.address = address
        self.port = port
    }

    public static let unspecified = Endpoint(address: 0, port: 0)
    public static func loopback(_ port: UInt16) -> Endpoint { Endpoint(address: 0x7F00_0001, port: port) }
    /// In 127.0.0.0/8 (RFC 1122, 3.2.1.3).
    public var isLoopback: Bool { address >> 24 == 127 }

    /// Parses `A.B.C.D:PORT`, strictly.
    public init?(_ text: String) {
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        guard halves.count == 2, let address = Endpoint.parseAddress(halves[0]),
            let port = Endpoint.number(halves[1], most: 65535)
        else { return nil }
        self.init(address: address, port: UInt16(port))
    }

    /// Parses `A.B.C.D`, strictly: four decimal numbers without leading zeros.
    public static func parseAddress(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard let byte = number(part, most: 255) else { return nil }
            address = address << 8 | byte
        }
        return address
    }

    /// What to say to one who gives an IPv6 address where an endpoint or a host is wanted.
    public static let onlyIPv4 = "IPv6 is not supported: give an IPv4 address"

    /// Whether a text that is no endpoint was meant as an IPv6 address, with or without a port.
    public static func isIPv6(_ text: some StringProtocol) -> Bool {
        if text.hasPrefix("[") { return true }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count > 2 && (parts[0].isEmpty || UInt16(parts[0], radix: 16) != nil)
    }

    private static func number(_ text: some StringProtocol, most: UInt32) -> UInt32? {
        guard !text.isEmpty, text.utf8.count <= 5, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
            text.utf8.count == 1 || text.utf8.first != 48, let n = UInt32(text), n <= most
        else { return nil }
        return n
    }

    public var host: String {
        "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
    }
    public var description: String { "\(host):\(port)" }
}
