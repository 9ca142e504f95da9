import MeshBase
import Replication
import Sharding
import Topology

/// What reading from other cells presupposes, by tier.
package struct RefillRule: Sendable {
    /// The strictest of the store.
    package var tier: StoreSettings.Tier
    /// Some keys are acknowledged by one cell alone: all cells that live are waited for, and read.
    package var readsAll: Bool
    /// From the cell's start to the first page: by then nobody counts an acknowledgement of its former life.
    package var wait: TimeAmount
    /// In place of what the tier needs; for tests, which show a checker what a wrong build does.
    package var needed: Int?
    /// Likewise of a move: how many cells of the shard that has everything are read.
    package var neededOfMove: Int?

    /// - Parameter requestTimeout: the longest life of a request at any router.
    package init(tier: StoreSettings.Tier, requestTimeout: TimeAmount) {
        self.init(StoreSettings(tier: tier), requestTimeout: requestTimeout)
    }

    /// - Parameter store: nil for a cell without one.
    package init(_ store: StoreSettings?, requestTimeout: TimeAmount) {
        tier = store?.strictest ?? .cache
        readsAll = store.map { $0.weakest != .critical } ?? true
        // Clocks of two machines go as fast as each other, but for a sixteenth.
        wait = requestTimeout + requestTimeout / 16 + .milliseconds(50)
    }

    /// How many of a shard's other cells have to be read: enough to meet every write that was acknowledged, whichever
    /// cells acknowledged it beside the one that lost its disk.
    ///
    /// Where one acknowledgement is enough, the other cells cannot know what only the lost disk has acknowledged; then one
    /// is needed, and all that live are read.
    func needed(size: Int) -> Int {
        if let needed { return needed }
        switch tier {
        case .critical: return size - QuorumNeed.majority.of(size) + 1
        case .important, .cache: return 1
        }
    }

    /// How many cells of a shard may be missing, the cell itself among them where its disk was lost.
    ///
    /// A move needs more than a lost disk: of the shard that has every record a majority, so that what was acknowledged
    /// is among it and nothing can be any more in the epoch before.
    func mostMissing(size: Int, purpose: RefillTask.Purpose) -> Int {
        switch (purpose, tier) {
        case (.life, _): size - needed(size: size)
        case (.move, .critical) where neededOfMove != nil: size - (neededOfMove ?? size)
        case (.move, .critical): size - QuorumNeed.majority.of(size)
        case (.move, _), (.verify, _): size - 1
        }
    }
}

/// What a cell tells of its store.
package struct StoreStatus: Sendable, Equatable {
    package enum Stage: String, Sendable {
        /// Votes, or has no store.
        case serving
        /// Asks the peers whether the mesh is new.
        case asking
        /// Waits out requests that may have counted its former life.
        case waiting
        case pulling
    }
    /// A cell that is not read, and why.
    package struct Missing: Sendable, Equatable {
        package enum Reason: String, Sendable {
            case down, unreachable, silent, refilling, unborn
        }
        package var cell: CellIndex
        package var reason: Reason
    }

    package var storeID: UInt64
    package var life: StoreLife
    package var stage: Stage
    /// Until pages are asked for; zero in other stages than `waiting`.
    package var waits = TimeAmount.zero
    /// Records taken over in this life of the process.
    package var records: UInt64 = 0
    /// The cells that are read.
    package var sources = 0
    /// Those that are still missing; empty where the refill makes progress without them.
    package var missing: [Missing] = []
}

/// What happened to a cell's store.
package enum StoreEvent: Sendable, Equatable {
    /// No peer has known another store of this cell: the mesh is new.
    case born(peers: Int)
    /// The store is not the one that this cell had.
    case lost
    case refillBegan(sources: Int)
    case refillStalled(missing: [CellIndex])
    case refilled(records: UInt64, took: TimeAmount)
    /// A record has the same version here and elsewhere, and another value: the move of its cohort is not finished.
    case damaged(cohort: Int)
    /// Likewise of one record and another member, at rest: neither takes over the other's.
    case damagedRecord(RecordPosition, cell: CellIndex)
    /// There is no room for writes any more; reads are answered.
    case full
    /// Orders fail.
    case broken
    /// The store works again: a write was kept, or after `broken` any order done.
    case sound
}
