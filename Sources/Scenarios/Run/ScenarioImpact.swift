import MeshBase
import Reports

/// What became of customers by one scenario: from its first action until the mesh had settled, each at its worst over all windows in
/// which somebody came to harm.
struct ScenarioImpact: Sendable {
    /// Nil before the first action.
    private var windows: RunWindows?
    /// What routers told before the first action: harm of that time is not the scenario's.
    private var former: FeedImpact?
    private var shape = ScenarioSight.Shape()
    /// Somebody has looked.
    private var isTold = false

    /// Milliseconds by which two may tell apart when a window began.
    private static let slack: Int64 = 1_500

    /// The first action is about to begin.
    ///
    /// - Parameter sight: what was seen last; nil where nobody has looked yet: then the first look says what was before.
    mutating func begin(_ sight: ScenarioSight?) {
        guard let sight else { return }
        former = sight.impact
        windows = RunWindows(begun: sight.t, ended: .max)
    }

    mutating func take(_ sight: ScenarioSight) {
        if windows == nil { begin(sight) }
        isTold = true
        shape = sight.shape
        guard let impact = own(sight.impact, customers: sight.shape.customers) else { return }
        windows?.take(impact, cells: sight.shape.cells, t: sight.t, customers: sight.shape.customers)
    }

    /// What a router tells without what it had told before; nil where nothing is left.
    private func own(_ impact: FeedImpact, customers: Int) -> FeedImpact? {
        guard let since = impact.since, let former, let before = former.since, abs(since - before) <= Self.slack
        else { return impact }
        guard impact.open else { return nil }
        var own = impact
        guard let text = impact.marks, let now = CustomerMarks.values(text, bits: 4, count: customers) else {
            (own.observed.lost, own.observed.degraded) = (
                max(impact.observed.lost - former.observed.lost, 0),
                max(impact.observed.degraded - former.observed.degraded, 0)
            )
            return own.observed.lost + own.observed.degraded > 0 ? own : nil
        }
        let then = former.marks.flatMap { CustomerMarks.values($0, bits: 4, count: customers) } ?? now.map { _ in 0 }
        let marks = zip(now, then).map { now, then in now >> 2 > then >> 2 ? now : now & 3 }
        guard marks.contains(where: { $0 >> 2 > CustomerMark.untouched.rawValue }) else { return nil }
        own.marks = CustomerMarks.text(marks, bits: 4)
        own.observed = FeedImpact.Counts(noQuorum: impact.observed.noQuorum)
        own.observed.harmed = impact.observed.harmed.map { max($0 - (former.observed.harmed ?? 0), 0) }
        for mark in marks { own.observed.count(CustomerMark(rawValue: mark >> 2) ?? .unseen) }
        own.seen = own.observed.lost + own.observed.degraded + own.observed.untouched
        return own
    }

    /// Customers by what became of them; nil where nobody has looked. Of more than are told one by one the worst of all windows, so
    /// that there may be more.
    var observed: FeedImpact.Counts? {
        guard isTold, let windows else { return nil }
        guard !windows.isEmpty else { return FeedImpact.Counts() }
        if let sum = windows.sum { return sum.observed }
        var counts = FeedImpact.Counts()
        for window in windows.windows {
            counts.lost = max(counts.lost, window.observed.lost)
            counts.degraded = max(counts.degraded, window.observed.degraded)
            counts.harmed = max(counts.harmed ?? 0, window.observed.harmed ?? 0)
        }
        return counts
    }

    /// Customers that asked while somebody came to harm.
    var seen: Int { windows.map { $0.sum?.seen ?? $0.windows.map(\.seen).max() ?? 0 } ?? 0 }

    /// Customers who fared otherwise than the scenario's own prediction had it; nil where they are not told one by one, or nobody has
    /// looked.
    ///
    /// - Parameters:
    ///   - harm: what the scenario has foretold.
    ///   - strangers: cells that went out without it.
    func different(_ harm: ScenarioHarm, strangers: Set<String>) -> Int? {
        guard isTold, let windows else { return nil }
        guard !windows.isEmpty else { return 0 }
        guard let sum = windows.sum else { return nil }
        let worse = unforetold(windows, harm, strangers)
        guard !sum.others.isEmpty else { return max(sum.different, worse.count) }
        return Set(sum.others.map(\.customer)).union(worse).count
    }

    /// Customers who fared worse than they would have without those cells.
    private func unforetold(_ windows: RunWindows, _ harm: ScenarioHarm, _ strangers: Set<String>) -> [Int] {
        let marks = windows.marks
        guard !strangers.isEmpty, marks.count == shape.shards.count else { return [] }
        func places(_ names: Set<String>) -> Set<Int> {
            Set(shape.cells.indices.filter { names.contains(shape.cells[$0]) })
        }
        let rows = windows.windows
        let out = places(Set(rows.flatMap(\.cells)).subtracting(strangers).union(harm.out))
        let impaired = places(Set(rows.flatMap { $0.impaired ?? [] }).union(harm.impaired))
        return marks.indices.filter { customer in
            let shard = shape.shards[customer]
            let dead = shard.count { out.contains($0) }
            let expected: CustomerMark =
                dead == shard.count
                ? .lost : dead > 0 || shard.contains { impaired.contains($0) } ? .degraded : .untouched
            return marks[customer] > expected
        }
    }

    /// Cells that were out for a router meanwhile.
    var cells: Set<String> { Set(windows?.windows.flatMap(\.cells) ?? []) }
}
