import Membership
import MeshBase
import Replication
import Wire

/// What a cell says of itself to the other members: whether its store works, and how full it is.
///
/// Each change is a new incarnation that all members are told of, hence in quarters, averaged over seconds, and no sooner
/// back than by a margin.
struct CellCondition {
    /// When to look at the cell again.
    private(set) var nextLook = Instant.distantFuture
    /// The last order of the store found it broken.
    private var isStoreBroken = false
    /// The last write found no room: reads are answered, and every write is refused.
    private var isStoreFull = false
    /// Probes in a row that found room since then.
    private var foundRoom = 0
    /// So many are believed: on the edge a small write may pass now and then.
    private static let mustFindRoom = 2
    /// What was told of the store last.
    private var told = StoreTrouble.none
    /// Of the store: without a vote the cell's records are refused.
    var life = StoreLife.votes
    /// By the cell's looks at itself.
    var isReady = true
    private var fullness = 0.0
    private var quarter = 0

    static let interval = TimeAmount.seconds(1)
    /// Weight of the newest look.
    private static let weight = 0.4
    private static let margin = 0.05

    /// The store has answered an order.
    ///
    /// - Parameter isFill: it was to keep what others have.
    mutating func answered(_ outcome: StoreAnswer.Outcome, isFill: Bool = false) {
        switch outcome {
        case .failed(.broken): isStoreBroken = true
        case .failed(.full): (isStoreFull, foundRoom) = (true, 0)
        case .failed(.overloaded): break
        case .written, .added, .accepted, .installed:
            isStoreBroken = false
            isStoreFull = false
        case .life where isFill:
            isStoreBroken = false
            isStoreFull = false
        default: isStoreBroken = false
        }
    }

    /// A write that is nobody's has found room, or none: without traffic nothing else would tell.
    mutating func probedRoom(_ isThere: Bool) {
        foundRoom = isThere && isStoreFull ? foundRoom + 1 : 0
        guard foundRoom >= Self.mustFindRoom else { return }
        (isStoreFull, foundRoom) = (false, 0)
    }

    /// What keeps the store from doing what it should, as its last answers have it.
    var trouble: StoreTrouble { isStoreBroken ? .broken : isStoreFull ? .full : .none }

    /// The same for a coordinator.
    var statusTrouble: CohortStatus.Trouble {
        switch trouble {
        case .none: .none
        case .full: .full
        case .broken: .broken
        }
    }

    /// What has become of the store since this was last asked; at each look, so that a disk on the edge floods no log.
    mutating func news() -> StoreEvent? {
        guard trouble != told else { return nil }
        told = trouble
        return switch trouble {
        case .none: .sound
        case .full: .full
        case .broken: .broken
        }
    }

    mutating func begin(now: Instant) { nextLook = now + Self.interval }

    /// - Parameter fullness: of the fullest pool with its queue, 0 to 1.
    mutating func look(fullness latest: Double, now: Instant) -> MemberMetadata {
        nextLook = now + Self.interval
        fullness += (min(max(latest, 0), 1) - fullness) * Self.weight
        while quarter < 3, fullness >= Double(quarter + 1) / 4 { quarter += 1 }
        while quarter > 0, fullness < Double(quarter) / 4 - Self.margin { quarter -= 1 }
        return metadata
    }

    var metadata: MemberMetadata {
        let state: MemberMetadata.State =
            switch life {
            case .unborn: .starting
            case .refilling, .accepted: .refilling
            case .votes: !isReady ? .notReady : trouble == .none ? .serving : .degraded
            }
        return MemberMetadata(state: state, load: UInt8(quarter * 64))
    }
}

/// What keeps a store from doing what it should.
package enum StoreTrouble: Sendable, Equatable {
    case none
    /// There is no room: reads are answered, writes are refused.
    case full
    /// Orders fail.
    case broken
}
