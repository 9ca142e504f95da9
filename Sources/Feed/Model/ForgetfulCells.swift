import MeshBase
import Reports

/// Finds amnesiacs: cells of a known name that have come back with another store, or with the same one and without records that
/// the others have.
package struct ForgetfulCells: Sendable {
    /// What is known of one cell's store.
    private struct Store {
        var boot: String?
        var id: String
        /// Records that it lacked in this life, as the comparison with others has found so far.
        var lacked: UInt64 = 0
        /// When this life was heard last, and the one before it; nil where none was.
        var heard: Instant
        var heardBefore: Instant?
        /// Since when it is called an amnesiac.
        var since: Instant?
    }

    /// One that is filled again is called so for this long at least.
    static let least = TimeAmount.seconds(10)
    /// So many records that others had and it lacked, found from one telling to the next, are no matter of single writes.
    static let mostLacking: UInt64 = 16
    /// What was written so shortly before a life was heard last, it need not have had.
    static let margin = TimeAmount.seconds(2)

    private var stores: [Int: Store] = [:]
    private var news: [News] = []

    /// A cell is called an amnesiac from now on, or no longer.
    package struct News: Sendable, Equatable {
        /// By its place in the topology.
        package var cell: Int
        /// False: no longer.
        package var isNamed: Bool
        /// What its finding stands on; empty of one that is called so no longer.
        package var why: String
    }

    /// Nothing is known.
    package init() {}

    /// What a cell has told.
    mutating func take(_ vitals: CellVitals, of cell: Int, now: Instant) {
        guard let id = vitals.storeID else { return }
        guard var known = stores[cell] else {
            stores[cell] = Store(boot: vitals.boot, id: id, heard: now)
            return
        }
        let votes = vitals.condition?.store.map { $0 == "votes" } ?? true
        let isSame = known.boot == vitals.boot
        if !isSame { known.heardBefore = known.heard }
        if known.id != id {
            name(&known, cell, "its store is \(id), and was \(known.id)", now)
        } else {
            let found = (vitals.lacked ?? 0) &- (isSame ? known.lacked : 0)
            // What the life before had, and not what was written while the cell was away.
            let isOld = known.heardBefore.map { before in
                now - .milliseconds(vitals.lackedAge ?? 0) <= before - Self.margin
            }
            if votes, isOld ?? false, found >= Self.mostLacking, found < UInt64.max / 2 {
                name(&known, cell, "\(found) records that others have were not in its store", now)
            }
        }
        (known.boot, known.id, known.heard, known.lacked) = (vitals.boot, id, now, vitals.lacked ?? 0)
        if let since = known.since, votes, now - since >= Self.least {
            known.since = nil
            news.append(News(cell: cell, isNamed: false, why: ""))
        }
        stores[cell] = known
    }

    private mutating func name(_ store: inout Store, _ cell: Int, _ why: String, _ now: Instant) {
        if store.since == nil { news.append(News(cell: cell, isNamed: true, why: why)) }
        store.since = now
    }

    func names(_ cell: Int) -> Bool { stores[cell]?.since != nil }

    /// What has changed since this was asked last: at most one for each thing that a cell has told.
    package mutating func takeNews() -> [News] {
        defer { news = [] }
        return news
    }
}
