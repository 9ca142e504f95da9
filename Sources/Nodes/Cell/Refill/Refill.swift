import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// What a cell reads from other cells, cohort after cohort: all that it should hold when its store has no vote, and
/// what it lacks when customers move to it.
///
/// Every page is merged from lines of so many cells that each shard's acknowledged writes are among them; see
/// `RefillRule`. Peers may come and go: what was kept stays, and the next page begins behind it.
struct Refill {
    /// Of the store's life.
    enum Stage: Equatable {
        case asking
        case waiting(until: Instant)
        case pulling(since: Instant)
        case done
    }

    let rule: RefillRule
    /// Which keys keep siblings; nil: none.
    var tiers: TierRules?
    let cell: CellIndex
    var stage: Stage
    /// Cells that are read, or that tell whether the mesh is new; ascending.
    var peers: [RefillPeer]
    private(set) var cursor: RecordPosition
    /// The cohort that is read now.
    private(set) var task: RefillTask?
    /// Cohorts that wait to be filled, and to be verified.
    private(set) var waiting: [Int] = []
    private(set) var unverified: [Int] = []
    /// The next cohort of a store without a vote.
    var nextCohort: Int
    var page: RefillPage?
    /// Records taken over in this life of the process.
    var records: UInt64 = 0
    /// The highest floor that the sources of the task have told.
    var floor: UInt64 = 0
    var began = Instant.zero
    /// Peers without which it does not go on, as they were told last.
    var stalled: [CellIndex] = []
    /// When the store is asked whether somebody has changed its life.
    var lookAt = Instant.distantFuture
    /// No page is kept before then.
    var paceAt = Instant.zero
    private var number: UInt64 = 0

    static let lookInterval = TimeAmount.seconds(1)
    /// Between two pages, so that the cell's traffic gets its turn.
    static let pace = TimeAmount.milliseconds(3)
    /// How long cells that live are waited for where they are not needed.
    static let courtesy = TimeAmount.seconds(2)

    init(
        _ identity: StoreIdentity, rule: RefillRule, cell: CellIndex, peers cells: [CellIndex], names: [Cell],
        cohorts: Int
    ) {
        self.rule = rule
        self.cell = cell
        cursor = identity.cursor ?? .start
        nextCohort = PlacementTable.cohort(of: cursor.hash, count: cohorts)
        stage = identity.life == .votes ? .done : .asking
        peers = []
        guard stage != .done else { return }
        let cursor = cursor
        peers = cells.map { RefillPeer(cell: $0, name: names[$0.position].name, after: cursor) }
    }

    /// There is nothing to be read.
    var isIdle: Bool { stage == .done && task == nil && waiting.isEmpty && unverified.isEmpty }

    mutating func nextNumber() -> UInt64 {
        number += 1
        return number
    }

    // By index: a peer holds lines, and is asked for with every page.
    func place(of cell: CellIndex) -> Int? { peers.indices.first { peers[$0].cell == cell } }

    /// The earliest instant at which there is something to do without an answer; set by `plan`.
    var nextDeadline: Instant { isIdle && peers.isEmpty ? .distantFuture : due }
    private var due = Instant.distantFuture

    /// Everything that was due is done.
    mutating func plan(now: Instant) {
        var due = Instant.distantFuture
        func wake(at instant: Instant) { if instant > now { due = min(due, instant) } }
        // The one before has just ended: nobody else may call for long.
        if stage == .done, task == nil, !waiting.isEmpty || !unverified.isEmpty { return hurry() }
        wake(at: lookAt)
        if case .waiting(let until) = stage { wake(at: until) }
        if let since = task?.since {
            wake(at: since + Self.courtesy)
            wake(at: paceAt)
        }
        if case .pulling(let since) = stage {
            wake(at: since + Self.courtesy)
            wake(at: paceAt)
        }
        for place in peers.indices where !peers[place].isSelf {
            wake(at: peers[place].asked?.until ?? peers[place].retryAt)
        }
        self.due = due
    }

    /// There is something to do at once.
    mutating func hurry() { due = .zero }

    // MARK: Tasks

