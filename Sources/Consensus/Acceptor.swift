import MeshBase

/// What one decider has promised and accepted of one decree: a register of CASPaxos (Rystsov 2018).
///
/// The holder reads seat and acceptor, asks, and stores the acceptor, all in one transaction, synced before the answer
/// leaves: a promise that is forgotten lets a late round undo a decision.
public struct Acceptor: Sendable, Hashable {
    /// A value and the round it was accepted in; whether it was decided, only a quorum tells.
    public struct Accepted: Sendable, Hashable {
        /// The round; `none` for a founding value.
        public var ballot: Ballot
        /// The value.
        public var value: [UInt8]

        /// A value with its round.
        public init(ballot: Ballot, value: [UInt8]) {
            self.ballot = ballot
            self.value = value
        }
    }

    /// The answer to one request, which is named by its ballot.
    public struct Answer: Sendable, Hashable {
        /// The ballot of the request.
        public var ballot: Ballot
        /// What became of it.
        public var outcome: Outcome

        /// An answer to the request of this ballot.
        public init(ballot: Ballot, outcome: Outcome) {
            self.ballot = ballot
            self.outcome = outcome
        }

        /// The acceptor is another than before: it is stored before the answer leaves.
        public var isChange: Bool {
            switch outcome {
            case .promised, .accepted: true
            case .outdated, .otherSet, .invalid: false
            }
        }
    }

    /// What became of a request.
    public enum Outcome: Sendable, Hashable {
        /// Nothing below the ballot will be accepted any more; what was accepted so far.
        case promised(Accepted?)
        /// The value is kept.
        case accepted
        /// This ballot has been promised, which is the request's or a higher one: nothing was changed.
        case outdated(by: Ballot)
        /// Not the set that is installed here, or no member of it: nothing was changed.
        case otherSet(DeciderSet?)
        /// No round's number, a value that is too long or follows from nothing: nothing was changed.
        case invalid
    }

    /// No round below this one is admitted.
    public private(set) var promised: Ballot
    /// What was accepted last.
    public private(set) var accepted: Accepted?

    /// A value has at most so many bytes: 1 MiB.
    public static let valueLimit = 1 << 20

    /// Of a decree that was never decided.
    public init() { promised = .none }

    /// Of a decree that begins with a value, which every decider is given before the first round.
    public init(founding value: [UInt8]) {
        precondition(value.count <= Acceptor.valueLimit, "a founding value of \(value.count) bytes")
        promised = .none
        accepted = Accepted(ballot: .none, value: value)
    }

    init(promised: Ballot, accepted: Accepted?) {
        self.promised = promised
        self.accepted = accepted
    }

    /// The answer to either half of a round.
    public mutating func answer(
        _ request: CASChange.Request, of decree: DecreeName, at seat: DeciderSeat
    ) -> Answer {
        switch request {
        case .prepare(let ballot): prepare(ballot, at: seat)
        case .accept(let ballot, let value): accept(ballot, value: value, of: decree, at: seat)
        }
    }

    /// First half of a round. A ballot is promised once: a round that was begun twice would decide two values.
    public mutating func prepare(_ ballot: Ballot, at seat: DeciderSeat) -> Answer {
        guard seat.admits(ballot) else { return Answer(ballot: ballot, outcome: .otherSet(seat.set)) }
        guard ballot.isRound else { return Answer(ballot: ballot, outcome: .invalid) }
        guard ballot > promised else { return Answer(ballot: ballot, outcome: .outdated(by: promised)) }
        promised = ballot
        return Answer(ballot: ballot, outcome: .promised(accepted))
    }

    /// Second half of a round; repeated, it is acknowledged again.
    public mutating func accept(
        _ ballot: Ballot, value: [UInt8], of decree: DecreeName, at seat: DeciderSeat
    ) -> Answer {
        guard seat.admits(ballot), let set = seat.set else {
            return Answer(ballot: ballot, outcome: .otherSet(seat.set))
        }
        guard ballot.isRound, value.count <= Acceptor.valueLimit, decree != .deciders || set.mayDecide(value) else {
            return Answer(ballot: ballot, outcome: .invalid)
        }
        guard ballot >= promised else { return Answer(ballot: ballot, outcome: .outdated(by: promised)) }
        // One ballot, one value: two can only come of a proposer's number that was used twice.
        if let accepted, accepted.ballot == ballot, accepted.value != value {
            return Answer(ballot: ballot, outcome: .invalid)
        }
        promised = ballot
        accepted = Accepted(ballot: ballot, value: value)
        return Answer(ballot: ballot, outcome: .accepted)
    }
}

extension DeciderSet {
    /// Whether the decree `deciders` may have this value while this set is in force: itself or its successor.
    func mayDecide(_ value: [UInt8]) -> Bool {
        guard let next = DeciderSet(decoding: value) else { return false }
        return next == self || next.isSuccessor(of: self)
    }
}
