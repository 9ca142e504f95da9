import MeshBase
import Replication
import Topology

/// The calls under idempotency keys that this cell has at hand, and its links to the members of their shards.
struct ClaimDesk {
    struct Question {
        var task: SlabKey
        var cell: CellIndex
        var ballot: RecordVersion
        var isAccept: Bool
    }
    private struct Peer {
        var isUp: Bool
        var usedAt: Instant
    }

    /// Unique to the process among all lives of this cell, with `number`.
    private let boot: UInt64
    private let cell: CellIndex
    var tasks = Slab<ClaimTask>(limit: 10_000)
    /// By customer and key: who comes with the same joins.
    var byKey: [RecordPosition: SlabKey] = [:]
    var timers = TimerTable<SlabKey>()
    private var peers: [UInt16: Peer] = [:]
    var questions: [UInt64: Question] = [:]
    private var number: UInt64 = 0
    /// When the store is asked next for claims whose time is over.
    var sweepAt = Instant.distantFuture

    /// Who joins one call.
    static let mostWaiters = 64
    /// A round that is not over by then begins anew.
    static let roundTime = TimeAmount.milliseconds(300)
    /// How long members that cannot be reached are looked for: one that has just started is linked to in less.
    static let reachTime = TimeAmount.milliseconds(100)
    /// For how long the shard is asked for a key: whoever waits for the cell hears that it is in vain before it turns to
    /// another one, or has no time left.
    static func claimTime(attempt: TimeAmount, left: TimeAmount) -> TimeAmount { min(attempt, left) * 3 / 4 }
    /// At most this long is a client told to wait for a cell that is thought to be gone: it may be back, and settle.
    static let patience: Int64 = 60_000
    /// For how long an answer is brought to the shard, and a key given back.
    static let settleTime = TimeAmount.seconds(60)
    /// A promise is kept for so many milliseconds: longer than any round that it may belong to.
    static let promiseTime: Int64 = 120_000
    /// Claims that a store keeps; beyond, the oldest settled ones go.
    static let mostClaims = 100_000
    static let sweepSlice = 512
    static let sweepInterval = TimeAmount.seconds(30)
    /// A link that was of no use for so long is closed.
    static let linkTime = TimeAmount.seconds(60)
    private static let mark: UInt64 = 1 << 62

    init(boot: UInt64, cell: CellIndex) {
        self.boot = boot
        self.cell = cell
    }

    /// Nil where so many are at hand already.
    mutating func insert(_ task: ClaimTask) -> SlabKey? {
        guard let ticket = tasks.insert(task) else { return nil }
        byKey[task.position] = ticket
        return ticket
    }

    static func isItsOwn(_ number: UInt64) -> Bool { number >> 62 == 1 }

    /// Never the same twice in the life of a process.
    private mutating func nextNumber() -> UInt64 {
        number += 1
        return number
    }

    /// Of a call: unique among all of the cell's.
    mutating func nextCall() -> UInt64 { (boot & 0xFFFF_FFFF) << 32 | nextNumber() & 0xFFFF_FFFF }

    /// Of a round: unique among all of all cells, for as long as messages of a former life may arrive.
    mutating func nextProposer() -> UInt64 {
        UInt64(cell.rawValue) << 48 | (boot & 0xFFFF) << 32 | nextNumber() & 0xFFFF_FFFF
    }

    /// A call of this very process.
    func isOwn(_ claimer: ClaimValue.Claimer) -> Bool {
        claimer.cell == cell && claimer.call >> 32 == boot & 0xFFFF_FFFF
    }

    mutating func ask(_ question: Question, now: Instant) -> UInt64 {
        let number = nextNumber() | Self.mark
        questions[number] = question
        peers[question.cell.rawValue]?.usedAt = now
        return number
    }

    /// The number of what nobody waits for an answer to.
    mutating func tell() -> UInt64 { nextNumber() | Self.mark }

    mutating func forget(_ asked: [UInt64]) {
        for number in asked { questions[number] = nil }
    }

    // MARK: Links

    func has(_ cell: CellIndex) -> Bool { peers[cell.rawValue] != nil }
    func isUp(_ cell: CellIndex) -> Bool { peers[cell.rawValue]?.isUp ?? false }
    /// Those that are open or being opened.
    var cells: Set<UInt16> { Set(peers.keys) }
    mutating func linked(_ cell: CellIndex, isUp: Bool, now: Instant) {
        peers[cell.rawValue] = Peer(isUp: isUp, usedAt: now)
    }
    mutating func unlinked(_ cell: CellIndex) { peers[cell.rawValue] = nil }

    /// Links that were of no use for some time.
    func idle(now: Instant) -> [CellIndex] {
        let asked = Set(questions.values.map(\.cell.rawValue))
        return peers.filter { now - $0.value.usedAt > Self.linkTime && !asked.contains($0.key) }.keys.sorted().map {
            CellIndex($0)
        }
    }
}
