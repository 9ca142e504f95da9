import MeshBase
import Replication
import Store
import Topology

/// The cell's database on libuv's pool: one batch at a time, everything that waits goes into the next.
final class StoreRunner {
    private(set) var queue = StoreQueue()
    /// How long orders took.
    private(set) var times = StoreTimes()
    private let loop: EventLoop
    private let store: RecordStore
    private let pool: WorkPool
    /// Answers of orders that the queue turned away, reported from outside the node's own call.
    private var refused: [StoreAnswer] = []
    private(set) var failedAnswers: UInt64 = 0
    /// Transactions that could not be committed.
    private(set) var failedBatches: UInt64 = 0
    /// Siblings that went because there were too many of one key.
    private(set) var siblingsEvicted: UInt64 = 0
    /// Orders that each fault on the disk has kept from being carried out, by its id.
    private(set) var diskHits: [String: UInt64] = [:]
    /// The last batch failed for a reason other than lack of room.
    private(set) var isBroken = false
    /// Each batch takes so many times as long, 1 or more: a fault on the cell.
    var slowness = 1.0
    /// A batch was held back by that.
    var onSlow: () -> Void = {}
    private var hold: LoopTimer?
    /// A batch is held back for so long at most.
    private static let longestHold = TimeAmount.seconds(5)

    var onAnswer: (StoreAnswer) -> Void = { _ in }
    /// A transaction has failed; why, in SQLite's words.
    var onFailure: (String) -> Void = { _ in }

    /// Of the file.
    var path: String { store.path }
    /// As it was opened.
    var identity: StoreIdentity { store.identity }

    init(loop: EventLoop, settings: HostSettings, _ birth: StoreBirth, _ wanted: StoreSettings) throws {
        var birth = birth
        birth.promisesNothing = wanted.strictest == .cache
        store = try RecordStore(
            path: settings.dataDirectory + "/store.sqlite", cell: settings.name, birth: birth,
            durability: wanted.durability, cohorts: settings.placement.entries.count, tiers: TierRules(wanted))
        pool = WorkPool(loop: loop, limit: 4)
        self.loop = loop
    }

    func add(_ order: StoreOrder) {
        if let answer = queue.add(order) { return refused.append(answer) }
        times.added(order, now: loop.now())
    }

    /// `endTurn` would do something now.
    var hasMore: Bool { !refused.isEmpty || !queue.isInFlight && queue.count > 0 }

    /// Once per turn: reports refusals and starts the next batch.
    func endTurn() {
        if !refused.isEmpty {
            let answers = refused
            refused.removeAll(keepingCapacity: true)
            answers.forEach(onAnswer)
        }
        guard let batch = queue.nextBatch() else { return }
        times.began(batch.count)
        let (store, isFilled) = (store, !diskHits.isEmpty)
        let began = slowness > 1 ? loop.freshNow() : .zero
        let work = pool.submit({
            let answers = store.run(batch, onFullDisk: isFilled)
            return (answers, store.failedBatches, store.lastFailure, store.siblingsEvicted)
        }) {
            [unowned self] result in
            guard slowness > 1, began > .zero else { return finished(result) }
            onSlow()
            let wait = min((loop.freshNow() - began) * (slowness - 1), Self.longestHold)
            hold = try? LoopTimer.once(loop: loop, after: wait) { [weak self] in self?.finished(result) }
            if hold == nil { finished(result) }
        }
        precondition(work != nil, "one batch is in flight at a time, and the pool takes four")
    }

    /// A batch has ended: its answers go where they belong, and the next one may begin.
    private func finished(_ result: PoolResult<([StoreAnswer], UInt64, String?, UInt64)>) {
        queue.batchFinished()
        times.finished(now: loop.now())
        guard case .finished(let (answers, failedBatches, lastFailure, evicted)) = result else { return }
        if failedBatches > self.failedBatches, let lastFailure { onFailure(lastFailure) }
        self.failedBatches = failedBatches
        siblingsEvicted = evicted
        note(answers)
        answers.forEach(onAnswer)
    }

    /// From the next batch on the disk is full, or has room again where no fault is named.
    func fill(by faults: [String]) {
        diskHits = Dictionary(faults.map { ($0, diskHits[$0] ?? 0) }) { first, _ in first }
    }

    private func note(_ answers: [StoreAnswer]) {
        isBroken = false
        for answer in answers {
            if case .failed(let failure) = answer.outcome {
                failedAnswers += 1
                if failure == .full { for id in diskHits.keys { diskHits[id, default: 0] &+= 1 } }
                if failure == .broken { isBroken = true }
            }
        }
    }

    func close() {
        hold?.close()
        store.close()
    }
}
