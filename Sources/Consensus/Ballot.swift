import MeshBase

/// The number of one round of one change: promises and acceptances are compared by it.
///
/// Ordered by the deciders' epoch, then the round, then the proposer. The epoch comes first because a round that counted
/// another set's quorums may not undo what this set has decided (moves.md, "plain-ballots").
public struct Ballot: Sendable, Hashable, Comparable {
    /// The epoch of the set whose quorums the round counts.
    public var epoch: Epoch
    /// Rises with each attempt, 1...`highestRound`; 0 is no round's.
    public var round: UInt32
    /// Unique to one change in one life of its process; see `CASChange`.
    public var proposer: UInt64

    /// A ballot by its parts.
    public init(epoch: Epoch, round: UInt32, proposer: UInt64) {
        self.epoch = epoch
        self.round = round
        self.proposer = proposer
    }

    /// Below every round's: what nobody has promised, and what a founding value was accepted at.
    public static let none = Ballot(epoch: Epoch(0), round: 0, proposer: 0)
    /// No acceptor promises a higher round, so that counting on from any promise cannot overflow.
    public static let highestRound: UInt32 = 1 << 30

    /// A number that a round may have.
    public var isRound: Bool { round >= 1 && round <= Ballot.highestRound }

    public static func < (a: Ballot, b: Ballot) -> Bool {
        (a.epoch.rawValue, a.round, a.proposer) < (b.epoch.rawValue, b.round, b.proposer)
    }

    /// Bytes of a ballot in the codecs of this layer.
    static let encodedSize = 16

    func append(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: epoch.rawValue)
        bytes.append(littleEndian: round)
        bytes.append(littleEndian: proposer)
    }

    init?(from reader: inout ByteReader) {
        guard let epoch = reader.integer(UInt32.self), let round = reader.integer(UInt32.self),
            let proposer = reader.integer(UInt64.self)
        else { return nil }
        self.init(epoch: Epoch(epoch), round: round, proposer: proposer)
    }
}
