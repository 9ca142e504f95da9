import Drills
import MeshBase
import Reports

/// What changed cells are held against, over the same time: the bounds of a rollout.
///
/// A gate fails only where the interval of what was seen leaves its bound out. It is met where the interval lies on the other
/// side, and where the figure itself keeps the bound and the interval leaves out twice the breach that the bound allows: to tell
/// 1.00 from 0.95 takes more traffic than most changes are worth. Shares have Wilson's interval, percentiles that of their order statistic, and what is compared the joined one
/// (`RatioInterval`); each end is that of a one-sided test, at 95 % where a stage is judged as for claims of drills.
package struct RolloutGates: Sendable {
    /// What was seen of a group of cells over some time.
    package struct Group: Sendable, Equatable {
        package var cells = CellFiguresPage.Cell()
        /// What came in meanwhile: what the others did well, or requests of clients where there are no others.
        package var offered: UInt64 = 0

        /// So much.
        package init(_ cells: CellFiguresPage.Cell = .init(), offered: UInt64 = 0) {
            self.cells = cells
            self.offered = offered
        }
    }

    /// Attempts that go well, a share.
    package static let success = 0.95
    /// p99 may be so many times that of the others.
    package static let p99 = 1.1
    /// Where it is surely not longer by more than this, microseconds, nobody is rolled back for its ratio: of answers that take less
    /// than a millisecond a process that has just begun is a multiple slower.
    package static let negligibleDelay = 2_000.0
    /// And it fails where it is surely longer by more than this, microseconds, and than what the machine's own timers were late
    /// by: how long answers take while it has too much to do says nothing about a version.
    package static let hardlyADelay = 500.0
    /// The share of attempts that fail may be so many times that of the others.
    package static let errors = 1.2
    /// Where it is surely below, nobody is rolled back for its ratio.
    package static let negligible = 0.005
    /// Fewer failures say nothing about a ratio.
    package static let fewestFailures: UInt64 = 3
    /// What goes well at a cell may be so many times what it was, for each customer that it has.
    package static let throughput = 0.95
    /// Of a stage that was watched for its time.
    package static let deviations = DrillClaim.deviations
    /// Of a stage that is being watched: looked at again and again, it fails early only where there is hardly a doubt.
    package static let hasty = 4.0

    /// The changed cells; and what they are compared with at the same time.
    package var changed: Group
    package var others: Group
    /// The changed cells as they were before.
    package var changedBefore: Group
    /// How late timers were meanwhile.
    package var late = TimeAmount.zero
    /// Half the width of intervals, in standard deviations.
    package var deviations = RolloutGates.deviations

    /// Each over its time.
    package init(changed: Group, others: Group, changedBefore: Group) {
        self.changed = changed
        self.others = others
        self.changedBefore = changedBefore
    }

    /// All of them. A p99 that neither side has anything of is left out.
    package var all: [RolloutReport.Gate] {
        var gates = [successGate, errorGate]
        if let gate = p99Gate("services", changed.cells.services, others.cells.services) { gates.append(gate) }
        if let gate = p99Gate("records", changed.cells.records, others.cells.records) { gates.append(gate) }
        gates.append(throughputGate)
        return gates
    }

    // MARK: One by one

    private var successGate: RolloutReport.Gate {
        let (count, cells) = (changed.cells.count, changed.cells)
        let interval = WilsonInterval(count: cells.ok, of: count, deviations: deviations)
        let isNothing = count == 0
        let verdict = Self.verdict(interval.share, interval.low, interval.high, atLeast: Self.success)
        return RolloutReport.Gate(
            name: "success rate", comparison: ">=", bound: Self.success, observed: isNothing ? nil : interval.share,
            low: interval.low, high: interval.high, samples: count, verdict: verdict,
            needed: verdict == .undecided
                ? Self.needed(count, interval.share, interval.low, interval.high, Self.success) : nil,
            text: isNothing
                ? "no attempt was made at a changed cell"
                : "success rate \(Self.percent(interval.share)) of \(count) attempts (\(Self.percent(interval.low)) to "
                    + "\(Self.percent(interval.high))), limit \(Self.percent(Self.success))")
    }

    private var errorGate: RolloutReport.Gate {
        let (a, b) = (changed.cells, others.cells)
        let (first, second) = (share(a.failed, a.count), share(b.failed, b.count))
        let interval = RatioInterval(first, over: second)
        var verdict: RolloutReport.Gate.Verdict = .undecided
        if a.count > 0, b.count > 0 {
            verdict = Self.verdict(interval.ratio, interval.low, interval.high, atMost: Self.errors)
            if a.failed < Self.fewestFailures, verdict == .failed { verdict = .undecided }
            if a.failed == 0 || verdict == .undecided && first.high.map({ $0 <= Self.negligible }) ?? false {
                verdict = .met
            }
        }
        return RolloutReport.Gate(
            name: "error rate", comparison: "<=", bound: Self.errors, observed: a.failed == 0 ? 0 : interval.ratio,
            low: interval.low, high: interval.high, samples: a.count, verdict: verdict,
            text: "error rate \(a.failed) of \(a.count) against \(b.failed) of \(b.count)"
                + (a.failed == 0 ? "" : ": \(Self.times(interval))") + ", limit \(Self.errors)x")
    }

    private func share(_ count: UInt64, _ of: UInt64) -> RatioInterval.Figure {
        let interval = WilsonInterval(count: count, of: of, deviations: deviations)
        return RatioInterval.Figure(interval.share, low: interval.low, high: interval.high)
    }

    private func p99Gate(_ what: String, _ a: AttemptFigures, _ b: AttemptFigures) -> RolloutReport.Gate? {
        let name = "p99 of \(what)"
        guard a.answered > 0, b.answered > 0 else {
            guard a.count > 0 || b.count > 0 else { return nil }
            return RolloutReport.Gate(
                name: name, comparison: "<=", bound: Self.p99, observed: nil, low: nil, high: nil, samples: a.answered,
                verdict: .undecided, needed: OrderInterval.needed(quantile: 0.99, deviations: deviations),
                text: "\(name): \(a.answered) answers against \(b.answered)")
        }
        let (first, second) = (quantile(a), quantile(b))
        let interval = RatioInterval(first, over: second)
        var verdict = Self.verdict(interval.ratio, interval.low, interval.high, atMost: Self.p99)
        if let high = first.high, high <= second.value + Self.negligibleDelay { verdict = .met }
        let noise = Double(late.nanoseconds) / 1_000
        let isNoise = verdict == .failed && first.low <= second.value + max(Self.hardlyADelay, noise)
        if isNoise { verdict = .undecided }
        return RolloutReport.Gate(
            name: name, comparison: "<=", bound: Self.p99, observed: interval.ratio, low: interval.low,
            high: interval.high, samples: a.answered, verdict: verdict,
            needed: verdict == .undecided && !isNoise
                ? Self.needed(a.answered, interval.ratio, interval.low, interval.high, Self.p99)
                    ?? OrderInterval.needed(quantile: 0.99, deviations: deviations) : nil,
            text: "\(name) \(Self.milliseconds(first.value)) of \(a.answered) against "
                + "\(Self.milliseconds(second.value)) of \(b.answered): \(Self.times(interval)), limit \(Self.p99)x"
                + (isNoise && noise > Self.hardlyADelay
                    ? ", while timers were late by \(Self.milliseconds(noise))" : ""))
    }

    /// In microseconds.
    private func quantile(_ figures: AttemptFigures) -> RatioInterval.Figure {
        let interval = OrderInterval(quantile: 0.99, of: figures.answered, deviations: deviations)
        return RatioInterval.Figure(
            figures.time(ofRank: interval.middle), low: interval.low.map { figures.time(ofRank: $0) } ?? 0,
            high: interval.high.map { figures.time(ofRank: $0) })
    }

    /// Customers stay where they are, so that what a cell does for each of them is in proportion to what it does; and what comes
    /// in is in proportion to what went to the others.
    private var throughputGate: RolloutReport.Gate {
        let counts = [changed.cells.ok, changedBefore.cells.ok, changed.offered, changedBefore.offered]
        guard counts.dropFirst().allSatisfy({ $0 > 0 }) else {
            return RolloutReport.Gate(
                name: "throughput", comparison: ">=", bound: Self.throughput, observed: nil, low: nil, high: nil,
                samples: counts[0], verdict: .undecided,
                text: "throughput: \(counts[0]) attempts went well, \(counts[1]) before: too few to compare")
        }
        let now = RatioInterval(
            .init(count: counts[0], deviations: deviations), over: .init(count: counts[2], deviations: deviations))
        let before = RatioInterval(
            .init(count: counts[1], deviations: deviations), over: .init(count: counts[3], deviations: deviations))
        let interval = RatioInterval(
            .init(now.ratio ?? 0, low: now.low, high: now.high),
            over: .init(before.ratio ?? 0, low: before.low, high: before.high))
        let verdict = Self.verdict(interval.ratio, interval.low, interval.high, atLeast: Self.throughput)
        return RolloutReport.Gate(
            name: "throughput", comparison: ">=", bound: Self.throughput, observed: interval.ratio, low: interval.low,
            high: interval.high, samples: counts[0], verdict: verdict,
            needed: verdict == .undecided
                ? Self.needed(counts[0], interval.ratio, interval.low, interval.high, Self.throughput) : nil,
            text: "throughput for each customer \(Self.times(interval)) by \(counts[0]) attempts that went well, limit "
                + "\(Self.throughput)x")
    }

    // MARK: Verdicts

    /// The bound, and as much again beyond it.
    private static func far(_ bound: Double) -> Double { 2 * bound - 1 }

    private static func verdict(
        _ value: Double?, _ low: Double, _ high: Double?, atMost bound: Double
    ) -> RolloutReport.Gate.Verdict {
        if low > bound { return .failed }
        guard let high else { return .undecided }
        return high <= bound || value.map { $0 <= bound } ?? false && high <= far(bound) ? .met : .undecided
    }

    private static func verdict(
        _ value: Double?, _ low: Double, _ high: Double?, atLeast bound: Double
    ) -> RolloutReport.Gate.Verdict {
        if let high, high < bound { return .failed }
        return low >= bound || value.map { $0 >= bound } ?? false && low >= far(bound) ? .met : .undecided
    }

    /// About so many samples that would decide, were the figure as it is; nil where nobody can say.
    private static func needed(
        _ samples: UInt64, _ value: Double?, _ low: Double, _ high: Double?, _ bound: Double
    ) -> UInt64? {
        guard let value, let high, value > 0, low > 0, samples > 0 else { return nil }
        let isKept = bound > 1 ? value <= bound : value >= bound
        let half = (bound > 1) == isKept ? naturalLogarithm(high / value) : naturalLogarithm(value / low)
        let factor = half / max(abs(naturalLogarithm(value / (isKept ? far(bound) : bound))), 1e-6)
        let count = Double(samples) * factor * factor
        return count < 1e9 && count > Double(samples) ? UInt64(count.rounded(.up)) : nil
    }

    // MARK: Words

    private static func times(_ interval: RatioInterval) -> String {
        let high = interval.high.map { "to \(number($0))x" } ?? "and more"
        return (interval.ratio.map { "\(number($0))x " } ?? "") + "(\(number(interval.low))x \(high))"
    }

    private static func number(_ value: Double) -> String { Wording.fixed(value, value >= 100 ? 0 : 2) }
    private static func percent(_ share: Double) -> String { Wording.fixed(share * 100, 2) + " %" }
    private static func milliseconds(_ micros: Double) -> String { Wording.fixed(micros / 1_000, 2) + " ms" }
}
