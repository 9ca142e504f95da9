import MeshBase

/// What one observer believes of one member, in 12 bytes; the profile lies beside it, shared.
struct MemberState: Sendable {
    private(set) var incarnation: UInt32 = 0
    private var sinceLow: UInt32 = 0
    private var sinceHigh: UInt8 = 0
    private var bits: UInt8 = 0
    private(set) var selfReported: UInt8 = 0
    private(set) var load: UInt8 = 0

    private static let known: UInt8 = 0x80
    private static let listed: UInt8 = 0x40
    private static let remembered: UInt8 = 0x20

    /// False for a number of the directory that this observer has never heard of.
    var isKnown: Bool { bits & Self.known != 0 }
    var status: MemberStatus { MemberStatus(rawValue: bits & 0x03) ?? .alive }
    /// Stands in the probe list.
    var isListed: Bool {
        get { bits & Self.listed != 0 }
        set { bits = newValue ? bits | Self.listed : bits & ~Self.listed }
    }
    /// Stands in the list of the dead.
    var isRemembered: Bool {
        get { bits & Self.remembered != 0 }
        set { bits = newValue ? bits | Self.remembered : bits & ~Self.remembered }
    }
    var metadata: MemberMetadata {
        get { MemberMetadata(state: .init(rawValue: selfReported), load: load) }
        set {
            selfReported = newValue.state.rawValue
            load = newValue.load
        }
    }
    /// When the status last changed, to the millisecond (40 bits of them: 34 years).
    var since: Instant {
        Instant(nanoseconds: (Int64(sinceHigh) << 32 | Int64(sinceLow)) * 1_000_000)
    }

    mutating func set(_ status: MemberStatus, incarnation: UInt32, since now: Instant) {
        if !isKnown || status != self.status { restart(since: now) }
        bits = bits & ~0x03 | Self.known | status.rawValue
        self.incarnation = incarnation
    }

    mutating func restart(since now: Instant) {
        let milliseconds = max(0, now.nanoseconds / 1_000_000)
        sinceLow = UInt32(truncatingIfNeeded: milliseconds)
        sinceHigh = UInt8(truncatingIfNeeded: milliseconds >> 32)
    }

    mutating func forget() {
        bits &= ~Self.known
        incarnation = 0
    }

    /// Whether news of this status and incarnation supersedes what is believed.
    func isOlder(than status: MemberStatus, _ incarnation: UInt32) -> Bool {
        if !isKnown { return true }
        return incarnation != self.incarnation ? incarnation > self.incarnation : status.rawValue > self.status.rawValue
    }
}
