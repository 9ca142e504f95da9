extension RunHistory {
    /// Which processes are down, or are to end, and why: so that what somebody does about an incident is told from a new one.
    struct ExpectedEnds {
        enum News {
            case none
            /// It was started again where it was down or stopped, or has left as it was to.
            case remedy
            /// It ended, and nobody has seen to that.
            case crash
        }

        private var down: Set<String> = []
        /// Those whose predecessor goes, or that are not needed any more.
        private var leaving: Set<String> = []

        mutating func take(_ record: EventRecord) -> News {
            guard record.type == "process" else { return .none }
            let detail = record.attributes["detail"]?.text ?? ""
            switch record.action {
            case "kill", "pause": down.insert(record.id)
            case "ready", "resume": down.remove(record.id)
            case "retired": leaving.insert(record.id)
            case "restart" where down.contains(record.id) || detail == "was down":
                down.insert(record.id)
                return .remedy
            case "restart" where detail.hasPrefix("beside"): leaving.insert(record.id)
            case "restart": down.insert(record.id)
            case "exited":
                if leaving.remove(record.id) != nil { return .remedy }
                if record.attributes["expected"] == .flag(true) { return .none }
                return down.insert(record.id).inserted ? .crash : .none
            default: break
            }
            return .none
        }
    }

    private static let mostIncidents = 50
    /// What is killed within so many milliseconds is one incident: a region is killed in one go.
    private static let burst = 1_000.0

    static func causes(_ moments: [RunMoment], _ crashes: Set<Int>) -> [RunIncident] {
        var incidents: [RunIncident] = []
        for (index, moment) in moments.enumerated() where moment.at >= 0 {
            guard moment.class == .cause || crashes.contains(index) else { continue }
            // Each fault has an end of its own; of processes only the same deed is one.
            let isShared = moment.what.hasPrefix("process")
            if isShared, let last = incidents.last, moment.at - last.cause <= burst,
                deed(last.what) == deed(moment.what)
            {
                if !last.subjects.contains(moment.subject) {
                    incidents[incidents.count - 1].subjects.append(moment.subject)
                }
                continue
            }
            guard incidents.count < mostIncidents else { break }
            incidents.append(
                RunIncident(
                    subjects: [moment.subject], what: moment.what, cause: moment.at, detection: nil, impact: nil,
                    recovery: nil, failed: 0))
        }
        return incidents
    }

    /// `process kill`.
    private static func deed(_ what: String) -> ArraySlice<Substring> { what.split(separator: " ").prefix(2) }

    mutating func complete(_ index: Int, _ moments: [RunMoment], _ series: RunSeries?) {
        let incident = incidents[index]
        let isFault = incident.what.hasPrefix("fault")
        // What fails is laid to this one until another comes; what comes at the same time shares it.
        let others = incidents[(index + 1)...]
        let end = others.first { $0.cause - incident.cause > Self.burst }?.cause ?? .infinity
        // It is over when that is told, whatever else has befallen the mesh before.
        let again = others.first { !$0.subjects.allSatisfy { !incident.subjects.contains($0) } }?.cause ?? .infinity
        func names(_ moment: RunMoment) -> Bool {
            // A process shows in itself, and in the gates and links that lead to it.
            let parts = moment.subject.split(separator: "/").map(String.init)
            return incident.subjects.contains(moment.subject) || incident.subjects.contains { parts.contains($0) }
        }
        let own = moments.filter { $0.at >= incident.cause && $0.at < again && names($0) }
        // A fault shows in what it is on.
        let seen = moments.first {
            $0.class == .detection && $0.at >= incident.cause && (names($0) ? $0.at < again : isFault && $0.at < end)
        }
        incidents[index].detection = seen?.at
        // What comes back is told by some at once and by others later; the last of the first tellings counts.
        var over: Double? = own.last { $0.class == .recovery }?.at
        if let last = own.last(where: { $0.class == .detection || $0.class == .cause })?.at, let at = over, at < last {
            over = nil
        }
        let failures = Self.failures(series, from: incident.cause, to: end)
        incidents[index].failed = failures.failed
        incidents[index].impact = failures.first
        incidents[index].recovery = over.flatMap { over in
            guard over < end else { return Self.answered(series, from: over) }
            guard let last = failures.last else { return over }
            return failures.isOver ? max(over, last) : nil
        }
    }

    /// Since when all requests are answered, from a moment on; nil where they never were.
    private static func answered(_ series: RunSeries?, from over: Double) -> Double? {
        guard let series else { return over }
        let period = Double(series.period)
        var since = over
        for (index, (requests, ok)) in zip(series.all.requests, series.all.ok).enumerated() {
            let end = Double(index + 1) * period
            guard end > over else { continue }
            if requests > ok {
                since = end
            } else if requests > 0 {
                return since
            }
        }
        return since > over ? nil : over
    }

    /// Requests that failed in a part of a run; moments are the bounds of periods.
    private static func failures(
        _ series: RunSeries?, from: Double, to: Double
    ) -> (failed: UInt64, first: Double?, last: Double?, isOver: Bool) {
        guard let series else { return (0, nil, nil, true) }
        var found: (failed: UInt64, first: Double?, last: Double?, isOver: Bool) = (0, nil, nil, true)
        let period = Double(series.period)
        for (index, (requests, ok)) in zip(series.all.requests, series.all.ok).enumerated() {
            let (begin, end) = (Double(index) * period, Double(index + 1) * period)
            guard end > from, begin < to else { continue }
            let failed = requests >= ok ? requests - ok : 0
            guard failed > 0 else {
                // Where nobody asked nothing is known.
                if requests > 0 { found.isOver = true }
                continue
            }
            found.failed += failed
            if found.first == nil { found.first = max(begin, from) }
            found.last = min(end, to)
            found.isOver = end >= to
        }
        return found
    }
}
