import MeshBase
import Reports
import Sharding
import Topology

/// Predicted beside observed, from one fault to the next.
///
/// Routers tell of each customer its worst since the fault began; so the prediction is that of all cells that were out since.
/// Once the fault is over both stay, as the last one, until cells are out again.
struct ImpactModel: Sendable {
    private struct Prediction {
        var struck: CellSet
        var counts: FeedImpact.Counts
        /// In the order of the table; empty without one.
        var marks: [UInt8]
        /// Of those, who lacks a quorum.
        var lacking: [Bool]
    }

    private(set) var told = FeedImpact()
    /// The cells that were out since the fault began.
    private var struck = CellSet()
    private var isOpen = false
    private var hasObserved = false
    private var since: Int64?
    private var known: Prediction?
    private var radius: BlastRadius?

    init() {}

    mutating func forgetPredictions() {
        known = nil
        radius = nil
    }

    mutating func look(
        out: CellSet, routers: [RouterVitals], _ topology: MeshTopology, _ placement: Placement,
        _ table: CustomerTable?, t: Int64
    ) {
        let impacts = routers.compactMap(\.impact)
        follow(out, impacts, t: t)
        let prediction = prediction(topology, placement, table)
        var impact = FeedImpact(predicted: prediction.counts)
        impact.open = isOpen
        impact.since = hasObserved ? since : nil
        guard hasObserved else {
            impact.ofThoseSeen = table.map { _ in FeedImpact.Counts(noQuorum: 0) }
            impact.different = table.map { _ in 0 }
            impact.marks = Self.text(prediction.marks, [])
            told = impact
            return
        }
        impact.observed = FeedImpact.Counts(
            lost: Self.sum(impacts.map(\.lost)), degraded: Self.sum(impacts.map(\.degraded)),
            untouched: Self.sum(impacts.map(\.untouched)),
            noQuorum: impacts.contains { $0.noQuorum != nil } ? Self.sum(impacts.map { $0.noQuorum ?? 0 }) : nil)
        impact.seen = Self.sum([impact.observed.lost, impact.observed.degraded, impact.observed.untouched])
        if let table, let observed = Self.observed(impacts, count: table.numbers.count) {
            compare(prediction, observed, &impact)
        } else {
            impact.cohorts = Self.cohorts(impacts)
        }
        told = impact
    }

    /// When a fault begins and ends, and which cells were out meanwhile.
    private mutating func follow(_ out: CellSet, _ impacts: [RouterVitals.Impact], t: Int64) {
        let windows = impacts.filter(\.open)
        if !windows.isEmpty {
            if !isOpen {
                struck = out
                since = t - max(windows.map(\.windowMilliseconds).max() ?? 0, 0)
                (isOpen, hasObserved) = (true, true)
            } else {
                struck.formUnion(out)
            }
            return
        }
        isOpen = false
        // Cells are out that the last fault did not strike: nobody has asked since, and nothing is observed.
        if out.contains(where: { !struck.contains($0) }) {
            struck = out
            hasObserved = false
        } else if !hasObserved {
            struck = out
        }
    }

    private mutating func prediction(
        _ topology: MeshTopology, _ placement: Placement, _ table: CustomerTable?
    ) -> Prediction {
        if let known, known.struck == struck { return known }
        let radius = self.radius ?? BlastRadius(topology, placement: placement)
        self.radius = radius
        var prediction = Prediction(struck: struck, counts: .init(noQuorum: 0), marks: [], lacking: [])
        if let table {
            for number in table.numbers {
                let fate = radius.fate(of: CustomerHash(number: number), dead: struck)
                let mark = CustomerMark(fate.effect)
                prediction.counts.count(mark)
                prediction.marks.append(mark.rawValue)
                prediction.lacking.append(fate.lacksQuorum)
            }
            prediction.counts.noQuorum = prediction.lacking.count { $0 }
        } else {
            let report = radius.report(dead: struck)
            prediction.counts = .init(
                lost: report.lost, degraded: report.degraded, untouched: report.untouched, noQuorum: report.noQuorum)
        }
        known = prediction
        return prediction
    }

    private func compare(_ prediction: Prediction, _ observed: [UInt8], _ impact: inout FeedImpact) {
        var counts = FeedImpact.Counts(noQuorum: impact.observed.noQuorum)
        var seen = FeedImpact.Counts()
        var lacking = 0
        var different = 0
        for (customer, mark) in observed.enumerated() {
            guard let mark = CustomerMark(rawValue: mark), mark != .unseen else { continue }
            counts.count(mark)
            let expected = CustomerMark(rawValue: prediction.marks[customer]) ?? .untouched
            seen.count(expected)
            if prediction.lacking[customer] { lacking += 1 }
            if expected != mark { different += 1 }
        }
        seen.noQuorum = lacking
        impact.observed = counts
        impact.seen = Self.sum([counts.lost, counts.degraded, counts.untouched])
        impact.ofThoseSeen = seen
        impact.different = different
        impact.marks = Self.text(prediction.marks, observed)
    }

    /// The worst that any router saw of each; nil where one that saw customers does not say of which.
    private static func observed(_ impacts: [RouterVitals.Impact], count: Int) -> [UInt8]? {
        var worst = [UInt8](repeating: 0, count: count)
        for impact in impacts {
            guard let text = impact.marks else {
                guard impact.lost == 0, impact.degraded == 0, impact.untouched == 0 else { return nil }
                continue
            }
            guard let marks = CustomerMarks.values(text, bits: 2, count: count) else { return nil }
            for customer in 0..<count { worst[customer] = max(worst[customer], marks[customer]) }
        }
        return worst
    }

    /// Nil where nobody is touched.
    private static func text(_ predicted: [UInt8], _ observed: [UInt8]) -> String? {
        let isTouched = { (mark: UInt8) in mark > CustomerMark.untouched.rawValue }
        guard predicted.contains(where: isTouched) || observed.contains(where: isTouched) else { return nil }
        let values = predicted.enumerated().map { $1 | ($0 < observed.count ? observed[$0] << 2 : 0) }
        return CustomerMarks.text(values, bits: 4)
    }

    /// How many cohorts of hashes are told of.
    private static let cohortCount = 64

    private static func cohorts(_ impacts: [RouterVitals.Impact]) -> [[Int]]? {
        let told = impacts.compactMap(\.cohorts).filter { $0.count == cohortCount && $0.allSatisfy { $0.count == 3 } }
        guard !told.isEmpty else { return nil }
        return (0..<cohortCount).map { cohort in (0..<3).map { part in sum(told.map { $0[cohort][part] }) } }
    }

    /// Numbers from the network may be anything.
    private static func sum(_ values: [Int]) -> Int {
        values.reduce(0) { sum, value in
            let (next, overflow) = sum.addingReportingOverflow(max(value, 0))
            return overflow ? .max : next
        }
    }
}
