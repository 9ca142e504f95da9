import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// A cell's way to a vote when its store does not have one: it asks its peers whether the mesh is as new as the store,
/// and otherwise takes over what they hold of its customers.
///
/// Every page is merged from lines of so many peers that each shard's acknowledged writes are among them; see
/// `RefillRule`. Peers may come and go: what was kept stays, and the next page begins behind it.
struct Refill {
    enum Stage: Equatable {
        case asking
        case waiting(until: Instant)
        case pulling(since: Instant)
        case done
    }

    let rule: RefillRule
    let shapes: [ShardShape]
    var stage: Stage
    /// The cells that can share a customer with this one, ascending.
    var peers: [RefillPeer]
    private(set) var cursor: RecordPosition
    var page: RefillPage?
    var records: UInt64 = 0
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

    init(_ identity: StoreIdentity, rule: RefillRule, shapes: [ShardShape], names: [Cell]) {
        self.rule = rule
        self.shapes = shapes
        cursor = identity.cursor ?? .start
        stage = identity.life == .votes ? .done : .asking
        guard stage != .done else {
            peers = []
            return
        }
        let cells = Set(shapes.flatMap { $0.domains.flatMap(\.cells) }).sorted { $0.rawValue < $1.rawValue }
        let cursor = cursor
        peers = cells.map { RefillPeer(cell: $0, name: names[$0.position].name, after: cursor) }
    }

    mutating func nextNumber() -> UInt64 {
        number += 1
        return number
    }

    func place(of cell: CellIndex) -> Int? { peers.firstIndex { $0.cell == cell } }

    /// The earliest instant at which there is something to do without an answer; set by `plan`.
    var nextDeadline: Instant { stage == .done ? .distantFuture : due }
    private var due = Instant.distantFuture

    /// Everything that was due is done.
    mutating func plan(now: Instant) {
        var due = [lookAt]
        switch stage {
        case .waiting(let until): due.append(until)
        case .pulling(let since): due += [since + Self.courtesy, paceAt]
        case .asking, .done: break
        }
        for peer in peers {
            due.append(peer.asked?.until ?? peer.retryAt)
        }
        self.due = due.filter { $0 > now }.min() ?? .distantFuture
    }

    /// From now on its lines are part of every page.
    mutating func joined(_ place: Int) { peers[place].rewind(to: cursor) }

    // MARK: What peers are known to be

    /// All peers that membership has alive are read, or were waited for long enough.
    private func hasCourtesy(since: Instant, now: Instant, isAlive: (RefillPeer) -> Bool) -> Bool {
        now >= since + Self.courtesy || peers.allSatisfy { $0.isSource || !isAlive($0) || $0.state != nil }
    }

    /// Whether pages can be made of those that are read now.
    func isCovered(life: StoreLife, now: Instant, isAlive: (RefillPeer) -> Bool) -> Bool {
        guard case .pulling(let since) = stage else { return false }
        if life == .accepted { return hasCourtesy(since: since, now: now, isAlive: isAlive) }
        guard rule.isCovered(shapes, missing: { cell in place(of: cell).map { !peers[$0].isSource } ?? true }) else {
            return false
        }
        return rule.tier == .critical || hasCourtesy(since: since, now: now, isAlive: isAlive)
    }

    func missing(isAlive: (RefillPeer) -> Bool) -> [StoreStatus.Missing] {
        peers.filter { !$0.isSource }.map { peer in
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

    /// Merges what the sources have told into the next page; nil where a line of one of them is missing.
    mutating func merge() {
        guard page == nil else { return }
        let sources = peers.indices.filter { peers[$0].isSource }
        var items: [RefillPage.Item] = []
        while items.count < RecordPages.mostLines {
            guard sources.allSatisfy({ peers[$0].hasNext }) else { break }
            guard let position = sources.compactMap({ peers[$0].lines.first?.position }).min() else {
                // All are at their end.
                page = RefillPage(items: items, upTo: items.last?.line.position ?? cursor, isLast: true)
                return
            }
            var newest: RefillPage.Item?
            for place in sources where peers[place].lines.first?.position == position {
                let line = peers[place].lines.removeFirst()
                if newest.map({ line.version > $0.line.version }) ?? true {
                    newest = RefillPage.Item(line: line, holder: place)
                }
            }
            if let newest { items.append(newest) }
        }
        guard let last = items.last else { return }
        page = RefillPage(items: items, upTo: last.line.position, isLast: false)
    }

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
