/// An address and a port.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    public var address: IPAddress
    public var port: UInt16

    @inlinable public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// - Parameter v4: in host byte order: 127.0.0.1 is 0x7F000001.
    @inlinable public init(v4: UInt32, port: UInt16) { self.init(address: IPAddress(v4: v4), port: port) }

    public static let unspecified = Endpoint(address: .any, port: 0)
    public static func loopback(_ port: UInt16) -> Endpoint { Endpoint(address: .loopback, port: port) }

    /// Parses `A.B.C.D:PORT` and `[IPV6]:PORT`, strictly. What is wrong with another text, `AddressProblem` says.
    public init?(_ text: some StringProtocol) {
        guard let endpoint = HostPort(text)?.endpoint else { return nil }
        self = endpoint
    }

    /// The same number for equal endpoints in every process; of IPv4, the address and behind it the port.
    public var number: UInt64 {
        if let v4 = address.v4 { return UInt64(v4) << 16 | UInt64(port) }
        return StableHash.combine(StableHash.combine(address.high, address.low), UInt64(port))
    }

    /// The address as it stands in front of the port: IPv6 in brackets.
    public var host: String { address.host }
    public var description: String { "\(host):\(port)" }
}
