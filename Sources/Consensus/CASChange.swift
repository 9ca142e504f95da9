import MeshBase

/// One change of one decree, as its proposer sees it: a round of CASPaxos (Rystsov 2018), repeated where another was in
/// the way.
///
/// The holder carries out each `Step` and reports what came of it; reports that were not awaited change nothing. It may
/// give the change up at any time, and then does not know whether it was made. After each conflict it is asked again
/// what to do with the value found, so it must see in a value whether its own change is in it already.
///
/// Also the way to read a decree, with `stop`: a value that only some deciders have accepted may still be undone, so what
/// is found is accepted at a quorum before it is told.
public struct CASChange: Sendable {
    /// Deciders by their position in `set.members`, one bit each.
    public typealias Members = DeciderSet.Members

    /// What deciders are asked.
    public enum Request: Sendable, Hashable {
        /// See `Acceptor.prepare`.
        case prepare(Ballot)
        /// See `Acceptor.accept`.
        case accept(Ballot, [UInt8])
    }

    /// What the holder has to do next. Members are those of `set` at the time of the step.
    public enum Step: Sendable, Hashable {
        /// Nothing: answers are on their way.
        case wait
        /// Ask these, and call `timedOut` when it takes too long.
        case send(Request, to: Members)
        /// Have these install `set`, then ask them.
        case inform(Members, then: Request)
        /// This is the value, nil before the first: call `propose` or `stop`.
        case decide(current: [UInt8]?)
        /// Another round was in the way, or answers were lost: call `resume` after this time.
        case conflict(backoff: TimeAmount)
        /// The end: this is the decree's value, decided by `set`; nil where nothing was ever decided.
        case chosen([UInt8]?)
        /// The end.
        case failed(Failure)
    }

    /// Why a change has ended without a decision.
    public struct Failure: Error, Sendable, Hashable {
        /// What was in the way.
        public var reason: Reason
        /// The proposed value was sent before: it may be decided now or later. Otherwise nothing was changed.
        public var isUncertain: Bool
    }

    /// What was in the way of a decision.
    public enum Reason: Sendable, Hashable {
        /// So many deciders answered of so many; no majority, or of a joint set not one of each side.
        case noQuorum(answered: Int, of: Int)
        /// Others changed the decree at the same time, in each of the attempts.
        case contention
        /// The rounds of this epoch are used up; the next set of deciders begins anew.
        case roundsExhausted
        /// The value has more than `Acceptor.valueLimit` bytes, or is no set that this set may decide.
        case invalidValue
    }

    /// How often and after which times a change is tried again.
    public struct Patience: Sendable, Hashable {
        /// Rounds, at least 1.
        public var attempts: Int
        /// The wait after a round is drawn from zero to this, which doubles each time, ...
        public var firstWait: TimeAmount
        /// ... up to this.
        public var longestWait: TimeAmount

        /// By default eight rounds in about a second.
        public init(
            attempts: Int = 8, firstWait: TimeAmount = .milliseconds(10), longestWait: TimeAmount = .milliseconds(500)
        ) {
            self.attempts = attempts
            self.firstWait = firstWait
            self.longestWait = longestWait
        }
    }

    enum Phase: Sendable, Hashable {
        case idle
        case preparing
        case deciding(current: [UInt8]?)
        case accepting([UInt8])
        case backingOff
        case finished
    }

    /// What it changes.
    public let decree: DecreeName
    /// The newest set of deciders that it knows of; its holder learns of replacements here.
    public private(set) var set: DeciderSet
    /// Rounds begun so far.
    public private(set) var attempts = 0
    private let patience: Patience
    private var generator: Generator
    private var phase = Phase.idle
    private var ballot: Ballot
    /// The highest round of this epoch that was in the way.
    private var highestRound: UInt32 = 0
    private var heard: Members = 0
    private var refused: Members = 0
    private var informed: Members = 0
    private var newest: Acceptor.Accepted?
    private var metAnother = false
    private var isUncertain = false
    /// The round under way, or the one that has ended it, carries what its holder has proposed, and not what was found.
    public private(set) var isProposing = false

    /// - Parameters:
    ///   - set: the newest set that the proposer knows was decided; a newer one is adopted on the way.
    ///   - proposer: unique to this change, such as the boot of the process and the number of the change. Used again, it
    ///     would let late answers to the former change decide a second value in the same round.
    ///   - generator: draws the waits.
    public init(
        of decree: DecreeName, by set: DeciderSet, proposer: UInt64, patience: Patience = Patience(),
        generator: Generator
    ) {
        precondition(patience.attempts >= 1, "a change without an attempt")
        self.decree = decree
        self.set = set
        self.patience = patience
        self.generator = generator
        ballot = Ballot(epoch: set.epoch, round: 0, proposer: proposer)
    }

    /// It has given its end; later reports change nothing.
    public var isFinished: Bool { phase == .finished }
    /// Asked in this round, and neither answered nor given up.
    public var pending: Members {
        switch phase {
        case .preparing, .accepting: set.all & ~heard & ~refused
        case .idle, .deciding, .backingOff, .finished: 0
        }
    }

    /// Begins the first round.
    public mutating func begin() -> Step {
        guard phase == .idle else { return .wait }
        return startRound()
    }