    mutating func enqueue(_ cohort: Int) {
        if !waiting.contains(cohort), task?.cohort != cohort || task?.purpose == .verify { waiting.append(cohort) }
        hurry()
    }
    /// - Returns: false where it waits already, or is read at the moment.
    mutating func enqueue(verification cohort: Int) -> Bool {
        guard !unverified.contains(cohort), task?.cohort != cohort || task?.purpose != .verify else { return false }
        unverified.append(cohort)
        hurry()
        return true
    }
    /// Nothing is read of a cohort any more: its entry is another one.
    mutating func forget(_ cohort: Int) {
        waiting.removeAll { $0 == cohort }
        unverified.removeAll { $0 == cohort }
        if task?.cohort == cohort { end() }
    }
    mutating func nextWaiting() -> (cohort: Int, purpose: RefillTask.Purpose)? {
        if !waiting.isEmpty { return (waiting.removeFirst(), .move) }
        return unverified.isEmpty ? nil : (unverified.removeFirst(), .verify)
    }

    /// Begins to read a cohort, from its start, or a store without a vote from where it has come to.
    mutating func begin(_ task: RefillTask) {
        self.task = task
        floor = 0
        cursor = task.purpose == .life ? max(cursor, task.fence.start) : task.fence.start
        self.task?.isWhole = cursor == task.fence.start
        stalled = []
        rewind()
    }

    mutating func end() {
        task = nil
        page = nil
        for place in peers.indices { peers[place].rewind(to: cursor) }
    }

    mutating func damaged() { task?.isDamaged = true }

    /// From now on its lines are part of every page.
    mutating func joined(_ place: Int) { peers[place].rewind(to: cursor) }

    // MARK: What peers are known to be

    /// All peers that membership has alive are read, or were waited for long enough.
    private func hasCourtesy(since: Instant, now: Instant, isAlive: (RefillPeer) -> Bool) -> Bool {
        if now >= since + Self.courtesy { return true }
        for place in peers.indices where !peers[place].isSource && !peers[place].isKnownUnfit {
            if isAlive(peers[place]) { return false }
        }
        return true
    }

    /// Whether pages can be made of those that are read now.
    /// - Parameter byName: enough of each customer's shard is read, though that cannot be said of all names.
    func isCovered(
        life: StoreLife, now: Instant, byName: Bool = false, isAlive: (RefillPeer) -> Bool
    ) -> Bool {
        guard let task else { return false }
        if task.purpose != .verify, !rule.readsAll, task.purpose != .life || life != .accepted {
            // Nobody is waited for beyond those that are needed.
            return byName || isCovered(task)
        }
        let courtesy = hasCourtesy(since: task.since, now: now, isAlive: isAlive)
        if task.purpose == .life, life == .accepted { return courtesy }
        if task.purpose == .verify { return courtesy }
        return courtesy && (isCovered(task) || byName)
    }

    func isMissing(_ cell: CellIndex) -> Bool { place(of: cell).map { !peers[$0].isSource } ?? true }

    /// Whether enough of every shard is read, whatever its customer's name is.
    func isCovered(_ task: RefillTask) -> Bool {
        // Asked of every cell of every shape, with every page.
        var sources = CellSet()
        for place in peers.indices where peers[place].isSource { sources.insert(peers[place].cell) }
        return task.isCovered(
            most: { rule.mostMissing(size: $0, purpose: task.purpose) }, missing: { !sources.contains($0) })
    }

    /// What came of a look at the customers, name by name, with these cells not read.
    mutating func named(_ missing: [CellIndex], isCovered: Bool) { task?.named = (missing, isCovered) }

    /// The customers of the task's cohort without a pin: its entry is one for all of the task.
    mutating func named(_ customers: [CustomerHash]?) { task?.customers = customers }

    func missing(isAlive: (RefillPeer) -> Bool) -> [StoreStatus.Missing] {
        peers.filter { !$0.isSource && !$0.isSelf }.map { peer in
            let reason: StoreStatus.Missing.Reason =
                switch peer.state?.life {
                case .unborn?: .unborn
                case .refilling?, .accepted?: .refilling
                default: !isAlive(peer) ? .down : peer.link == .up ? .silent : .unreachable
                }
            return StoreStatus.Missing(cell: peer.cell, reason: reason)
        }
    }

    // MARK: Birth

    enum Verdict: Equatable {
        case unknown
        case born(peers: [String: UInt64])
        case lost
    }

