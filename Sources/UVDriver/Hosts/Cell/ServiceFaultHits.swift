import Chaos
import Nodes

/// What each fault on a cell and its services has struck. The cell counts by service, and as a whole; whenever the faults change, and when somebody
/// asks, what was counted meanwhile is added to those that were in force.
final class ServiceFaultHits {
    private var rules: ServiceRules?
    private var whole: CellRules?
    private var seen: [ServiceFaultCounters] = []
    private var seenWhole = CellFaultCounters()
    private var hits: [String: UInt64] = [:]
    private var tally = FaultHitTally()

    /// Other faults are in force from now on; of those that ended the kind is remembered.
    func take(
        _ rules: ServiceRules, _ whole: CellRules, of faults: [Fault], counted: [ServiceFaultCounters],
        _ countedWhole: CellFaultCounters
    ) {
        look(counted, countedWhole)
        let ids = rules.ids + whole.ids
        tally.take(faults, hits: hits, keeping: ids)
        self.rules = rules
        self.whole = whole
        let known = hits
        hits = Dictionary(ids.map { ($0, known[$0] ?? 0) }) { first, _ in first }
    }

    /// By the id of each fault that concerns this cell's services.
    func byFault(counted: [ServiceFaultCounters], _ whole: CellFaultCounters) -> [String: UInt64] {
        look(counted, whole)
        return hits
    }

    /// All that was struck in this life, in the order of `FaultKind.followed`.
    func byKind(counted: [ServiceFaultCounters], _ whole: CellFaultCounters) -> [UInt64] {
        look(counted, whole)
        return tally.byKind(hits)
    }

    private func look(_ counted: [ServiceFaultCounters], _ countedWhole: CellFaultCounters) {
        defer { (seen, seenWhole) = (counted, countedWhole) }
        whole?.count(
            (
                countedWhole.mute &- seenWhole.mute, countedWhole.slow &- seenWhole.slow,
                countedWhole.failed &- seenWhole.failed, countedWhole.starved &- seenWhole.starved
            ), in: &hits)
        guard let rules, seen.count == counted.count else { return }
        rules.count(
            zip(counted, seen).map { now, before in
                (now.delayed &- before.delayed, now.hung &- before.hung, now.failed &- before.failed)
            }, in: &hits)
    }
}