    /// Begins the next round, after the wait that a conflict has asked for.
    public mutating func resume() -> Step {
        guard phase == .backingOff else { return .wait }
        return startRound()
    }

    /// The value to decide in place of the one found.
    public mutating func propose(_ value: [UInt8]) -> Step {
        guard case .deciding(let current) = phase else { return .wait }
        guard value.count <= Acceptor.valueLimit, decree != .deciders || set.mayDecide(value) else {
            return finish(.invalidValue)
        }
        if value != current { isUncertain = true }
        isProposing = true
        return accept(value)
    }

    /// Leaves the value as it is. It is accepted once more all the same: so far perhaps a minority has it.
    public mutating func stop() -> Step {
        guard case .deciding(let current) = phase else { return .wait }
        if let current { return accept(current) }
        // A quorum that accepted nothing will accept nothing below this ballot: nothing was decided before.
        phase = .finished
        return .chosen(nil)
    }

    /// A decider answered. Without the disk that the set knows it by it is none: nothing is awaited from it any more.
    public mutating func answered(_ answer: Acceptor.Answer, by decider: Decider) -> Step {
        guard answer.ballot == ballot else { return .wait }
        let bit = set.bit(of: decider) ?? 0
        // A joint set may have the cell with two stores, of which it has one.
        let gone = set.bits(of: decider.cell) & pending & ~bit
        guard bit != 0 else { return failed(gone) }
        refused |= gone
        switch (phase, answer.outcome) {
        case (.preparing, .promised(let accepted)):
            // Counted also where a repeated request was refused before: what was promised holds.
            heard |= bit
            if let accepted, accepted.ballot >= newest?.ballot ?? .none { newest = accepted }
            return advance()
        case (.accepting, .accepted):
            heard |= bit
            return advance()
        case (.preparing, .outdated(let other)), (.accepting, .outdated(let other)):
            // Not above this round, it answers a request that was repeated on the way.
            guard other > ballot else { return gone == 0 ? .wait : advance() }
            metAnother = true
            if other.epoch == set.epoch { highestRound = max(highestRound, other.round) }
            return refuse(bit)
        case (.preparing, .otherSet(let theirs)), (.accepting, .otherSet(let theirs)):
            if let theirs, theirs.epoch > set.epoch { return adopt(theirs) }
            guard theirs?.epoch != set.epoch, informed & bit == 0 else { return refuse(bit) }
            informed |= bit
            return .inform(bit, then: request)
        case (.preparing, .invalid), (.accepting, .invalid):
            return refuse(bit)
        default:
            return .wait
        }
    }

    /// The request to these could not be sent, or their links went down; see `DeciderSet.bits(of:)`.
    public mutating func failed(_ members: Members) -> Step {
        let gone = pending & members
        return gone == 0 ? .wait : refuse(gone)
    }

    /// The answers take too long.
    public mutating func timedOut() -> Step {
        guard pending != 0 else { return .wait }
        return retry()
    }

    private var request: Request {
        if case .accepting(let value) = phase { .accept(ballot, value) } else { .prepare(ballot) }
    }

    private mutating func startRound() -> Step {
        let round = max(ballot.round, highestRound) + 1
        guard round <= Ballot.highestRound else { return finish(.roundsExhausted) }
        attempts += 1
        isProposing = false
        ballot = Ballot(epoch: set.epoch, round: round, proposer: ballot.proposer)
        heard = 0
        refused = 0
        newest = nil
        metAnother = false
        phase = .preparing
        return .send(request, to: set.all)
    }

    private mutating func accept(_ value: [UInt8]) -> Step {
        heard = 0
        refused = 0
        phase = .accepting(value)
        return .send(request, to: set.all)
    }

    private mutating func refuse(_ bits: Members) -> Step {
        refused |= bits
        return advance()
    }

    private mutating func advance() -> Step {
        if set.isQuorum(heard) {
            if case .accepting(let value) = phase {
                phase = .finished
                return .chosen(value)
            }
            phase = .deciding(current: newest?.value)
            return .decide(current: newest?.value)
        }
        if set.isQuorum(set.all & ~(refused & ~heard)) { return .wait }
        // Who was asked and has not answered yet is no reason for the end.
        return metAnother
            ? retry()
            : finish(
                .noQuorum(answered: set.members.count - (refused & ~heard).nonzeroBitCount, of: set.members.count))
    }

    private mutating func retry() -> Step {
        guard attempts < patience.attempts else { return finish(metAnother ? .contention : noQuorum) }
        phase = .backingOff
        let longest = min(patience.longestWait, patience.firstWait * Int64(1 << min(attempts - 1, 30)))
        return .conflict(
            backoff: .nanoseconds(Int64(generator.below(UInt64(max(longest.nanoseconds, 0)) + 1))))
    }

    private var noQuorum: Reason { .noQuorum(answered: heard.nonzeroBitCount, of: set.members.count) }

    /// Who has installed a newer set will never answer the former one's rounds.
    private mutating func adopt(_ newer: DeciderSet) -> Step {
        guard attempts < patience.attempts else { return finish(.contention) }
        set = newer
        ballot.round = 0
        highestRound = 0
        informed = 0
        return startRound()
    }

    private mutating func finish(_ reason: Reason) -> Step {
        phase = .finished
        return .failed(Failure(reason: reason, isUncertain: isUncertain))
    }
}