    /// Whether the mesh is as new as this store: every peer is unborn itself, or was born when it had heard of this
    /// very store. A peer that votes without having heard of it has lived before.
    var verdict: Verdict {
        var known: [String: UInt64] = [:]
        for peer in peers {
            guard let state = peer.state else { continue }
            guard state.knows == .same || state.knows == .never && state.life == .unborn else { return .lost }
            known[peer.name] = state.storeID
        }
        return known.count == peers.count ? .born(peers: known) : .unknown
    }

    // MARK: Pages

    /// Merges what the sources have told into the next page of what is lacking here; nil where a line of one of them is
    /// missing.
    ///
    /// - Parameter isShort: says of a customer that too few cells of its shard are read.
    /// - Returns: false where there is such a one; then nothing of it may be used.
    mutating func merge(isShort: ((CustomerHash) -> Bool)? = nil) -> Bool {
        guard page == nil, let task else { return true }
        let sources = peers.indices.filter { peers[$0].isSource }
        guard sources.allSatisfy({ peers[$0].hasNext }) else { return true }
        var items: [RefillPage.Item] = []
        var reached: RecordPosition?
        // The hash of each source's next line, so that few of them are compared name by name; nil at its end.
        var heads = sources.map { peers[$0].lines.first?.position.hash.rawValue }
        var lacksLine = false
        var looked: CustomerHash?
        while items.count < RecordPages.mostLines, !lacksLine {
            guard let hash = heads.compactMap({ $0 }).min() else {
                // All are at their end.
                page = RefillPage(items: items, upTo: reached ?? cursor, isLast: true, hasSiblings: hasSiblings)
                return true
            }
            let near = sources.indices.filter { heads[$0] == hash }
            // Some source is there: it gave the hash.
            var position = peers[sources[near[0]]].lines[0].position
            for number in near.dropFirst() { position = min(position, peers[sources[number]].lines[0].position) }
            reached = position
            if let isShort, looked != position.hash {
                looked = position.hash
                if isShort(position.hash) { return false }
            }
            var newest: RefillPage.Item?
            var own: RecordLine?
            // Of several sets none may contain the others: each that differs is fetched and merged.
            var sets: [RefillPage.Item] = []
            let isSet = hasSiblings(position.key)
            for number in near where peers[sources[number]].lines[0].position == position {
                let place = sources[number]
                let line = peers[place].lines.removeFirst()
                heads[number] = peers[place].lines.first?.position.hash.rawValue
                if heads[number] == nil, !peers[place].isAtEnd { lacksLine = true }
                if peers[place].isSelf { own = line }
                if isSet, !peers[place].isSelf, !sets.contains(where: { $0.line.version == line.version }) {
                    sets.append(RefillPage.Item(line: line, holder: place))
                }
                if let best = newest {
                    if line.version == best.line.version, line.fingerprint != best.line.fingerprint, !line.tombstone,
                        task.purpose == .verify
                    {
                        damaged()
                    }
                    if line.version <= best.line.version { continue }
                }
                newest = RefillPage.Item(line: line, holder: place)
            }
            if isSet {
                items += sets.filter { $0.line.version != own?.version }
            } else if let newest, own.map({ $0.version < newest.line.version }) ?? true {
                items.append(newest)
            }
        }
        guard let reached else { return true }
        if items.isEmpty {
            // All of it is here already.
            cursor = reached
        } else {
            page = RefillPage(items: items, upTo: reached, isLast: false, hasSiblings: hasSiblings)
        }
        return true
    }

    private func hasSiblings(_ key: [UInt8]) -> Bool { tiers?.hasSiblings(key) ?? false }

    /// The store has kept a page up to here.
    mutating func kept(upTo position: RecordPosition) {
        cursor = max(cursor, position)
        if page?.kept(upTo: position) ?? false { page = nil }
    }

    /// A source is gone: what it alone would have sent is looked for again.
    mutating func dropped(_ place: Int, now: Instant) {
        peers[place].lost(cursor: cursor, now: now)
        guard let page, page.isHeld(by: place) else { return }
        rewind()
    }

    mutating func rewind() {
        page = nil
        for place in peers.indices { peers[place].rewind(to: cursor) }
    }
}
