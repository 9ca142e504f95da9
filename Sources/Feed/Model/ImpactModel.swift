import MeshBase
import Reports
import Sharding
import Topology

/// Predicted beside observed, from one fault to the next.
///
/// A router counts customers while one set of cells is out for it: so the prediction for what it saw is that of the cells that were
/// out meanwhile, for it and by what is known here. It is the news where a router sends customers to a cell that is gone, or
/// keeps them from one that it reaches. A fault on services counts as well, for the cells that have them. What goes out while a fault
/// ends, or soon after, belongs to it and is no fault of its own until it has lasted, here as in routers. What was predicted of customers by the placement in force
/// stays, where they are moved meanwhile: those who come after are predicted by the next one, and the worse counts. Once the fault is over all
/// stays as it was, whoever moves, until cells are out again.
struct ImpactModel: Sendable {
    private struct Prediction {
        var harm: CellHarm
        var counts: FeedImpact.Counts
        /// In the order of the table; empty without one.
        var fates: [CustomerForecast.Fate]

        /// Each customer at the worse of two routers.
        func worse(_ other: Prediction) -> Prediction { merged(other) { $0.worse($1) } }

        /// By this placement or by the next.
        func or(_ other: Prediction) -> Prediction { merged(other) { $0.or($1) } }

        /// Where customers are not told one by one, as the first has it.
        private func merged(
            _ other: Prediction, _ merge: (CustomerForecast.Fate, CustomerForecast.Fate) -> CustomerForecast.Fate
        ) -> Prediction {
            guard other.fates.count == fates.count, !fates.isEmpty else { return self }
            var merged = self
            merged.fates = zip(fates, other.fates).map(merge)
            merged.counts = Self.counts(merged.fates)
            return merged
        }

        static func counts(_ fates: [CustomerForecast.Fate]) -> FeedImpact.Counts {
            var counts = FeedImpact.Counts(noQuorum: fates.count { $0.lacksQuorum })
            for fate in fates { counts.count(fate.mark) }
            return counts
        }
    }

    /// What one router counts now.
    private struct Watch {
        var boot: String?
        var phase: Int
        /// What did harm since, while the placement was as it is.
        var struck: CellHarm
        /// What was predicted by the placements before.
        var before: Prediction?
        /// What did harm until a moment ago, and since when that has grown: whom the router saw before, it saw so.
        var former: (harm: CellHarm, until: Int64)?
    }

    /// How long, in milliseconds, after more has come to do harm a router may count as it did before: it doubts for a second, and its
    /// customers come when they come. Then it begins anew by itself; one that does not is the news.
    private static let settling: Int64 = 5_000
    /// Milliseconds by which two looks may say apart when one and the same fault began.
    private static let slack: Int64 = 1_000

    private(set) var told = FeedImpact()
    /// What did harm since the fault began.
    private var struck = CellHarm()
    /// The same since the placement is as it is.
    private var recent = CellHarm()
    /// What was predicted of all together by the placements before; nil where none was another.
    private var before: Prediction?
    /// The same of the placement in force when the fault began, once another one is.
    private var then: FeedImpact.Before?
    private var isOpen = false
    private var hasObserved = false
    private var since: Int64?
    /// When the last fault was over.
    private var ended: Int64?
    private var watches: [String: Watch] = [:]
    /// Of the placement in force, a few sets that were asked for last.
    private var known: [Prediction] = []
    private var radius: BlastRadius?
    /// By cell that is out, since when.
    private var outSince: [CellIndex: Int64] = [:]

    private static let mostKnown = 16

    init() {}

    /// Customers are about to move, or cells to come: what is predicted of a fault that goes on stays.
    ///
    /// - Parameter placement: that was in force.
    mutating func leave(_ topology: MeshTopology, _ placement: Placement, _ table: CustomerTable?) {
        if hasObserved, then == nil {
            let report = CustomerForecast(radius ?? BlastRadius(topology, placement: placement))
                .report(dead: struck.out, impaired: struck.impaired)
            then = FeedImpact.Before(epoch: placement.table.highestEpoch.rawValue, report: report)
            told.before = then
        }
        if isOpen {
            for router in watches.keys.sorted() {
                guard let watch = watches[router] else { continue }
                let prediction = prediction(of: watch.struck, topology, placement, table)
                watches[router]?.before = watch.before.map { $0.or(prediction) } ?? prediction
                watches[router]?.struck = CellHarm()
            }
            let all = prediction(of: struck, topology, placement, table)
            before = before.map { $0.or(all) } ?? all
        }
        recent = CellHarm()
        known = []
        radius = nil
    }

