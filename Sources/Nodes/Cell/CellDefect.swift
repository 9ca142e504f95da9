import MeshBase
import Replication

/// What a wrong build of a cell would do; each is caught by a checker in the tests.
package enum CellDefect: String, Sendable, CaseIterable {
    /// It tells others what it holds at whatever entry it has installed.
    case listsUnfenced = "copy-unfenced"
    /// It tells others what it holds though its disk was lost.
    case listsWithoutVote = "lost-source"
    /// The number in a request raises its fence.
    case trustsNumbers = "bare-number"
    /// It drops what it alone has acknowledged with the first entry that it may not keep it by.
    case dropsHinted = "drop-hinted"
    /// It acknowledges one write in eight without storing it, and so do its peers that have the same build.
    case dropsWrites = "drop-writes"
    /// In joint the old shard alone decides claims.
    case claimsOfOneShard = "claim-one-quorum"
    /// It tells others of records, and not of claims.
    case leavesClaims = "claim-not-carried"
    /// It accepts claims of epochs that are over, also where it is no member any more.
    case acceptsOldClaims = "claim-unfenced"
    /// Ballots of claims do not say of which epoch they are.
    case claimsByRound = "claim-plain-ballots"

    /// The place of an attempt at an edge that is given up is not given back.
    case keepsPlaces = "keep-place"
    /// Shedding takes the highest class for the lowest.
    case shedsCritical = "shed-critical"

    /// It carries a call out whoever has carried it out before.
    case ignoresClaims = "claim-ignored"

    /// Whether a build that drops writes drops this one: which ones does not depend on the cell.
    static func drops(_ version: RecordVersion) -> Bool {
        StableHash.combine(version.counter, version.writer) & 7 == 0
    }
}
