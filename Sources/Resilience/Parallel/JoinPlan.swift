import MeshBase

/// Calls that are made at once, and how long each is waited for. Made once per group of a service.
public struct JoinPlan: Sendable, Equatable {
    /// The most members of a group: theirs are bits of one word.
    public static let most = 16

    /// One call of the group.
    public struct Member: Sendable, Equatable {
        /// When it fails, the caller fails.
        public var isCore: Bool
        /// Of an uncritical member: how long it is waited for once the last core member is done, or from the begin of a
        /// group without core members. Nil: as long as its own call lasts. Of a core member it means nothing.
        public var within: TimeAmount?
        /// Its work can be undone by another call, and must be where the caller does not use it.
        public var isCompensated: Bool

        /// A call of the group; a negative time counts as none.
        public init(isCore: Bool, within: TimeAmount? = nil, isCompensated: Bool = false) {
            self.isCore = isCore
            self.within = within.map { max($0, .zero) }
            self.isCompensated = isCompensated
        }
    }

    /// 1...16.
    public let members: [Member]
    /// How long the group is waited for from its begin; nil for as long as its calls last.
    public let within: TimeAmount?
    let core: JoinMembers
    let compensated: JoinMembers

    /// - Returns: nil without members, and with more than `most`.
    public init?(_ members: [Member], within: TimeAmount? = nil) {
        guard !members.isEmpty, members.count <= Self.most else { return nil }
        self.members = members
        self.within = within.map { max($0, .zero) }
        var core = JoinMembers()
        var compensated = JoinMembers()
        for (index, member) in members.enumerated() {
            if member.isCore { core.insert(index) }
            if member.isCompensated { compensated.insert(index) }
        }
        self.core = core
        self.compensated = compensated
    }

    /// What is written and does nothing: `join-within` of a core member, or of a member beyond that of its group.
    public func problems() -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        for (index, member) in members.enumerated() {
            guard let within = member.within else { continue }
            if member.isCore {
                problems.append(("parallel[\(index)].join-within", "a core member is always waited for"))
            } else if let group = self.within, within > group {
                problems.append(("parallel[\(index)].join-within", "is above the group's"))
            }
        }
        return problems
    }
}

/// A set of members of a group, by position: one word, walked without allocation.
public struct JoinMembers: Sendable, Hashable, Sequence {
    /// Bit n: member n.
    public private(set) var bits: UInt16 = 0

    /// None.
    public init() {}

    /// The first so many members, 0...16.
    static func first(_ count: Int) -> JoinMembers {
        var all = JoinMembers()
        all.bits = count >= 16 ? .max : UInt16(1) << UInt16(count) - 1
        return all
    }

    /// Whether a member, 0...15, is in it.
    public func contains(_ member: Int) -> Bool { bits & (1 << UInt16(member & 15)) != 0 }
    /// How many there are.
    public var count: Int { bits.nonzeroBitCount }
    /// Whether there is none.
    public var isEmpty: Bool { bits == 0 }

    /// Adds a member, 0...15.
    public mutating func insert(_ member: Int) { bits |= 1 << UInt16(member & 15) }
    /// Takes a member, 0...15, out.
    public mutating func remove(_ member: Int) { bits &= ~(1 << UInt16(member & 15)) }
    /// Adds all of another set.
    public mutating func formUnion(_ other: JoinMembers) { bits |= other.bits }
    /// Takes out all of another set.
    public mutating func subtract(_ other: JoinMembers) { bits &= ~other.bits }

    /// This without the members of another set.
    public func subtracting(_ other: JoinMembers) -> JoinMembers {
        var rest = self
        rest.subtract(other)
        return rest
    }
    /// The members of both.
    public func intersection(_ other: JoinMembers) -> JoinMembers {
        var both = self
        both.bits &= other.bits
        return both
    }
    /// Whether all of this are in another set.
    public func isSubset(of other: JoinMembers) -> Bool { bits & ~other.bits == 0 }
    /// Whether none of this is in another set.
    public func isDisjoint(with other: JoinMembers) -> Bool { bits & other.bits == 0 }

    /// Positions, rising.
    public struct Iterator: IteratorProtocol, Sendable {
        var rest: UInt16
        /// The next higher position.
        public mutating func next() -> Int? {
            guard rest != 0 else { return nil }
            defer { rest &= rest - 1 }
            return rest.trailingZeroBitCount
        }
    }
    /// From the lowest position on.
    public func makeIterator() -> Iterator { Iterator(rest: bits) }
}
