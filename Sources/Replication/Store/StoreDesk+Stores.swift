import Consensus
import MeshBase
import Sharding

/// Orders between stores, which belong to no customer's epoch.
extension StoreDesk {
    static func betweenStores<Shelf: RecordShelf>(
        _ order: StoreOrder, at shelf: inout Shelf, omitting omitted: Check
    ) throws(Shelf.Failure) -> StoreAnswer.Outcome {
        switch order.operation {
        case .version, .read, .write, .add, .promise, .accept:
            preconditionFailure("an order about a record has an epoch")
        case .expireClaims(let before, let most, let limit):
            return try expire(before: before, keeping: most, limit: limit, at: &shelf)
        case .room:
            try shelf.findRoom()
            return .settled(0)
        case .queuedClaims(let limit):
            return try fetch(try shelf.queuedClaims(limit: limit), bytes: .max, at: shelf)
        case .list(let fence, let after, let limit, let fingerprints):
            if let refusal = refusal(fence, at: shelf, omitting: omitted) { return refusal }
            // One more than asked for tells whether any follow.
            var lines = try shelf.lines(
                after: max(after, fence.start), upTo: fence.hashes.upperBound, limit: limit + 1,
                fingerprints: fingerprints)
            let isLast = lines.count <= limit
            if !isLast { lines.removeLast() }
            return .listed(lines, isLast: isLast, floor: shelf.stored[fence.cohort].floor)
        case .fetch(let fence, let positions, let bytes):
            if let refusal = refusal(fence, at: shelf, omitting: omitted) { return refusal }
            return try fetch(positions, bytes: bytes, at: shelf)
        case .fill(let page):
            return try fill(page, at: &shelf)
        case .install(let entry, let keeper):
            return try install(entry, keeper, at: &shelf)
        case .purge(let keeper, let after, let limit):
            return try purge(keeper, after: after, limit: limit, at: &shelf)
        case .drop(let fence, let lines):
            if let refusal = refusal(fence, at: shelf) { return refusal }
            return try drop(lines, of: fence.cohort, at: &shelf)
        case .hints(let after, let until, let limit):
            let (total, oldest) = try shelf.hintTotal()
            let lines = total == 0 ? [] : try shelf.hints(after: after, until: until, limit: limit)
            return .hinted(lines, total: total, oldest: oldest)
        case .lacks(let lines):
            return try compare(lines, at: shelf)
        case .settle(let lines):
            for line in lines { try shelf.settle(line) }
            return .settled(lines.count)
        case .count(let cohort):
            guard shelf.stored.indices.contains(cohort) else { return .counted(0) }
            return .counted(try shelf.count(PlacementTable.hashes(of: cohort, count: shelf.stored.count)))
        case .decree(let bytes, let cell):
            guard let question = DecreeQuestion(decoding: bytes) else { return .decree(nil) }
            let reply = try DecreeDesk.answer(question, by: Decider(cell: cell, store: shelf.storeID), at: &shelf)
            return .decree(reply.encoded())
        case .life:
            return .life(shelf.life)
        case .becomes(let next, let peers):
            guard shelf.life.mayBecome(next) else { return .life(shelf.life) }
            if !peers.isEmpty { try shelf.set(peers: peers) }
            try shelf.set(next)
            return .life(shelf.life)
        }
    }

    private static func refusal(
        _ fence: CohortFence, at shelf: some RecordShelf, omitting omitted: Check = []
    ) -> StoreAnswer.Outcome? {
        guard shelf.stored.indices.contains(fence.cohort) else { return .otherEntry(version: 0) }
        return omitted.contains(.fence) ? nil : shelf.stored[fence.cohort].refusal(fence)
    }

    /// Records in this order, until their values come to so many bytes; one at least.
    private static func fetch<Shelf: RecordShelf>(
        _ positions: [RecordPosition], bytes: Int, at shelf: Shelf
    ) throws(Shelf.Failure) -> StoreAnswer.Outcome {
        var records: [StoredRecord] = []
        var taken = 0
        var sum = 0
        for position in positions {
            guard sum < bytes else { break }
            taken += 1
            guard let record = try shelf.record(position) else { continue }
            sum += record.value.count
            records.append(record)
        }
        return .fetched(records, taken: taken)
    }

