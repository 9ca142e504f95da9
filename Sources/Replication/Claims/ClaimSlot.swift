import MeshBase

/// What one store has promised and accepted of one claim: an acceptor of CASPaxos (Rystsov 2018). The rule of every
/// store, looked at inside the transaction that has compared the epoch.
///
/// Ballots are versions of rows, ordered by (epoch, round, proposer), so that what moves records by their versions moves
/// claims as well: a fill keeps the highest accepted ballot of a majority (moves.md, "Claims").
public struct ClaimSlot: Sendable, Hashable {
    /// No lower ballot is admitted; `none` where nothing was promised.
    public private(set) var promised: RecordVersion
    /// Of the row that was accepted last.
    public private(set) var accepted: RecordVersion

    /// As it is stored: a fill may have brought a row above the promise.
    public init(promised: RecordVersion, accepted: RecordVersion) {
        self.promised = max(promised, accepted)
        self.accepted = accepted
    }

    /// First half of a round. False: a ballot as high was promised, nothing is changed.
    public mutating func promise(_ ballot: RecordVersion) -> Bool {
        guard ballot > promised else { return false }
        promised = ballot
        return true
    }

    /// Second half; repeated, it is acknowledged again. False: a higher one was promised, nothing is changed.
    public mutating func accept(_ ballot: RecordVersion) -> Bool {
        guard ballot >= promised else { return false }
        promised = ballot
        accepted = ballot
        return true
    }
}

extension RecordVersion {
    /// The ballot of one round about a claim.
    ///
    /// - Parameters:
    ///   - epoch: of the customer; a round that counts another epoch's quorums may not undo what was decided in this.
    ///   - round: 1...`highestClaimRound`.
    ///   - proposer: unique to the round.
    public init(epoch: Epoch, round: UInt32, proposer: UInt64) {
        self.init(
            counter: UInt64(epoch.rawValue) << 31 | UInt64(min(round, Self.highestClaimRound)), writer: proposer)
    }

    /// Beyond it rounds begin anew only in the next epoch.
    public static let highestClaimRound: UInt32 = (1 << 31) - 1

    /// Of a ballot: the epoch whose quorums it counts.
    public var claimEpoch: Epoch { Epoch(UInt32(truncatingIfNeeded: counter >> 31)) }
    /// Of a ballot: its number in the epoch.
    public var claimRound: UInt32 { UInt32(counter & UInt64(Self.highestClaimRound)) }
}
