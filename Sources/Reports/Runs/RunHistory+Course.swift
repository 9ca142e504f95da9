/// The course of an incident behind its cause: who noticed it, what failed, and when it was over.
extension RunHistory {
    /// A relapse within so many milliseconds belongs to the incident that it follows.
    private static let calm = 5_000.0

    mutating func complete(_ index: Int, _ moments: [RunMoment], _ series: RunSeries?) {
        let incident = incidents[index]
        let isFault = incident.what.hasPrefix("fault")
        // What fails is laid to this one until another comes; what comes at the same time shares it.
        let others = incidents[(index + 1)...]
        let end = others.first { $0.cause - incident.cause > Self.burst }?.cause ?? .infinity
        // What befalls the same once more is another incident.
        let again = others.first { !Set($0.subjects).isDisjoint(with: incident.subjects) }
        let own = moments.filter { $0.at >= incident.cause && $0.at < again?.cause ?? .infinity }
        // A fault shows in what it is on.
        let seen = own.first {
            $0.class == .detection && (Self.names($0, incident.subjects) || isFault && $0.at < end)
        }
        incidents[index].detection = seen?.at
        let failures = Self.failures(series, from: incident.cause, to: end)
        incidents[index].failed = failures.failed
        incidents[index].impact = failures.first
        if let over = Self.over(incident, own, causes: others.map(\.cause)) {
            let touched = Self.touched(series, from: incident.cause, to: min(end, over))
            incidents[index].recovery = Self.answered(series, touched, from: over)
        } else {
            // It was not over before the next one came: then it is with that one.
            incidents[index].recovery = again?.recovery
        }
    }

    /// A process shows in itself, and in the gates and links that lead to it.
    private static func names(_ moment: RunMoment, _ subjects: [String]) -> Bool {
        subjects.contains(moment.subject)
            || moment.subject.split(separator: "/").contains { subjects.contains(String($0)) }
    }

    // MARK: What befell it is over

    /// When each of its subjects serves again, or its lease has ended; nil where one does not.
    ///
    /// - Parameters:
    ///   - own: moments since its cause.
    ///   - causes: of later incidents, in order.
    private static func over(_ incident: RunIncident, _ own: [RunMoment], causes: [Double]) -> Double? {
        var over: Double?
        for subject in incident.subjects {
            let told = own.filter { $0.class == .recovery && $0.subject == subject }
            guard let first = told.first(where: { isEnd($0.what) }) ?? told.first(where: { isSeen($0.what) }) else {
                return nil
            }
            // Routers find it a moment later; what a later incident does to its links is none of this one.
            let next = causes.first { $0 > first.at } ?? .infinity
            let limit = min(first.at + fold, next)
            let last = told.last { $0.what.hasPrefix("link ") && $0.at < limit }?.at ?? first.at
            over = max(over ?? 0, first.at, last)
        }
        return over
    }

    /// The process serves, the fault is gone, the evacuation done.
    private static func isEnd(_ what: String) -> Bool {
        ["process ", "fault ", "evacuation ", "restore ", "mesh "].contains { what.hasPrefix($0) }
    }

    /// Others see it again.
    private static func isSeen(_ what: String) -> Bool { what.hasPrefix("link ") || what.hasPrefix("member ") }

    // MARK: Customers are served as before

    /// Customers of whom requests failed in a part of a run; nil where nobody has said of whom.
    private static func touched(_ series: RunSeries?, from: Double, to: Double) -> Set<Int>? {
        guard let series, let failing = series.failing else { return nil }
        let period = Double(series.period)
        var touched: Set<Int> = []
        for (index, customers) in failing.enumerated()
        where Double(index + 1) * period > from && Double(index) * period < to { touched.formUnion(customers) }
        return touched
    }

    /// Since when those that it touched are answered again, from a moment on; nil where that was not seen.
    ///
    /// - Parameter touched: nil where nobody knows whom: then all count.
    private static func answered(_ series: RunSeries?, _ touched: Set<Int>?, from over: Double) -> Double? {
        guard let series else { return over }
        let period = Double(series.period)
        var since = over
        var isAnswered = true
        for (index, (requests, ok)) in zip(series.all.requests, series.all.ok).enumerated() {
            let (begin, end) = (Double(index) * period, Double(index + 1) * period)
            guard end > over else { continue }
            if isAnswered, begin - since >= calm { break }
            if fails(series, index, touched, isAny: requests > ok) {
                (since, isAnswered) = (end, false)
            } else if requests > 0 {
                isAnswered = true
            }
        }
        return isAnswered ? since : nil
    }

    private static func fails(_ series: RunSeries, _ index: Int, _ touched: Set<Int>?, isAny: Bool) -> Bool {
        guard isAny, let touched, let failing = series.failing, index < failing.count else { return isAny }
        return failing[index].contains { touched.contains($0) }
    }

    /// Requests that failed in a part of a run; moments are the bounds of periods.
    private static func failures(
        _ series: RunSeries?, from: Double, to: Double
    ) -> (failed: UInt64, first: Double?) {
        guard let series else { return (0, nil) }
        var found: (failed: UInt64, first: Double?) = (0, nil)
        let period = Double(series.period)
        for (index, (requests, ok)) in zip(series.all.requests, series.all.ok).enumerated() {
            let (begin, end) = (Double(index) * period, Double(index + 1) * period)
            guard end > from, begin < to, requests > ok else { continue }
            found.failed += requests - ok
            if found.first == nil { found.first = max(begin, from) }
        }
        return found
    }
}
