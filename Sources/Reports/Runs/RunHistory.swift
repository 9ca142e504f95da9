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
    /// What many processes tell is one moment if it is told within so many milliseconds.
    static let fold = 10_000.0

    /// In order.
    package private(set) var timeline: [RunMoment] = []
    /// In the order of their causes.
    package internal(set) var incidents: [RunIncident] = []
    /// Moments for which there was no room.
    package private(set) var left = 0

    /// - Parameters:
    ///   - events: oldest first.
    ///   - series: what customers got; nil where nobody asked.
    ///   - begun: when the run began, nanoseconds since 1970, and the series with it.
    package init(_ events: [Event], series: RunSeries?, begun: Int64) {
        var (moments, crashes) = Self.moments(events, begun: begun)
        incidents = Self.causes(moments, crashes)
        // The last one first: what is not over when the same is struck again ends with that.
        for index in incidents.indices.reversed() { complete(index, moments, series) }
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

    /// What events say, and which of these moments is a process that ended by itself.
    private static func moments(_ events: [Event], begun: Int64) -> (all: [RunMoment], crashes: Set<Int>) {
        var moments: [RunMoment] = []
        var crashes: Set<Int> = []
        var ends = ExpectedEnds()
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
            let news = ends.take(record)
            guard let part = news == .remedy ? .change : part(record) else { continue }
            let subject = subject(record)
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
            if news == .crash { crashes.insert(moments.count) }
            moments.append(RunMoment(at: at, part, subject, what(record), tellers: teller == nil ? 0 : 1))
        }
        return (moments, crashes)
    }

    /// What the control plane tells of the mesh is about itself.
    private static func subject(_ record: EventRecord) -> String { record.type == "mesh" ? "control" : record.id }

    /// The part of an event; nil for what says nothing of the mesh.
    private static func part(_ record: EventRecord) -> RunMoment.Class? {
        switch (record.type, record.action) {
        case ("process", "kill"), ("process", "pause"), ("process", "restart"), ("fault", "added"),
            ("evacuation", "began"), ("mesh", "control-killed"):
            .cause
        case ("process", "exited"), ("member", "suspect"), ("member", "dead"), ("link", "down"), ("link", "demoted"),
            ("breaker", "open"), ("ejection", "out"):
            .detection
        case ("process", "ready"), ("process", "resume"), ("link", "up"), ("link", "returned"), ("fault", "expired"),
            ("fault", "removed"), ("evacuation", "completed"), ("evacuation", "rolled-back"), ("breaker", "closed"),
            ("ejection", "back"), ("member", "alive"), ("mesh", "ready"):
            .recovery
        case ("cascade", "fell"), ("cascade", "begun"): .impact
        case ("cascade", "rose"), ("cascade", "ended"): .recovery
        // These come by the dozen, and say what others say too.
        case ("timeout", _), ("health", _), ("placement", "learnt"): nil
        default: .change
        }
    }

    private static func what(_ record: EventRecord) -> String {
        // A move's kind is its name: a restore begins, and no evacuation of the kind.
        let isMove = record.type == "evacuation"
        let kind = isMove ? record.attributes["kind"]?.text ?? "" : ""
        let name = ["restore": "restore", "add": "cell add", "drain": "cell drain"][kind] ?? record.type
        var text = "\(name) \(record.action)"
        let told = (isMove ? [] : ["kind"]) + ["targets", "services", "through", "detail", "reason", "level", "status"]
        for key in told { if let value = record.attributes[key]?.text { text += " \(value.prefix(200))" } }
        return text
    }
}
