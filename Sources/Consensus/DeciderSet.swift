import MeshBase

/// A cell that holds decrees, with the store it holds them in: without its disk it is another, and no decider.
public struct Decider: Sendable, Hashable {
    /// The cell.
    public var cell: CellIndex
    /// The identity of its store.
    public var store: UInt64

    /// A decider by its cell and store.
    public init(cell: CellIndex, store: UInt64) {
        self.cell = cell
        self.store = store
    }
}

/// Who decides, and which of them are enough: the value of the decree `deciders`.
///
/// A set decides only its successor: stable(D), joint(D, D'), stable(D'), each with the next epoch.
public struct DeciderSet: Sendable, Hashable {
    /// Whose majorities are needed; members in order of their cells.
    public enum Phase: Sendable, Hashable {
        /// A majority of these.
        case stable([Decider])
        /// A majority of the first, who decided this, and one of the second, who replace them.
        case joint([Decider], [Decider])
    }

    /// Members by their position in `members`, one bit each.
    public typealias Members = UInt32

    /// Rises by one with each set.
    public let epoch: Epoch
    /// Whose majorities are needed.
    public let phase: Phase
    /// All of them, each once: first those of the old side, then those who are only in the new one.
    public let members: [Decider]
    private let old: Members
    private let new: Members

    /// A side has at most so many members.
    public static let sideLimit = 16

    /// Nil where a side is empty, has more than `sideLimit` members or one cell twice, or where both sides are equal.
    /// The members may come in any order.
    public init?(epoch: Epoch, phase: Phase) {
        self.epoch = epoch
        switch phase {
        case .stable(let side):
            guard let side = DeciderSet.canonical(side) else { return nil }
            self.phase = .stable(side)
            members = side
            old = DeciderSet.bits(side.count)
            new = old
        case .joint(let before, let after):
            guard let before = DeciderSet.canonical(before), let after = DeciderSet.canonical(after), before != after
            else { return nil }
            self.phase = .joint(before, after)
            let all = before + after.filter { !before.contains($0) }
            members = all
            old = DeciderSet.bits(before.count)
            new = all.indices.reduce(0) { after.contains(all[$1]) ? $0 | 1 << $1 : $0 }
        }
    }

    /// Every member.
    public var all: Members { old | new }
    /// Both sides are needed.
    public var isJoint: Bool { if case .joint = phase { true } else { false } }
    /// Who decides once this set is replaced: the new side of a joint set, the members of a stable one.
    public var successors: [Decider] {
        switch phase {
        case .stable(let side), .joint(_, let side): side
        }
    }

    /// The position of a member, as a bit; nil for who is none, such as a cell with another store.
    public func bit(of decider: Decider) -> Members? {
        members.firstIndex(of: decider).map { 1 << $0 }
    }

    /// The positions of a cell, which a joint set may have with two stores.
    public func bits(of cell: CellIndex) -> Members {
        members.indices.reduce(0) { members[$1].cell == cell ? $0 | 1 << $1 : $0 }
    }

    /// Whether these are more than half of each side.
    public func isQuorum(_ some: Members) -> Bool {
        (some & old).nonzeroBitCount * 2 > old.nonzeroBitCount
            && (some & new).nonzeroBitCount * 2 > new.nonzeroBitCount
    }

    /// The joint set by which others replace the members of this stable one. Nil where this is joint, where they are the
    /// same, where they make no valid side, and after the last epoch.
    public func joint(with others: [Decider]) -> DeciderSet? {
        guard case .stable(let side) = phase, let next else { return nil }
        return DeciderSet(epoch: next, phase: .joint(side, others))
    }

    /// The stable set that follows a joint one, once every other decree was carried over; nil where this is stable.
    public func settled() -> DeciderSet? {
        guard case .joint(_, let side) = phase, let next else { return nil }
        return DeciderSet(epoch: next, phase: .stable(side))
    }

    /// Whether this set may be decided by that one.
    public func isSuccessor(of set: DeciderSet) -> Bool {
        switch (set.phase, phase) {
        case (.stable(let side), .joint(let before, _)): side == before && epoch == set.next
        case (.joint(_, let after), .stable(let side)): side == after && epoch == set.next
        default: false
        }
    }

    private var next: Epoch? { epoch.rawValue == .max ? nil : Epoch(epoch.rawValue + 1) }

    private static func bits(_ count: Int) -> Members { Members.max >> (32 - Members(count)) }

    private static func canonical(_ side: [Decider]) -> [Decider]? {
        guard side.count >= 1, side.count <= sideLimit else { return nil }
        let sorted = side.sorted { $0.cell < $1.cell }
        return zip(sorted, sorted.dropFirst()).allSatisfy { $0.cell < $1.cell } ? sorted : nil
    }
}
