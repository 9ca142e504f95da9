import MeshBase
import Reports
import Sharding
import Topology

/// Predicted beside observed, from one fault to the next.
///
/// A router counts customers while one set of cells is out for it: so the prediction for what it saw is that of the cells that were
/// out meanwhile, for it and by what is known here. It is the news where a router sends customers to a cell that is gone, or
/// keeps them from one that it reaches. Once the fault is over all stays as it was, whoever moves, until cells are out again.
struct ImpactModel: Sendable {
    private struct Prediction {
        var struck: CellSet
        var counts: FeedImpact.Counts
        /// In the order of the table; empty without one.
        var marks: [UInt8]
        /// Of those, who lacks a quorum.
        var lacking: [Bool]
    }

    /// What one router counts now.
    private struct Watch {
        var boot: String?
        var phase: Int
        /// The cells that were out since.
        var struck: CellSet
    }

    private(set) var told = FeedImpact()
    /// The cells that were out since the fault began.
    private var struck = CellSet()
    private var isOpen = false
    private var hasObserved = false
    private var since: Int64?
    /// When the last fault was over.
    private var ended: Int64?
    private var watches: [String: Watch] = [:]
    /// Of the placement in force, a few sets that were asked for last.
    private var known: [Prediction] = []
    private var radius: BlastRadius?

    private static let mostKnown = 16

    init() {}

    mutating func forgetPredictions() {
        known = []
        radius = nil
    }

    mutating func look(
        out: CellSet, routers: [RouterVitals], _ topology: MeshTopology, _ placement: Placement,
        _ table: CustomerTable?, t: Int64
    ) {
        let counting = routers.filter { $0.impact != nil }
        let current = ImpactWindow.current(counting.compactMap(\.impact?.window))
        let ours = zip(counting, current).filter(\.1).map(\.0)
        let wasOpen = isOpen
        let isMissed = missed(ours)
        follow(out, ours, isMissed: isMissed, t: t)
        guard hasObserved else {
            let prediction = prediction(of: struck, topology, placement, table)
            var impact = FeedImpact(predicted: prediction.counts)
            impact.ofThoseSeen = table.map { _ in FeedImpact.Counts(noQuorum: 0) }
            impact.different = table.map { _ in 0 }
            impact.marks = Self.text(prediction.marks, [])
            told = impact
            return
        }
        guard isOpen || wasOpen || isMissed else {
            told.ended = ended
            return
        }
        let predictions = ours.map {
            prediction(of: watches[$0.router ?? ""]?.struck ?? struck, topology, placement, table)
        }
        let impacts = ours.compactMap(\.impact)
        var impact = FeedImpact(
            predicted: predictions.count == 1
                ? predictions[0].counts
                : Self.counts(predictions, of: prediction(of: struck, topology, placement, table)))
        impact.open = isOpen
        impact.since = since
        impact.ended = ended
        impact.observed = FeedImpact.Counts(
            lost: Self.sum(impacts.map(\.lost)), degraded: Self.sum(impacts.map(\.degraded)),
            untouched: Self.sum(impacts.map(\.untouched)),
            noQuorum: impacts.contains { $0.noQuorum != nil } ? Self.sum(impacts.map { $0.noQuorum ?? 0 }) : nil)
        impact.seen = Self.sum([impact.observed.lost, impact.observed.degraded, impact.observed.untouched])
        if let table, let observed = Self.observed(impacts, count: table.numbers.count) {
            compare(predictions, observed, &impact)
        } else {
            impact.cohorts = Self.cohorts(impacts)
        }
        told = impact
    }

    /// Whether a fault has begun and ended since the last look, which nobody who reads hurries: a router is through with another
    /// window than it had then.
    private func missed(_ routers: [RouterVitals]) -> Bool {
        !routers.contains { $0.impact?.open == true }
            && routers.contains { router in
                guard let impact = router.impact, let watch = watches[router.router ?? ""], watch.boot == router.boot
                else { return false }
                return impact.phase != watch.phase && impact.lost + impact.degraded + impact.untouched > 0
            }
    }

    /// When a fault begins and ends, and which cells were out meanwhile.
    private mutating func follow(_ out: CellSet, _ routers: [RouterVitals], isMissed: Bool, t: Int64) {
        for router in routers {
            guard let impact = router.impact else { continue }
            var here = CellSet(
                (impact.struck ?? []).filter { (0..<CellSet.capacity).contains($0) }.map { CellIndex($0) })
            if let watch = watches[router.router ?? ""], watch.boot == router.boot, watch.phase == impact.phase {
                guard impact.open else { continue }
                here.formUnion(watch.struck)
            }
            if impact.open || isOpen { here.formUnion(out) }
            watches[router.router ?? ""] = Watch(boot: router.boot, phase: impact.phase, struck: here)
        }
        let windows = routers.compactMap(\.impact?.window).filter(\.isOpen)
        if !windows.isEmpty {
            if !isOpen {
                struck = out
                since = t - (windows.map(\.length).max() ?? 0)
                (isOpen, hasObserved, ended) = (true, true, nil)
            } else {
                struck.formUnion(out)
            }
            for router in routers { watches[router.router ?? ""].map { struck.formUnion($0.struck) } }
            return
        }
        isOpen = false
        if isMissed {
            let windows = routers.compactMap(\.impact?.window)
            since = t - (windows.map { $0.length &+ ($0.ended ?? 0) }.max() ?? 0)
            (hasObserved, ended, struck) = (true, nil, out)
            for router in routers { watches[router.router ?? ""].map { struck.formUnion($0.struck) } }
        }
        // Cells are out that the last fault did not strike: nobody has asked since, and nothing is observed.
        if out.contains(where: { !struck.contains($0) }) {
            struck = out
            (hasObserved, ended) = (false, nil)
        } else if hasObserved {
            // A cell that is still out is no fault of the past, though nobody asks for it.
            ended = out.contains(where: { struck.contains($0) }) ? nil : ended ?? t
        } else {
            struck = out
        }
    }

