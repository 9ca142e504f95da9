import MeshBase

/// Replaces the deciders: decides the joint set in the old one, decides each other decree's value once more with both
/// majorities, then the new set with both. Without the second step the new ones could decide what the old ones had
/// decided otherwise.
///
/// Several at once, or one that is begun again by another process, do no harm: what is found under way is ended first.
/// The holder runs a `CASChange` for each decree that a step names, several at once where it likes, asks `proposal` what
/// to do with the value found, reports each `chosen`, and tells the cells of each new `set`. Where a change fails it gives
/// up or runs it again.
public struct DeciderChange: Sendable {
    /// What the holder has to do next.
    public enum Step: Sendable, Hashable {
        /// Nothing: changes are under way.
        case wait
        /// Run a change of each of these, by `set`.
        case decide([DecreeName])
        /// These are the deciders now, as was wished.
        case done(DeciderSet)
        /// They were replaced again and again by others; a set may have been decided on the way.
        case contention
        /// The deciders wished make no set: none, too many, or a cell twice. Nothing was changed.
        case invalid
    }

    /// The newest set that is known to be decided; every cell may be told.
    public private(set) var set: DeciderSet
    private let target: [Decider]
    private let decrees: [DecreeName]
    /// Not yet carried over at this set's epoch.
    private var left: [DecreeName] = []
    /// The set was found or decided by a quorum, and not only heard of.
    private var isConfirmed = false
    private var steps = 0

    /// Three steps for each replacement, and three of others' before this one.
    static let stepLimit = 12

    /// - Parameters:
    ///   - target: who shall decide.
    ///   - set: the newest set that is known to be decided.
    ///   - decrees: every other decree that may ever have had a value. One that is missing may lose it.
    public init(to target: [Decider], from set: DeciderSet, decrees: [DecreeName]) {
        self.set = set
        self.target = DeciderSet(epoch: .first, phase: .stable(target))?.successors ?? []
        self.decrees = decrees.filter { $0 != .deciders }
        left = set.isJoint ? self.decrees : []
    }

    /// The first step.
    public mutating func begin() -> Step { target.isEmpty ? .invalid : next() }

    /// What to propose in place of the value found by a change of the set that it has adopted; nil to `stop`.
    public func proposal(of decree: DecreeName, current: [UInt8]?, by deciding: DeciderSet) -> [UInt8]? {
        // By another set than this plan knows of, what was carried over does not count.
        guard decree == .deciders, deciding == set else { return nil }
        // The set's successor, which another has proposed: it is decided, not replaced.
        if let current, current != set.encoded() { return nil }
        if set.isJoint { return left.isEmpty ? set.settled()?.encoded() : nil }
        return set.successors == target ? nil : set.joint(with: target)?.encoded()
    }

    /// A change has decided, by the set that it has adopted.
    public mutating func chosen(_ value: [UInt8]?, of decree: DecreeName, by deciding: DeciderSet) -> Step {
        let before = set.epoch
        adopt(deciding)
        if decree == .deciders {
            let decided = value.flatMap { DeciderSet(decoding: $0) } ?? deciding
            adopt(decided)
            isConfirmed = decided == set
            return next()
        }
        guard set.epoch == before else { return next() }
        guard deciding == set, let position = left.firstIndex(of: decree) else { return .wait }
        left.remove(at: position)
        return left.isEmpty ? next() : .wait
    }

    private mutating func adopt(_ newer: DeciderSet) {
        guard newer.epoch > set.epoch else { return }
        set = newer
        left = set.isJoint ? decrees : []
        isConfirmed = false
    }

    private mutating func next() -> Step {
        if isConfirmed, !set.isJoint, set.successors == target { return .done(set) }
        guard steps < DeciderChange.stepLimit else { return .contention }
        steps += 1
        return .decide(left.isEmpty ? [.deciders] : left)
    }
}
