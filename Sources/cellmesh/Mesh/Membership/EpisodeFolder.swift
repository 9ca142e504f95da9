import MeshBase
import Reports
import Telemetry

/// Makes one line of each episode of a member's story: from the first doubt to what became of it. What was done to the member,
/// and where it came and went, are lines of their own.
enum EpisodeFolder {
    /// After so long without a word a doubt is over: 30 seconds, in nanoseconds.
    private static let silence: Int64 = 30_000_000_000

    private static let doubts: Set<String> = [
        "probe-failed", "answered-late", "accused", "confirmed", "dead", "refuted",
    ]

    fileprivate struct Open {
        var place: Int
        var begun: Int64
        var last: Int64
        var failed: [String: Int] = [:]
        var late: [String: Int] = [:]
        var accused: [String] = []
        var confirmed: [String] = []
        var deadAt: Int64?
        var refuted: (at: Int64, incarnation: Int)?
        var observers: Set<String> = []
    }

    /// - Parameter moments: by time, causes before their effects.
    static func episodes(_ moments: [WhyReport.Moment]) -> [WhyReport.Episode] {
        var episodes: [WhyReport.Episode] = []
        var open: Open?
        func close() {
            if let episode = open { episodes[episode.place] = told(episode, episodes[episode.place].at) }
            open = nil
        }
        for moment in moments {
            let time = Timestamp.parse(moment.at) ?? 0
            guard doubts.contains(moment.event) else {
                // A new life answers for itself.
                if ["joined", "returned", "left", "started"].contains(moment.event) { close() }
                episodes.append(single(moment))
                continue
            }
            if let former = open, time - former.last > silence || former.refuted != nil && moment.event != "refuted" {
                close()
            }
            if open == nil {
                open = Open(place: episodes.count, begun: time, last: time)
                episodes.append(.init(at: moment.at, event: moment.event, actor: moment.actor, what: ""))
            }
            open?.take(moment, time)
        }
        close()
        return episodes
    }

    private static func single(_ moment: WhyReport.Moment) -> WhyReport.Episode {
        var episode = WhyReport.Episode(
            at: moment.at, event: moment.event, actor: moment.actor, what: WhyView.what(moment))
        episode.observers = moment.observers
        return episode
    }

    private static func told(_ open: Open, _ at: String) -> WhyReport.Episode {
        var parts: [String] = []
        if !open.failed.isEmpty {
            parts.append(
                "\(Wording.plural(open.failed.values.reduce(0, +), "failed probe")) of \(names(open.failed.keys))")
        }
        if !open.late.isEmpty {
            parts.append("\(Wording.plural(open.late.values.reduce(0, +), "late answer")) to \(names(open.late.keys))")
        }
        if !open.accused.isEmpty { parts.append("accused by \(names(open.accused))") }
        let further = open.confirmed.filter { !open.accused.contains($0) }
        if !further.isEmpty { parts.append("confirmed by \(names(further))") }
        func after(_ time: Int64) -> String { "after \(Wording.time(milliseconds: Double(time - open.begun) / 1e6))" }
        var event = open.accused.isEmpty && open.confirmed.isEmpty ? "doubted" : "suspected"
        if let dead = open.deadAt {
            event = "dead"
            parts.append("dead \(after(dead))")
        }
        if let refuted = open.refuted {
            event = open.deadAt == nil ? "refuted" : "dead, refuted"
            parts.append("refuted \(after(refuted.at)) in incarnation \(refuted.incarnation)")
        }
        let actor = open.accused.first ?? open.failed.keys.min() ?? open.late.keys.min() ?? ""
        var episode = WhyReport.Episode(at: at, event: event, actor: actor, what: parts.joined(separator: "; "))
        episode.observers = open.observers.sorted()
        episode.duration = Double(open.last - open.begun) / 1e6
        return episode
    }

    private static func names(_ names: some Collection<String>) -> String {
        let sorted = Set(names).sortedNaturally()
        let more = sorted.count - 4
        return sorted.prefix(4).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}

extension EpisodeFolder.Open {
    fileprivate mutating func take(_ moment: WhyReport.Moment, _ time: Int64) {
        last = max(last, time)
        observers.formUnion(moment.observers)
        switch moment.event {
        case "probe-failed": failed[moment.actor, default: 0] += 1
        case "answered-late": late[moment.actor, default: 0] += 1
        case "accused": if !accused.contains(moment.actor) { accused.append(moment.actor) }
        case "confirmed": if !confirmed.contains(moment.actor) { confirmed.append(moment.actor) }
        case "dead": deadAt = deadAt ?? time
        case "refuted": refuted = refuted ?? (time, moment.incarnation)
        default: break
        }
    }
}
