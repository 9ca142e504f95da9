import Chaos
import Nodes

/// What each fault on the services of a cell has struck. The cell counts by service; whenever the faults change, and when somebody
/// asks, what was counted meanwhile is added to those that were in force.
final class ServiceFaultHits {
    private var rules: ServiceRules?
    private var seen: [ServiceFaultCounters] = []
    private var hits: [String: UInt64] = [:]
    private var tally = FaultHitTally()

    /// Other faults are in force from now on; of those that ended the kind is remembered.
    func take(_ rules: ServiceRules, of faults: [Fault], counted: [ServiceFaultCounters]) {
        look(counted)
        tally.take(faults, hits: hits, keeping: rules.ids)
        self.rules = rules
        let known = hits
        hits = Dictionary(rules.ids.map { ($0, known[$0] ?? 0) }) { first, _ in first }
    }

    /// By the id of each fault that concerns this cell's services.
    func byFault(counted: [ServiceFaultCounters]) -> [String: UInt64] {
        look(counted)
        return hits
    }

    /// All that was struck in this life, in the order of `FaultKind.followed`.
    func byKind(counted: [ServiceFaultCounters]) -> [UInt64] {
        look(counted)
        return tally.byKind(hits)
    }

    private func look(_ counted: [ServiceFaultCounters]) {
        defer { seen = counted }
        guard let rules, seen.count == counted.count else { return }
        rules.count(
            zip(counted, seen).map { now, before in
                (now.delayed &- before.delayed, now.hung &- before.hung, now.failed &- before.failed)
            }, in: &hits)
    }
}
