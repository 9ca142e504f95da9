/// Makes of events, and of what a load saw from second to second, what happened in a run: one timeline in which an incident
/// has its cause, its detection, its impact and its recovery.
package struct RunHistory: Sendable {
    /// An event with its time.
    package struct Event: Sendable {
        /// Nanoseconds since 1970.
        package var time: Int64
        package var record: EventRecord

        package init(time: Int64, _ record: EventRecord) {
            self.time = time
            self.record = record
        }
    }

    /// Moments of a timeline at most; changes of no incident go first.
    package static let most = 200
    private static let mostIncidents = 50
    /// What many processes tell is one moment if it is told within so many milliseconds.
    private static let fold = 10_000.0
    /// Causes that are so close to each other are one incident: a region is killed in one go.
    private static let burst = 1_000.0

    /// In order.
    package private(set) var timeline: [RunMoment] = []
    /// In the order of their causes.
    package private(set) var incidents: [RunIncident] = []
    /// Moments for which there was no room.
    package private(set) var left = 0

    /// - Parameters:
    ///   - events: oldest first.
    ///   - series: what customers got; nil where nobody asked.
    ///   - begun: when the run began, nanoseconds since 1970, and the series with it.
    package init(_ events: [Event], series: RunSeries?, begun: Int64) {
        var moments = Self.moments(events, begun: begun)
        incidents = Self.causes(moments)
        for index in incidents.indices {
            let end = index + 1 < incidents.count ? incidents[index + 1].cause : .infinity
            complete(index, until: end, moments, series)
        }
        for incident in incidents {
            let subject = incident.subjects.joined(separator: ", ")
            if let impact = incident.impact {
                moments.append(
                    RunMoment(
                        at: impact, .impact, subject, "requests fail: \(Wording.count(Int(clamping: incident.failed)))")
                )
            }
            if let recovery = incident.recovery {
                moments.append(RunMoment(at: recovery, .recovery, subject, "over: all is answered again"))
            }
        }
        moments.sort { ($0.at, $0.class) < ($1.at, $1.class) }
        keep(moments)
    }

    private mutating func keep(_ moments: [RunMoment]) {
        guard moments.count > Self.most else { return timeline = moments }
        let ranked = moments.indices.sorted { a, b in
            let (isChange, isOther) = (moments[a].class == .change, moments[b].class == .change)
            return isChange == isOther ? a < b : isOther
        }
        timeline = ranked.prefix(Self.most).sorted().map { moments[$0] }
        left = moments.count - Self.most
    }

    // MARK: Events

    private static func moments(_ events: [Event], begun: Int64) -> [RunMoment] {
        var moments: [RunMoment] = []
        var places: [String: (moment: Int, tellers: Set<String>)] = [:]
        // Somebody who comes back tells of all the others that they live; only of whoever was doubted is that news.
        var doubted: Set<String> = []
        for event in events {
            let record = event.record
            if record.type == "member" {
                if record.action == "alive" {
                    guard doubted.contains(record.id) else { continue }
                } else {
                    doubted.insert(record.id)
                }
            }
            guard let part = part(record) else { continue }
            let at = Double(event.time &- begun) / 1_000_000
            let key = "\(record.type) \(record.action) \(record.id)"
            let teller = record.attributes["observer"]?.text
            // Who tells it again tells of another time.
            if let teller, let known = places[key], at - moments[known.moment].at <= fold,
                !known.tellers.contains(teller)
            {
                places[key]?.tellers.insert(teller)
                moments[known.moment].tellers += 1
                continue
            }
            places[key] = (moments.count, teller.map { [$0] } ?? [])
            moments.append(RunMoment(at: at, part, record.id, what(record), tellers: teller == nil ? 0 : 1))
        }
        return moments
    }

    /// The part of an event; nil for what says nothing of the mesh.
    private static func part(_ record: EventRecord) -> RunMoment.Class? {
        switch (record.type, record.action) {
        case ("process", "kill"), ("process", "pause"), ("process", "restart"), ("fault", "added"),
            ("evacuation", "began"):
            .cause
        case ("process", "exited"), ("member", "suspect"), ("member", "dead"), ("link", "down"), ("link", "demoted"),
            ("breaker", "open"), ("ejection", "out"):
            .detection
        case ("process", "ready"), ("process", "resume"), ("link", "up"), ("link", "returned"), ("fault", "expired"),
            ("fault", "removed"), ("evacuation", "completed"), ("evacuation", "rolled-back"), ("breaker", "closed"),
            ("ejection", "back"), ("member", "alive"):
            .recovery
        // These come by the dozen, and say what others say too.
        case ("timeout", _), ("health", _), ("placement", "learnt"): nil
        default: .change
        }
    }

    private static func what(_ record: EventRecord) -> String {
        var text = "\(record.type) \(record.action)"
        let told = ["kind", "targets", "detail", "reason", "level", "status"]
        for key in told { if let value = record.attributes[key]?.text { text += " \(value.prefix(200))" } }
        return text
    }

    // MARK: Incidents

    private static func causes(_ moments: [RunMoment]) -> [RunIncident] {
        var incidents: [RunIncident] = []
        for (index, moment) in moments.enumerated() where moment.at >= 0 {
            let isCrash =
                moment.what.hasPrefix("process exited")
                && !moments[..<index].contains { $0.class == .cause && $0.subject == moment.subject }
            guard moment.class == .cause || isCrash else { continue }
            if let last = incidents.last, moment.at - last.cause <= burst {
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

    private mutating func complete(
        _ index: Int, until end: Double, _ moments: [RunMoment], _ series: RunSeries?
    ) {
        let incident = incidents[index]
        let isFault = incident.what.hasPrefix("fault")
        func concerns(_ moment: RunMoment) -> Bool {
            // A fault shows in what it is on; a process in itself, and in the gates and links that lead to it.
            let parts = moment.subject.split(separator: "/").map(String.init)
            return incident.subjects.contains(moment.subject)
                || incident.subjects.contains { parts.contains($0) }
                || isFault && moment.class == .detection
        }
        let own = moments.filter { $0.at >= incident.cause && $0.at < end && concerns($0) }
        incidents[index].detection = own.first { $0.class == .detection }?.at
        // What comes back is told by some at once and by others later; the last of the first tellings counts.
        var over: Double? = own.last { $0.class == .recovery }?.at
        if let last = own.last(where: { $0.class == .detection || $0.class == .cause })?.at, let at = over, at < last {
            over = nil
        }
        let seen = Self.failures(series, from: incident.cause, to: end)
        incidents[index].failed = seen.failed
        incidents[index].impact = seen.first
        incidents[index].recovery = over.flatMap { over in
            guard let last = seen.last else { return over }
            return seen.isOver ? max(over, last) : nil
        }
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