    private mutating func prediction(
        of struck: CellSet, _ topology: MeshTopology, _ placement: Placement, _ table: CustomerTable?
    ) -> Prediction {
        if let known = known.first(where: { $0.struck == struck }) { return known }
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
        if known.count == Self.mostKnown { known.removeFirst() }
        known.append(prediction)
        return prediction
    }

    /// All customers at the worst of what is predicted for any router; without a table that of all cells together.
    private static func counts(_ predictions: [Prediction], of all: Prediction) -> FeedImpact.Counts {
        guard let first = predictions.first, !first.marks.isEmpty else { return all.counts }
        var counts = FeedImpact.Counts(noQuorum: 0)
        for customer in first.marks.indices {
            let worst = predictions.reduce(0) { max($0, $1.marks[customer]) }
            counts.count(CustomerMark(rawValue: worst) ?? .untouched)
            if predictions.contains(where: { $0.lacking[customer] }) { counts.noQuorum? += 1 }
        }
        return counts
    }

    /// - Parameter observed: of each router its marks, and who lacked a quorum where it says so.
    private func compare(
        _ predictions: [Prediction], _ observed: [(marks: [UInt8], lacking: [UInt8]?)], _ impact: inout FeedImpact
    ) {
        var counts = FeedImpact.Counts(noQuorum: observed.contains { $0.lacking != nil } ? 0 : impact.observed.noQuorum)
        var seen = FeedImpact.Counts(noQuorum: 0)
        var different = 0
        var expected = [UInt8](repeating: CustomerMark.untouched.rawValue, count: predictions.first?.marks.count ?? 0)
        var worst = [UInt8](repeating: CustomerMark.unseen.rawValue, count: expected.count)
        for customer in expected.indices {
            var (isLacking, wasToLack, differs) = (false, false, false)
            // Of those that saw it; of all where none did.
            var known: UInt8 = 0
            var any: UInt8 = 0
            for (router, marks) in observed.enumerated() {
                let predicted = predictions[router].marks[customer]
                any = max(any, predicted)
                let mark = marks.marks[customer]
                guard mark != CustomerMark.unseen.rawValue else { continue }
                worst[customer] = max(worst[customer], mark)
                known = max(known, predicted)
                differs = differs || mark != predicted
                isLacking = isLacking || marks.lacking?[customer] == 1
                wasToLack = wasToLack || predictions[router].lacking[customer]
            }
            expected[customer] = known > 0 ? known : any
            guard let mark = CustomerMark(rawValue: worst[customer]), mark != .unseen else { continue }
            counts.count(mark)
            seen.count(CustomerMark(rawValue: known) ?? .untouched)
            if isLacking { counts.noQuorum = (counts.noQuorum ?? 0) + 1 }
            if wasToLack { seen.noQuorum? += 1 }
            if differs { different += 1 }
        }
        impact.observed = counts
        impact.seen = Self.sum([counts.lost, counts.degraded, counts.untouched])
        impact.ofThoseSeen = seen
        impact.different = different
        impact.marks = Self.text(expected, worst)
    }

    /// What each router saw; nil where one that saw customers does not say of which.
    private static func observed(
        _ impacts: [RouterVitals.Impact], count: Int
    ) -> [(marks: [UInt8], lacking: [UInt8]?)]? {
        var all: [(marks: [UInt8], lacking: [UInt8]?)] = []
        for impact in impacts {
            guard let text = impact.marks else {
                guard impact.lost == 0, impact.degraded == 0, impact.untouched == 0 else { return nil }
                all.append(([UInt8](repeating: 0, count: count), nil))
                continue
            }
            guard let marks = CustomerMarks.values(text, bits: 2, count: count) else { return nil }
            let lacking = impact.quorumMarks.flatMap { CustomerMarks.values($0, bits: 2, count: count) }
            // A count without names is not to be lost.
            guard lacking != nil || (impact.noQuorum ?? 0) == 0 else { return nil }
            all.append((marks, lacking ?? impact.noQuorum.map { _ in [UInt8](repeating: 0, count: count) }))
        }
        return all
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
