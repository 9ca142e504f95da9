import MeshBase

/// One change of one claim as its proposer sees it: rounds of CASPaxos among the members of the customer's state, until
/// one decides.
///
/// The holder carries out each step and reports what came of it. With `accept` of the value found it is also the way to
/// read: what only some members have accepted may still be undone, so it is accepted at a quorum before it is told.
public struct ClaimChange: Sendable {
    /// What the holder has to do next.
    public enum Step: Sendable, Equatable {
        /// Nothing: answers are on their way.
        case wait
        /// Ask these for a promise of the ballot.
        case prepare(RecordVersion, Positions)
        /// This is the value, nil where there is none: call `accept`, or give the change up.
        case decide(current: [UInt8]?)
        /// Have these accept the value.
        case accept(RecordVersion, [UInt8], Positions)
        /// Another round was in the way or no quorum answered: call `begin` after some time, at the epoch of then.
        case again
        /// A quorum has accepted this value.
        case chosen([UInt8])
    }
    private enum Phase: Sendable, Equatable { case idle, preparing, deciding, accepting([UInt8]) }

    private var phase = Phase.idle
    private var quorum = QuorumSet(0)
    /// Of the round under way.
    public private(set) var ballot = RecordVersion.none
    private var heard: Positions = 0
    private var refused: Positions = 0
    private var found: (ballot: RecordVersion, value: [UInt8])?
    private var highest: UInt32 = 0
    /// A value was sent that differs from what was found: it may be decided, now or later.
    public private(set) var isUncertain = false
    /// Rounds begun.
    public private(set) var rounds = 0

    /// Of a change that has not begun.
    public init() {}

    /// Begins a round, of this or of a later epoch.
    ///
    /// - Parameters:
    ///   - quorum: Of the members in the customer's state at `epoch`.
    ///   - proposer: Unique to the round: late answers to a former one would decide a second value in it.
    public mutating func begin(epoch: Epoch, quorum: QuorumSet, proposer: UInt64) -> Step {
        let isNew = ballot.claimEpoch != epoch
        if isNew { highest = 0 }
        let round = max(isNew ? 0 : ballot.claimRound, highest) + 1
        guard round <= RecordVersion.highestClaimRound else { return .again }
        rounds += 1
        ballot = RecordVersion(epoch: epoch, round: round, proposer: proposer)
        self.quorum = quorum
        heard = 0
        refused = 0
        found = nil
        phase = .preparing
        return .prepare(ballot, quorum.all)
    }

    /// A member has promised, and tells what it accepted before; nil for nothing.
    public mutating func promised(
        _ ballot: RecordVersion, by position: Int, accepted: (ballot: RecordVersion, value: [UInt8])?
    ) -> Step {
        guard ballot == self.ballot, phase == .preparing else { return .wait }
        heard |= 1 << Positions(position)
        if let accepted, accepted.ballot > found?.ballot ?? .none { found = accepted }
        guard quorum.isComplete(heard, .majority) else { return .wait }
        phase = .deciding
        return .decide(current: found?.value)
    }

    /// What the value is to be.
    public mutating func accept(_ value: [UInt8]) -> Step {
        guard phase == .deciding else { return .wait }
        if value != found?.value { isUncertain = true }
        heard = 0
        refused = 0
        phase = .accepting(value)
        return .accept(ballot, value, quorum.all)
    }

    /// A member has accepted the value.
    public mutating func accepted(_ ballot: RecordVersion, by position: Int) -> Step {
        guard ballot == self.ballot, case .accepting(let value) = phase else { return .wait }
        heard |= 1 << Positions(position)
        guard quorum.isComplete(heard, .majority) else { return .wait }
        phase = .idle
        return .chosen(value)
    }

    /// A member has promised another round, could not be asked, or is in another epoch.
    public mutating func refused(_ ballot: RecordVersion, by position: Int, promised: RecordVersion = .none) -> Step {
        guard ballot == self.ballot, phase != .idle, phase != .deciding else { return .wait }
        if promised.claimEpoch == ballot.claimEpoch { highest = max(highest, promised.claimRound) }
        refused |= 1 << Positions(position) & ~heard
        if quorum.isComplete(quorum.all & ~refused, .majority) { return .wait }
        phase = .idle
        return .again
    }

    /// What members that could not be asked yet are asked: the ballot, and the value in the second half of a round.
    public var pending: (ballot: RecordVersion, value: [UInt8]?)? {
        switch phase {
        case .preparing: (ballot, nil)
        case .accepting(let value): (ballot, value)
        case .idle, .deciding: nil
        }
    }

    /// The answers take too long, or the customer is served in another epoch now.
    public mutating func giveUpRound() -> Step {
        guard phase != .idle else { return .wait }
        phase = .idle
        return .again
    }
}