    /// Keeps a page of records that this store lacks.
    private static func fill<Shelf: RecordShelf>(
        _ page: FillPage, at shelf: inout Shelf
    ) throws(Shelf.Failure) -> StoreAnswer.Outcome {
        if let refusal = refusal(page.fence, at: shelf) { return refusal }
        for record in page.records { _ = try keep(record, at: &shelf) }
        var cohort = shelf.stored[page.fence.cohort]
        cohort.floor = max(cohort.floor, page.floor)
        if let filled = page.filled { cohort.filled = max(cohort.filled, filled) }
        if cohort != shelf.stored[page.fence.cohort] { try shelf.set(cohort) }
        if shelf.life.isRefilled {
            try shelf.set(cursor: page.upTo)
            if page.isLastOfStore { try shelf.set(.votes) }
        }
        return .life(shelf.life)
    }

    private static func install<Shelf: RecordShelf>(
        _ entry: PlacementEntry, _ keeper: RecordKeeper?, at shelf: inout Shelf
    ) throws(Shelf.Failure) -> StoreAnswer.Outcome {
        guard shelf.stored.indices.contains(entry.cohort) else { return .otherEntry(version: 0) }
        var cohort = shelf.stored[entry.cohort]
        if cohort.install(entry, purges: keeper != nil) {
            try shelf.set(cohort)
            if let keeper { _ = try purge(keeper, after: .start, limit: StoredCohort.purgeLimit, at: &shelf) }
        }
        let now = shelf.stored[entry.cohort]
        return .installed(version: now.entry.version, isPurging: now.isPurging)
    }

    private static func purge<Shelf: RecordShelf>(
        _ keeper: RecordKeeper, after: RecordPosition, limit: Int, at shelf: inout Shelf
    ) throws(Shelf.Failure) -> StoreAnswer.Outcome {
        guard shelf.stored.indices.contains(keeper.cohort) else { return .otherEntry(version: 0) }
        var cohort = shelf.stored[keeper.cohort]
        guard cohort.isPurging, cohort.entry.version == keeper.version else {
            return .otherEntry(version: cohort.entry.version)
        }
        let lines = try shelf.lines(
            after: max(after, RecordPosition(before: keeper.hashes.lowerBound)), upTo: keeper.hashes.upperBound,
            limit: limit, fingerprints: false)
        var dropped = 0
        for line in lines where !keeper.keeps(line.position.hash) {
            try shelf.remove(line.position)
            dropped += 1
        }
        guard lines.count < limit else { return .purged(upTo: lines.last?.position, dropped: dropped) }
        cohort.previous = nil
        try shelf.set(cohort)
        return .purged(upTo: nil, dropped: dropped)
    }

    /// Collects tombstones that every member has, each where it is still the newest.
    private static func drop<Shelf: RecordShelf>(
        _ lines: [RecordLine], of number: Int, at shelf: inout Shelf
    ) throws(Shelf.Failure) -> StoreAnswer.Outcome {
        var dropped = 0
        var cohort = shelf.stored[number]
        for line in lines {
            let (version, tombstone) = try shelf.version(line.position)
            guard tombstone, version == line.version else { continue }
            try shelf.remove(line.position)
            cohort.floor = max(cohort.floor, version.counter)
            dropped += 1
        }
        if cohort.floor != shelf.stored[number].floor { try shelf.set(cohort) }
        return .dropped(dropped)
    }

    /// Which of these another store has and this one lacks.
    private static func compare<Shelf: RecordShelf>(
        _ lines: [RecordLine], at shelf: Shelf
    ) throws(Shelf.Failure) -> StoreAnswer.Outcome {
        var lacking: [RecordLack] = []
        for line in lines {
            let cohort = PlacementTable.cohort(of: line.position.hash, count: shelf.stored.count)
            lacking.append(
                RecordLack(
                    of: line.version, known: try shelf.version(line.position).version,
                    floor: shelf.stored[cohort].floor, hasSiblings: hasSiblings(line.position, at: shelf)))
        }
        return .compared(lacking)
    }

    /// Drops claims whose time is over, and the oldest settled ones of too many.
    private static func expire<Shelf: RecordShelf>(
        before: Int64, keeping most: Int, limit: Int, at shelf: inout Shelf
    ) throws(Shelf.Failure) -> StoreAnswer.Outcome {
        let over = try shelf.expiredClaims(before: before, limit: limit)
        for position in over { try shelf.remove(position) }
        let left = try shelf.claimCount()
        let tooMany = left > most ? try shelf.settledClaims(limit: min(limit, left - most)) : []
        for position in tooMany { try shelf.remove(position) }
        return .expired(over.count, evicted: tooMany.count, left: left - tooMany.count)
    }
}
