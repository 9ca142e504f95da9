/// A stretch of a run in which customers came to harm: what was predicted for it beside what the routers saw.
package struct RunWindow: Codable, Sendable, Equatable {
    /// Since the run began, in milliseconds; negative where it had begun before.
    package var since: Double
    /// When it was over, to a tick of the feed; nil where it was not before the end.
    @Nullable package var until: Double?
    /// Cells that were out at some time of it: `predicted` is theirs, and those of `impaired`.
    package var cells: [String]
    /// Cells of which a service had a fault on it; absent without one.
    package var impaired: [String]?
    /// Over all customers, of all cells that were out.
    package var predicted: FeedImpact.Counts
    /// Customers that asked.
    package var seen: Int
    /// The same of those; nil where there are too many to tell one by one.
    @Nullable package var ofThoseSeen: FeedImpact.Counts?
    /// Each at its worst.
    package var observed: FeedImpact.Counts
    /// Customers that fared otherwise than predicted; nil as `ofThoseSeen`.
    @Nullable package var different: Int?

    /// One that goes on, of whose customers nobody is told one by one.
    package init(
        since: Double, cells: [String], predicted: FeedImpact.Counts, seen: Int, observed: FeedImpact.Counts
    ) {
        self.since = since
        self.cells = cells
        self.predicted = predicted
        self.seen = seen
        self.observed = observed
        (until, ofThoseSeen, different) = (nil, nil, nil)
    }

    /// For a table: from and to; lost, degraded and without a quorum as predicted of those seen and as observed; customers
    /// that asked; those that differ; cells.
    package var words: [String] {
        func pair(_ count: (FeedImpact.Counts) -> Int?) -> String {
            let predicted = count(ofThoseSeen ?? predicted).map { Wording.count($0) } ?? "-"
            return "\(predicted) | \(count(observed).map { Wording.count($0) } ?? "-")"
        }
        return [
            since < 0 ? "before" : Wording.time(milliseconds: since),
            until.map { Wording.time(milliseconds: $0) } ?? "-",
            pair { $0.lost }, pair { $0.degraded }, pair { $0.noQuorum }, Wording.count(seen),
            different.map { Wording.count($0) } ?? "-", Self.out(cells, impaired: impaired) ?? "-",
        ]
    }

    /// What did harm: cells that were out, and the number of those that had a fault on a service; nil where there was none.
    package static func out(_ cells: [String], impaired: [String]?) -> String? {
        var parts = cells.isEmpty ? [] : [cells.joined(separator: ", ")]
        if let impaired, !impaired.isEmpty { parts.append("services of \(Wording.plural(impaired.count, "cell"))") }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private enum CodingKeys: String, CodingKey {
        case since = "since_ms"
        case until = "until_ms"
        case cells, impaired, predicted, seen, observed, different
        case ofThoseSeen = "of_those_seen"
    }
}

/// Gathers from the states of a feed what became of customers in a run: a window each time that some came to harm, and over
/// all of them the worst of each customer.
///
/// What routers tell begins anew with each window, so that the last one alone says little of a run. Bounded by the windows
/// that are kept one by one; the worst of each customer is of all.
package struct RunWindows: Sendable {
    private struct Open: Sendable {
        var since: Int64
        /// Nil while it goes on.
        var until: Int64?
        var cells: [String] = []
        var impaired: [String] = []
        /// The state that has told the worst of it.
        var worst: FeedImpact
        /// The most that was predicted over all customers.
        var all: FeedImpact.Counts
        /// The most customers of whom some request was not answered.
        var harmed: Int?
        /// By customer the worst that was predicted; empty where nobody is told one by one.
        var reach: [UInt8] = []
        /// By customer as it fared at its worst, and what was predicted of it then.
        var predicted: [UInt8] = []
        var observed: [UInt8] = []

        /// Cells go out one after another in a window: who was seen before one did is not held against it.
        mutating func take(_ customer: Int, _ mark: UInt8) {
            let (expected, seen) = (mark & 3, mark >> 2)
            reach[customer] = max(reach[customer], expected)
            guard seen > 0, seen >= observed[customer] else { return }
            // Routers may have seen it before the control plane knew why.
            if seen > observed[customer] || predicted[customer] != seen { predicted[customer] = expected }
            observed[customer] = seen
        }
    }

    /// Windows that are kept at most; of more the first ones are.
    package static let most = 100

    /// Of the run, in milliseconds since 1970.
    package private(set) var begun: Int64
    private var ended: Int64
    private var open: [Open] = []
    /// Windows for which there was no room.
    package private(set) var left = 0
    private var lastLeft: Int64?
    /// Milliseconds by which two control planes may say that a window began apart.
    private static let slack: Int64 = 1_500

    /// - Parameters:
    ///   - begun: of the run, in milliseconds since 1970.
    ///   - ended: as `begun`; later windows are none of its.
    package init(begun: Int64, ended: Int64) {
        self.begun = begun
        self.ended = ended
    }

    /// The run is known to have begun and ended otherwise: what is none of its windows goes.
    package mutating func set(begun: Int64, ended: Int64) {
        (self.begun, self.ended) = (begun, ended)
        open.removeAll { $0.since > ended || ($0.until ?? .max) < begun }
    }

    /// Nobody came to harm, as far as is told.
    package var isEmpty: Bool { open.isEmpty }

    /// Takes a state, in the order of time; one that was taken before changes nothing.
    ///
    /// - Parameters:
    ///   - cells: the names of the shape's cells.
    ///   - t: of the state, in milliseconds since 1970.
    ///   - customers: of the mesh.
    package mutating func take(_ impact: FeedImpact, cells: [String], t: Int64, customers: Int) {
        guard let since = impact.since, since <= ended, impact.open && t >= begun || since >= begun else { return }
        let known = open.firstIndex {
            abs($0.since - since) <= Self.slack
        }
        guard let place = known else {
            guard open.count < Self.most else {
                if lastLeft != since { left += 1 }
                return lastLeft = since
            }
            open.append(Open(since: since, worst: impact, all: impact.predicted))
            return merge(impact, cells, t, customers, into: open.count - 1)
        }
        merge(impact, cells, t, customers, into: place)
    }

    private mutating func merge(
        _ impact: FeedImpact, _ cells: [String], _ t: Int64, _ customers: Int, into place: Int
    ) {
        func name(_ places: [Int]?, in names: inout [String]) {
            for cell in places ?? [] where cells.indices.contains(cell) && !names.contains(cells[cell]) {
                names.append(cells[cell])
            }
        }
        if impact.predicted.touched > open[place].all.touched { open[place].all = impact.predicted }
        name(impact.struck, in: &open[place].cells)
        name(impact.impaired, in: &open[place].impaired)
        if impact.open {
            // What follows a fault and belongs to it opens its window again.
            open[place].until = nil
        } else if open[place].until == nil {
            open[place].until = t
        }
        open[place].harmed = [open[place].harmed, impact.observed.harmed].compactMap { $0 }.max()
        let (now, before) = (impact.observed, open[place].worst.observed)
        if (now.lost, now.degraded, impact.seen) > (before.lost, before.degraded, open[place].worst.seen) {
            open[place].worst = impact
        }
        guard let text = impact.marks, customers <= CustomerMarks.most,
            let marks = CustomerMarks.values(text, bits: 4, count: customers)
        else { return }
        if open[place].predicted.count != customers {
            open[place].predicted = [UInt8](repeating: 0, count: customers)
            (open[place].observed, open[place].reach) = (open[place].predicted, open[place].predicted)
        }
        for customer in 0..<customers { open[place].take(customer, marks[customer]) }
    }

    /// In the order in which they began.
    package var windows: [RunWindow] {
        open.sorted { $0.since < $1.since }.map { window in
            var found = RunWindow(
                since: Double(window.since - begun), cells: window.cells, predicted: window.worst.predicted,
                seen: window.worst.seen, observed: window.worst.observed)
            if !window.impaired.isEmpty { found.impaired = window.impaired }
            found.until = window.until.map { Double($0 - begun) }
            (found.ofThoseSeen, found.different) = (window.worst.ofThoseSeen, window.worst.different)
            guard !window.predicted.isEmpty else { return found }
            var sum = Self.sum(zip(window.predicted, window.observed).map { (CustomerMark($0), CustomerMark($1)) })
            sum.predicted = FeedImpact.Counts()
            for mark in window.reach { sum.predicted.count(max(CustomerMark(mark), .untouched)) }
            // Of a fault on services a mark says what was to be expected of who was seen so.
            if !window.impaired.isEmpty { sum.predicted = window.all }
            // Who lacks a quorum is told in numbers alone.
            (found.predicted, found.observed) = (
                sum.predicted.with(window.worst.predicted.noQuorum), sum.observed.with(window.worst.observed.noQuorum)
            )
            found.observed.harmed = window.harmed
            found.seen = sum.seen
            found.ofThoseSeen = sum.ofThoseSeen.with(window.worst.ofThoseSeen?.noQuorum)
            found.different = sum.different
            return found
        }
    }

    /// Each customer as it fared in the window that was worst for it, in the order of hashes; empty where they are not told one by one.
    package var marks: [CustomerMark] {
        var marks: [CustomerMark] = []
        for window in open where !window.observed.isEmpty {
            if marks.isEmpty { marks = [CustomerMark](repeating: .unseen, count: window.observed.count) }
            guard marks.count == window.observed.count else { return [] }
            for customer in marks.indices {
                marks[customer] = max(marks[customer], CustomerMark(window.observed[customer]))
            }
        }
        return marks
    }

    /// Over the whole run.
    package struct Sum: Sendable, Equatable {
        package var seen = 0
        package var predicted = FeedImpact.Counts()
        package var ofThoseSeen = FeedImpact.Counts()
        package var observed = FeedImpact.Counts()
        package var different = 0
        /// Positions in the order of hashes of customers that fared otherwise than predicted, the worst first.
        package var others: [(customer: Int, predicted: CustomerMark, observed: CustomerMark)] = []

        init() {}

        fileprivate init(_ impact: FeedImpact) {
            seen = impact.seen
            predicted = impact.predicted
            ofThoseSeen = impact.ofThoseSeen ?? FeedImpact.Counts()
            observed = impact.observed
            different = impact.different ?? 0
        }

        package static func == (a: Sum, b: Sum) -> Bool {
            a.seen == b.seen && a.predicted == b.predicted && a.ofThoseSeen == b.ofThoseSeen
                && a.observed == b.observed && a.different == b.different
        }
    }

    /// Each customer as it fared in the window that was worst for it, beside what was predicted for that one; and how many
    /// fared otherwise than predicted in any. Nil where customers are not told one by one.
    package var sum: Sum? {
        // Where nobody was touched there are no marks.
        let told = open.filter { !$0.predicted.isEmpty }
        guard open.allSatisfy({ !$0.predicted.isEmpty || $0.worst.ofThoseSeen != nil }) else { return nil }
        guard let count = told.first?.predicted.count else {
            return open.map(\.worst).max { $0.seen < $1.seen }.map { Sum($0) }
        }
        guard told.allSatisfy({ $0.predicted.count == count }) else { return nil }
        var marks: [(CustomerMark, CustomerMark)] = []
        var of = [CustomerMark](repeating: .unseen, count: count)
        var others: [(customer: Int, predicted: CustomerMark, observed: CustomerMark)] = []
        for customer in 0..<count {
            var worst = (predicted: CustomerMark.unseen, observed: CustomerMark.unseen)
            var other: (predicted: CustomerMark, observed: CustomerMark)?
            for window in told {
                let predicted = max(CustomerMark(window.predicted[customer]), .untouched)
                let observed = CustomerMark(window.observed[customer])
                of[customer] = max(of[customer], CustomerMark(window.reach[customer]), .untouched)
                if observed > worst.observed || observed == worst.observed && worst.predicted == .unseen {
                    worst = (predicted, observed)
                }
                if observed.differs(from: predicted), other.map({ $0.observed < observed }) ?? true {
                    other = (predicted, observed)
                }
            }
            marks.append(worst)
            if let other { others.append((customer, other.predicted, other.observed)) }
        }
        var sum = Self.sum(marks)
        sum.predicted = FeedImpact.Counts()
        for mark in of { sum.predicted.count(mark) }
        for window in told where !window.impaired.isEmpty && window.all.touched > sum.predicted.touched {
            sum.predicted = window.all
        }
        if told.count == 1, !told[0].impaired.isEmpty { sum.predicted = told[0].all }
        sum.different = others.count
        sum.others = others.sorted { ($1.observed, $0.customer) < ($0.observed, $1.customer) }
        let worst = told.map(\.worst)
        sum.predicted.noQuorum = worst.compactMap(\.predicted.noQuorum).max()
        sum.ofThoseSeen.noQuorum = worst.compactMap { $0.ofThoseSeen?.noQuorum }.max()
        sum.observed.noQuorum = worst.compactMap(\.observed.noQuorum).max()
        sum.observed.harmed = open.compactMap(\.harmed).max()
        return sum
    }

    private static func sum(_ marks: [(predicted: CustomerMark, observed: CustomerMark)]) -> Sum {
        var sum = Sum()
        for (predicted, observed) in marks {
            let predicted = max(predicted, .untouched)
            sum.predicted.count(predicted)
            guard observed != .unseen else { continue }
            sum.seen += 1
            sum.ofThoseSeen.count(predicted)
            sum.observed.count(observed)
            if observed.differs(from: predicted) { sum.different += 1 }
        }
        return sum
    }
}

extension CustomerMark {
    /// Two bits of a feed.
    fileprivate init(_ bits: UInt8) { self = CustomerMark(rawValue: bits & 3) ?? .unseen }
}

extension FeedImpact.Counts {
    fileprivate var touched: Int { lost + degraded }

    fileprivate func with(_ noQuorum: Int?) -> FeedImpact.Counts {
        var counts = self
        counts.noQuorum = noQuorum
        return counts
    }
}
