import MeshBase
import Replication
import Sharding

/// The way of a cell's orders to its disk: one batch in flight, everything that waits goes into the next (group commit).
struct SimStore {
    private let disk: SimDisk
    private let defect: SimDefect.Store?
    private var queue = StoreQueue()
    /// The one in flight.
    private var batch: [StoreOrder] = []
    private var rng: Generator
    private var turnedAway: [StoreAnswer] = []
    /// What the broken build that acknowledges before it persists has promised.
    private var promised: SimDisk?

    init(_ disk: SimDisk, defect: SimDefect.Store?, rng: Generator) {
        self.disk = disk
        self.defect = defect
        disk.ignoresEpochs = defect == .comparesOnArrival
        disk.keepsAll = defect == .keepsAll
        disk.dropsHints = defect == .dropsHints
        disk.dropsSibling = defect == .dropsSibling
        disk.forgetsFloor = defect == .forgetsFloor
        disk.fillsWithoutFloor = defect == .fillsWithoutFloor
        self.rng = rng
    }

    mutating func add(_ order: StoreOrder) {
        if let answer = queue.add(order) { turnedAway.append(answer) }
    }

    mutating func takeTurnedAway() -> [StoreAnswer] {
        guard !turnedAway.isEmpty else { return [] }
        defer { turnedAway.removeAll() }
        return turnedAway
    }

    /// Begins the next batch; the time until it is committed, or nil when there is nothing to do.
    mutating func begin() -> TimeAmount? {
        guard let next = queue.nextBatch() else { return nil }
        batch = next
        if defect == .comparesOnArrival, batch.contains(where: \.operation.isOfRequest) {
            return .nanoseconds(Int64(rng.below(40_000_000)))
        }
        // A commit costs its sync and a little for each order.
        let nanoseconds = 60_000 + 4_000 * batch.count + Int(rng.below(120_000))
        return .nanoseconds(Int64(nanoseconds))
    }

    /// The batch in flight is committed.
    /// - Returns: the answers, and the entries that were installed.
    mutating func commit() -> (answers: [StoreAnswer], installed: [PlacementEntry]) {
        if defect == .comparesOnArrival { overtake() }
        let installed = batch.compactMap { order in
            if case .install(let entry, _) = order.operation { entry } else { nil }
        }
        defer {
            batch.removeAll()
            queue.batchFinished()
        }
        return (run(), installed)
    }

    /// The broken build that has compared epochs already does not mind what overtakes what: it gives records a queue of
    /// their own, in which they wait for up to 40 ms while entries are installed and cells are filled.
    private mutating func overtake() {
        batch = queue.take { !$0.operation.isOfRequest } + batch
    }

    private mutating func run() -> [StoreAnswer] {
        switch defect {
        case nil, .comparesOnArrival, .keepsAll, .dropsHints, .dropsSibling, .forgetsFloor, .fillsWithoutFloor:
            return disk.run(batch)
        case .dropsCommits(let ratio):
            guard rng.chance(ratio) else { return disk.run(batch) }
            // Every write is acknowledged and none is kept.
            return batch.map { order in
                guard case .write(let version, _, _) = order.operation else { return disk.run([order])[0] }
                return StoreAnswer(ticket: order.ticket, outcome: .written(version))
            }
        case .acknowledgesBeforePersisting:
            let memory = promised ?? disk.copy()
            promised = memory
            return memory.run(batch)
        }
    }

    /// The process dies. A transaction under way may have been committed just before, unknown to anybody.
    mutating func killed() {
        if !batch.isEmpty, keepsOrders, rng.chance(0.5) { _ = disk.run(batch) }
        batch.removeAll()
        queue = StoreQueue()
        promised = nil
    }

    private var keepsOrders: Bool {
        switch defect {
        case .dropsCommits, .acknowledgesBeforePersisting: false
        default: true
        }
    }

    /// How long it takes from the commit until the answers reach the loop: a kill may come in between.
    mutating func wayBack() -> TimeAmount { .nanoseconds(Int64(5_000 + rng.below(25_000))) }
}