    /// - Parameter harm: what does harm now.
    mutating func look(
        _ harm: CellHarm, routers: [RouterVitals], _ topology: MeshTopology, _ placement: Placement,
        _ table: CustomerTable?, t: Int64
    ) {
        let counting = routers.filter { $0.impact != nil }
        let current = ImpactWindow.current(counting.compactMap(\.impact?.window))
        let ours = zip(counting, current).filter(\.1).map(\.0)
        let wasOpen = isOpen
        let harm = lasting(harm, ours, t: t)
        let isMissed = missed(ours)
        follow(harm, ours, isMissed: isMissed, t: t)
        guard hasObserved else {
            let prediction = prediction(of: struck, topology, placement, table)
            var impact = FeedImpact(predicted: prediction.counts)
            impact.ofThoseSeen = table.map { _ in FeedImpact.Counts(noQuorum: 0) }
            impact.different = table.map { _ in 0 }
            impact.marks = Self.text(prediction.fates.map(\.mark.rawValue), [])
            impact.struck = Self.places(struck.out)
            impact.impaired = Self.places(struck.impaired)
            told = impact
            return
        }
        guard isOpen || wasOpen || isMissed else {
            told.ended = ended
            return
        }
        let predictions = ours.map { router in
            let watch = watches[router.router ?? ""]
            var now = prediction(of: watch?.struck ?? struck, topology, placement, table)
            if let former = watch?.former, t - former.until < Self.settling {
                now = prediction(of: former.harm, topology, placement, table).or(now)
            }
            return watch?.before.map { $0.or(now) } ?? now
        }
        let all = prediction(of: struck, topology, placement, table)
        let impacts = ours.compactMap(\.impact)
        var impact = FeedImpact(
            predicted: predictions.count == 1
                ? predictions[0].counts
                : Self.counts(predictions, of: before?.or(all) ?? all))
        impact.open = isOpen
        impact.since = since
        impact.ended = ended
        impact.before = then
        impact.struck = Self.places(struck.out)
        impact.impaired = Self.places(struck.impaired)
        impact.observed = FeedImpact.Counts(
            lost: Self.sum(impacts.map(\.lost)), degraded: Self.sum(impacts.map(\.degraded)),
            untouched: Self.sum(impacts.map(\.untouched)),
            noQuorum: impacts.contains { $0.noQuorum != nil } ? Self.sum(impacts.map { $0.noQuorum ?? 0 }) : nil)
        impact.observed.harmed =
            impacts.contains { $0.harmed != nil } ? Self.sum(impacts.map { $0.harmed ?? 0 }) : nil
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

    /// What does harm, without cells that have just gone out while a fault ends, or soon after: a router has to say so, or they
    /// have to stay out.
    private mutating func lasting(_ harm: CellHarm, _ routers: [RouterVitals], t: Int64) -> CellHarm {
        var since: [CellIndex: Int64] = [:]
        for cell in harm.out { since[cell] = outSince[cell] ?? t }
        outSince = since
        guard hasObserved, isOpen ? recent.exceeds(harm) : ended.map({ t - $0 < ImpactWindow.recovery }) ?? false
        else { return harm }
        var told = struck.out
        for router in routers where router.impact?.open == true { told.formUnion(Self.cells(router.impact?.struck)) }
        var lasting = harm
        for (cell, begun) in since where !told.contains(cell) && t - begun < ImpactWindow.lasting {
            lasting.out.remove(cell)
        }
        return lasting
    }

    /// When a fault begins and ends, and what did harm meanwhile.
    private mutating func follow(_ harm: CellHarm, _ routers: [RouterVitals], isMissed: Bool, t: Int64) {
        var isRenewed = false
        for router in routers {
            guard let impact = router.impact else { continue }
            var here = CellHarm(out: Self.cells(impact.struck), impaired: Self.cells(impact.impaired))
            var before: Prediction?
            var former: (harm: CellHarm, until: Int64)?
            if let watch = watches[router.router ?? ""], watch.boot == router.boot, watch.phase != impact.phase {
                isRenewed = isRenewed || impact.open
            } else if let watch = watches[router.router ?? ""], watch.boot == router.boot {
                guard impact.open else { continue }
                here.formUnion(watch.struck)
                (before, former) = (watch.before, watch.former)
                var all = here
                all.formUnion(harm)
                if all.exceeds(watch.struck) { former = (watch.struck, t) }
            }
            if impact.open || isOpen { here.formUnion(harm) }
            watches[router.router ?? ""] = Watch(
                boot: router.boot, phase: impact.phase, struck: here, before: before, former: former)
        }
        let windows = routers.compactMap(\.impact?.window).filter(\.isOpen)
        if let longest = windows.map(\.length).max() {
            // Routers tell how long it lasts, which takes its time to come: what differs by less is the same moment.
            let begun = t &- longest
            let isLater = begun > (since ?? .min) &+ Self.slack
            if let since, hasObserved, isOpen ? !(isRenewed && isLater) : !isLater {
                if begun < since - Self.slack { self.since = begun }
                struck.formUnion(harm)
                recent.formUnion(harm)
            } else {
                (struck, recent, before, then) = (harm, harm, nil, nil)
                since = begun
            }
            (isOpen, hasObserved, ended) = (true, true, nil)
            for router in routers { watches[router.router ?? ""].map { struck.formUnion($0.struck) } }
            return
        }
        isOpen = false
        if isMissed {
            let windows = routers.compactMap(\.impact?.window)
            since = t - (windows.map { $0.length &+ ($0.ended ?? 0) }.max() ?? 0)
            (hasObserved, ended, struck, recent, before, then) = (true, nil, harm, harm, nil, nil)
            for router in routers { watches[router.router ?? ""].map { struck.formUnion($0.struck) } }
        }
        // Something does harm that the last fault did not strike, and no router tells of it yet: nothing is observed. Routers
        // hear of a fault on services by themselves, so that what strikes the same ones once more is news too.
        let isAnew = ended != nil && !harm.impaired.isEmpty
        if harm.exceeds(struck) || isAnew {
            (struck, recent, before, then) = (harm, harm, nil, nil)
            (hasObserved, ended) = (false, nil)
        } else if hasObserved {
            // A cell that is still out is no fault of the past, though nobody asks for it.
            ended = harm.meets(struck) ? nil : ended ?? t
        } else {
            struck = harm
        }
    }

    private mutating func prediction(
        of harm: CellHarm, _ topology: MeshTopology, _ placement: Placement, _ table: CustomerTable?
    ) -> Prediction {
        if let known = known.first(where: { $0.harm == harm }) { return known }
        let radius = self.radius ?? BlastRadius(topology, placement: placement)
        self.radius = radius
        let forecast = CustomerForecast(radius)
        var prediction = Prediction(harm: harm, counts: .init(noQuorum: 0), fates: [])
        if let table {
            prediction.fates = table.numbers.map {
                forecast.fate(of: CustomerHash(number: $0), dead: harm.out, impaired: harm.impaired)
            }
            prediction.counts = Prediction.counts(prediction.fates)
        } else {
            let report = forecast.report(dead: harm.out, impaired: harm.impaired)
            prediction.counts = .init(
                lost: report.lost, degraded: report.degraded, untouched: report.untouched, noQuorum: report.noQuorum)
        }
        if known.count == Self.mostKnown { known.removeFirst() }
        known.append(prediction)
        return prediction
    }

    /// All customers at the worst of what is predicted for any router; without a table that of all cells together.
    private static func counts(_ predictions: [Prediction], of all: Prediction) -> FeedImpact.Counts {
        guard let first = predictions.first, !first.fates.isEmpty else { return all.counts }
        return predictions.dropFirst().reduce(first) { $0.worse($1) }.counts
    }

    /// - Parameter observed: of each router its marks, and who lacked a quorum where it says so.
    private func compare(
        _ predictions: [Prediction], _ observed: [(marks: [UInt8], lacking: [UInt8]?)], _ impact: inout FeedImpact
    ) {
        var counts = FeedImpact.Counts(noQuorum: observed.contains { $0.lacking != nil } ? 0 : impact.observed.noQuorum)
        var seen = FeedImpact.Counts(noQuorum: 0)
        var different = 0
        var expected = [UInt8](repeating: CustomerMark.untouched.rawValue, count: predictions.first?.fates.count ?? 0)
        var worst = [UInt8](repeating: CustomerMark.unseen.rawValue, count: expected.count)
        for customer in expected.indices {
            var isLacking = false
            // Of those that saw it; of all where none did.
            var known: CustomerForecast.Fate?
            var any: CustomerForecast.Fate?
            for (router, marks) in observed.enumerated() {
                let predicted = predictions[router].fates[customer]
                any = any.map { $0.worse(predicted) } ?? predicted
                let mark = marks.marks[customer]
                guard mark != CustomerMark.unseen.rawValue else { continue }
                worst[customer] = max(worst[customer], mark)
                known = known.map { $0.worse(predicted) } ?? predicted
                isLacking = isLacking || marks.lacking?[customer] == 1
            }
            let mark = CustomerMark(rawValue: worst[customer]) ?? .unseen
            let expects = (known ?? any)?.expected(seen: mark) ?? .untouched
            expected[customer] = expects.rawValue
            guard mark != .unseen else { continue }
            counts.count(mark)
            seen.count(expects)
            if isLacking { counts.noQuorum = (counts.noQuorum ?? 0) + 1 }
            if known?.lacksQuorum == true { seen.noQuorum? += 1 }
            if mark.differs(from: expects) { different += 1 }
        }
        counts.harmed = impact.observed.harmed
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

    /// Numbers from the network may be anything.
    private static func cells(_ places: [Int]?) -> CellSet {
        CellSet((places ?? []).filter { (0..<CellSet.capacity).contains($0) }.map { CellIndex($0) })
    }

    private static func places(_ cells: CellSet) -> [Int]? { cells.isEmpty ? nil : cells.map(\.position) }

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
