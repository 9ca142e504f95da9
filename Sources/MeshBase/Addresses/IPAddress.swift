/// An IPv4 or IPv6 address.
///
/// There is one form of each: an IPv4 address that is written or heard as IPv6 (`::ffff:10.0.0.1`, as a socket that serves
/// both families tells its IPv4 peers) is that IPv4 address. Link-local addresses have no zone here, because a zone means
/// something on one host alone; what people write is refused (`AddressProblem`).
public struct IPAddress: Hashable, Comparable, Sendable {
    /// The first eight bytes, in host byte order.
    public let high: UInt64
    /// The last eight bytes, in host byte order.
    public let low: UInt64

    /// The address of these sixteen bytes, as IPv6 has them.
    @inlinable public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter v4: in host byte order: 127.0.0.1 is 0x7F000001.
    @inlinable public init(v4: UInt32) { self.init(high: 0, low: 0xFFFF << 32 | UInt64(v4)) }

    /// 127.0.0.1.
    public static let loopback = IPAddress(v4: 0x7F00_0001)
    /// ::1.
    public static let loopback6 = IPAddress(high: 0, low: 1)
    /// 0.0.0.0: every IPv4 address of a host, to one that binds.
    public static let any = IPAddress(v4: 0)
    /// `::`: every address of a host, of both families, to one that binds.
    public static let any6 = IPAddress(high: 0, low: 0)

    /// Whether it is of the older family.
    @inlinable public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }
    /// In host byte order; nil where it is IPv6.
    @inlinable public var v4: UInt32? { isIPv4 ? UInt32(truncatingIfNeeded: low) : nil }

    /// 127.0.0.0/8 or ::1.
    public var isLoopback: Bool { v4.map { $0 >> 24 == 127 } ?? (self == .loopback6) }
    /// 0.0.0.0 or ::.
    public var isUnspecified: Bool { self == .any || self == .any6 }
    /// fe80::/10, which holds on one link alone.
    public var isLinkLocal: Bool { high >> 54 == 0xFE80 >> 6 }
    /// Whether one host can be reached there: neither unspecified, nor of a group, nor of one link.
    public var isOfOneHost: Bool {
        if let v4 { return v4 != 0 && v4 >> 28 != 14 && v4 != .max }
        return !isUnspecified && high >> 56 != 0xFF && !isLinkLocal
    }

    /// Whoever has one address of it has them all: an IPv4 address by itself, of IPv6 the /64 of a subnet.
    public var allotment: IPAddress { isIPv4 ? self : IPAddress(high: high, low: 0) }

    /// Whether a socket bound here takes what is sent to `other`, by their families: one at `::` serves both.
    public func serves(_ other: IPAddress) -> Bool { self == .any6 || isIPv4 == other.isIPv4 }

    /// In the order of their numbers; IPv4 addresses among themselves as well.
    @inlinable public static func < (a: IPAddress, b: IPAddress) -> Bool { (a.high, a.low) < (b.high, b.low) }
}
