import Consensus
import MeshBase
import Replication
import Sharding

/// What broken builds do with orders: in place of the rules of every store, or on top of them.
extension SimDisk {
    var isBroken: Bool {
        ignoresEpochs || keepsAll || dropsHints || dropsSibling || forgetsFloor || fillsWithoutFloor
            || cellDefect != nil
    }

    func carryOutWrongly(_ order: StoreOrder) -> StoreAnswer.Outcome {
        let checks = omittedChecks(of: order)
        switch order.operation {
        case .install(let entry, _) where keepsAll:
            return carryOut(order.doing(.install(entry, nil)), omitting: checks)
        case .fill(var page) where fillsWithoutFloor:
            page.floor = 0
            return carryOut(order.doing(.fill(page)), omitting: checks)
        case .drop(let fence, _) where forgetsFloor && stored.indices.contains(fence.cohort):
            let floor = stored[fence.cohort].floor
            defer { stored[fence.cohort].floor = floor }
            return carryOut(order, omitting: checks)
        case .write(_, _, _) where dropsSibling:
            return keepingNewest(of: [RecordPosition(customer: order.customer, key: order.key)], order, checks)
        case .fill(let page) where dropsSibling:
            return keepingNewest(of: page.records.map(\.line.position), order, checks)
        default:
            return carryOut(order, omitting: checks)
        }
    }

    private func omittedChecks(of order: StoreOrder) -> StoreDesk.Check {
        switch order.operation {
        case .version, .read, .write, .add, .promise, .accept:
            return isUnfenced(order) ? .fence : []
        case .list, .fetch:
            return cellDefect == .listsWithoutVote ? .vote : cellDefect == .listsUnfenced ? .fence : []
        default:
            return []
        }
    }

    private func isUnfenced(_ order: StoreOrder) -> Bool {
        if ignoresEpochs { return true }
        let hash = order.customer.withUnsafeBytes { CustomerHash($0) }
        let cohort = PlacementTable.cohort(of: hash, count: stored.count)
        let entry = stored[cohort].entry
        switch (cellDefect, order.operation) {
        case (.trustsNumbers, _):
            guard life.admits(order.operation), order.epoch >= max(raised[cohort] ?? .first, entry.epoch) else {
                return false
            }
            raised[cohort] = order.epoch
            return true
        case (.acceptsOldClaims, .accept):
            return order.epoch < entry.epoch(of: hash)
        default:
            return false
        }
    }

    /// Of siblings that come together only the newest is kept, wrongly, as if it had seen the others.
    private func keepingNewest(
        of positions: [RecordPosition], _ order: StoreOrder, _ checks: StoreDesk.Check
    ) -> StoreAnswer.Outcome {
        let keys = positions.map { Self.key($0) }.filter { keepsSiblings($0) }
        let before = keys.map { records[$0]?.version }
        var outcome = carryOut(order, omitting: checks)
        for (key, version) in zip(keys, before) {
            guard let row = records[key], row.version != version, let known = SiblingSet(row.value),
                let newest = known.siblings.last
            else { continue }
            var set = SiblingSet()
            _ = set.write(
                newest.version, value: newest.value, tombstone: newest.tombstone,
                superseding: known.dots.filter { $0 != newest.version }, writer: 1)
            records[key] = Record(version: set.version, value: set.encoded(), tombstone: row.tombstone)
            if hints[key]?.version == row.version { hints[key]?.version = set.version }
            if case .written = outcome { outcome = .written(set.version) }
        }
        return outcome
    }

    func keepsSiblings(_ key: Key) -> Bool { tiers?.hasSiblings(key.key) ?? false }
}

extension StoreOrder {
    /// The same order about something else.
    fileprivate func doing(_ operation: Operation) -> StoreOrder {
        var order = self
        order.operation = operation
        return order
    }
}
