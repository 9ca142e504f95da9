import MeshBase
import Replication
import Sharding

/// A cell that leaves a shard, or returns after its customers have gone, holds rows that it alone has acknowledged: before it
/// installs the entry by which it drops them, some member of the entry of the day has each, with a hint of its own.
extension CellNode {
    /// Nothing is left that would be lost with this entry.
    func hasHandedOver(_ cohort: Int, _ entry: PlacementEntry) -> Bool {
        guard hints.isOn, store?.life == .votes, defect != .dropsHinted else { return true }
        return rooms[cohort].handedOver >= entry.version
    }

    /// What the cell knows of a cohort and has not installed, as to what has to go.
    private func nextKeeper(_ cohort: Int) -> RecordKeeper? {
        let entry = ledger.table.entries[cohort]
        let stored = rooms[cohort].stored.entry
        guard entry.version > stored.version, RecordKeeper.mayDrop(from: stored, to: entry) else { return nil }
        return RecordKeeper(cell: cell, previous: stored, entry: entry, placement: ledger.placement)
    }

    /// Which of these lines the cell must not keep.
    func leaving(among lines: [RecordLine]) -> [Int] {
        guard !handOvers.isEmpty else { return [] }
        var keepers: [Int: RecordKeeper] = [:]
        for cohort in handOvers { keepers[cohort] = nextKeeper(cohort) }
        return lines.indices.filter { line in
            let hash = lines[line].position.hash
            return keepers[ledger.table.cohort(of: hash)].map { !$0.keeps(hash) } ?? false
        }
    }

    /// Asks the store for hints of records that have to go, page after page.
    mutating func lookAtLeaving(
        _ cohort: Int, after: RecordPosition, now: Instant, into sink: inout some CellSink
    ) {
        handOvers.insert(cohort)
        guard !rooms[cohort].isLookingAtLeaving else { return }
        guard let ticket = orders.insert(PendingOrder(purpose: .leaving(cohort: cohort))) else {
            installRetryAt = min(installRetryAt, now + Self.installInterval)
            return
        }
        rooms[cohort].isLookingAtLeaving = true
        let start = RecordPosition(before: ledger.table.hashes(of: cohort).lowerBound)
        give(.hints(after: max(after, start), until: .max, limit: HintDelivery.pageSize), ticket, into: &sink)
    }

    mutating func tookLeaving(
        _ outcome: StoreAnswer.Outcome, _ cohort: Int, now: Instant, into sink: inout some CellSink
    ) {
        rooms[cohort].isLookingAtLeaving = false
        guard case .hinted(let lines, let total, let oldest) = outcome else {
            installRetryAt = min(installRetryAt, now + Self.installInterval)
            return
        }
        (hints.total, hints.oldest) = (total, oldest)
        let hashes = ledger.table.hashes(of: cohort)
        let own = lines.prefix { hashes.contains($0.position.hash.rawValue) }
        if let keeper = nextKeeper(cohort), let first = own.first(where: { !keeper.keeps($0.position.hash) }) {
            hints.turn(to: first.position.hash)
            // Once they are settled it is looked at again.
            installRetryAt = min(installRetryAt, now + HintDelivery.interval)
            if !hints.isComparing, !hints.isAsking { hints.look(at: now) }
            return
        }
        if own.count == HintDelivery.pageSize, let last = own.last {
            return lookAtLeaving(cohort, after: last.position, now: now, into: &sink)
        }
        rooms[cohort].handedOver = ledger.versions[cohort]
        install(cohort, now: now, into: &sink)
    }
}
