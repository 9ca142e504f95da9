import MeshBase
import Resilience
import Sharding

/// Which cell an attempt goes to.
extension RouterNode {
    /// How good a choice a cell is, the lowest first; nil for one that cannot be asked.
    private enum Rank: UInt8, Comparable {
        /// Ready, steady, not ejected, and its gate lets somebody through.
        case first
        /// Not ready, unsteady or ejected.
        case doubtful
        /// Membership or this router doubts that it lives.
        case suspected
        /// Its gate turns away, as far as can be told: asked so that it says until when.
        case blocking

        static func < (a: Rank, b: Rank) -> Bool { a.rawValue < b.rawValue }
    }

    /// Positions of a shard that can be asked at all.
    func askable(_ shard: Shard) -> TargetSet {
        var targets = TargetSet()
        for position in 0..<shard.count where links[shard[position].position].canBeAsked {
            targets.insert(TargetSet(position: position))
        }
        return targets
    }

    /// The best of these positions, the first of equals; nil where none of them can be asked.
    mutating func choose(
        from shard: Shard, among targets: TargetSet, slot: Int, priority: Priority, now: Instant
    ) -> Int? {
        var best: (position: Int, rank: Rank)?
        var rest = targets
        var panics: Bool?
        while let position = rest.popFirst() {
            guard position < shard.count else { break }
            let cell = shard[position]
            guard links[cell.position].canBeAsked else { continue }
            let rank = rank(cell, slot, priority, shard, &panics, now)
            if rank == .first { return position }
            if best == nil || rank < best!.rank { best = (position, rank) }
        }
        return best?.position
    }

    @inline(__always)
    private mutating func rank(
        _ cell: CellIndex, _ slot: Int, _ priority: Priority, _ shard: Shard, _ panics: inout Bool?, _ now: Instant
    ) -> Rank {
        let kind = gates.kind(cell, slot)
        let gate = gates.known(cell, slot)
        if gate >= 0, gates.isBlocking(gate, priority, now: now) {
            return .blocking
        }
        guard links[cell.position].isReached else { return .suspected }
        guard links[cell.position].isSound else { return .doubtful }
        guard gates.ejections[kind].isOut(cell.position) else { return .first }
        let isPanic = panics ?? isPanic(shard, slot: slot, kind: kind)
        panics = isPanic
        return isPanic ? .first : .doubtful
    }

    /// So few cells of the shard are in that all of them are used.
    private mutating func isPanic(_ shard: Shard, slot: Int, kind: Int) -> Bool {
        guard let policy = gates.kinds[kind].ejectionPolicy else { return false }
        var all = 0
        var available = 0
        for cell in shard where links[cell.position].canBeAsked {
            all += 1
            if !gates.ejections[gates.kind(cell, slot)].isOut(cell.position) { available += 1 }
        }
        return gates.ejections[kind].countPanic(available: available, of: all, policy)
    }
}
