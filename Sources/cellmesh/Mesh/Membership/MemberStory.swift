import Reports
import Telemetry

/// What the nodes of a mesh saw happen to one member, as one timeline.
struct MemberStory {
    typealias Observer = WhyReport.Observer
    typealias Moment = WhyReport.Moment
    typealias Accuser = WhyReport.Accuser

    let member: String
    private(set) var observers: [Observer] = []
    /// Those that gave no answer.
    private(set) var silent: [String] = []
    private(set) var moments: [Moment] = []
    /// Who said that it is silent since it last answered an accusation, and how often their own probes had failed.
    private(set) var accusers: [Accuser] = []

    init(member: String, pages: [ProcessPages.Answer<MemberHistoryPage>]) {
        self.member = member
        for answer in pages {
            guard let page = answer.page else {
                silent.append(answer.name)
                continue
            }
            if let status = page.status {
                observers.append(
                    Observer(
                        name: answer.name, status: status, incarnation: page.incarnation ?? 0, health: page.health,
                        accusers: page.suspicion?.accusers ?? [],
                        endsInMilliseconds: page.suspicion?.endsInMilliseconds))
            }
            for event in page.events { add(event, seenBy: answer.name) }
        }
        sort()
        accuse()
    }

    var document: WhyReport {
        WhyReport(
            member: member, observers: observers, silent: silent, accusers: accusers, episodes: episodes,
            timeline: moments)
    }

    /// A line for each: what was done, comings and goings, and each doubt from its beginning to its end.
    var episodes: [WhyReport.Episode] { EpisodeFolder.episodes(moments) }

    /// What was done to the member on purpose, or by a fault that was asked for; from a minute before the first thing
    /// that anybody remembers, since a journal goes back far beyond that.
    mutating func add(_ deeds: [Deed]) {
        let first = moments.compactMap { Timestamp.parse($0.at) }.min() ?? .max
        for deed in deeds where deed.time >= first - min(first, 60_000_000_000) || first == .max {
            moments.append(
                Moment(
                    at: Timestamp.string(deed.time), event: deed.event, actor: deed.actor, incarnation: 0,
                    detail: deed.detail, observers: []))
        }
        sort()
    }

    /// By time; what stands at the same millisecond, causes before their effects.
    private mutating func sort() {
        let keys = moments.enumerated().map { offset, moment in
            (Timestamp.parse(moment.at).map { $0 / 1_000_000 } ?? 0, Self.rank(moment.event), offset)
        }
        moments = keys.sorted(by: <).map { moments[$0.2] }
    }

    /// What comes of what: a deed, an end, a probe that fails, an accusation, its answer or death, and a return.
    private static let course = [
        "kill", "pause", "fault", "healed", "exited", "stalled", "probe-failed", "answered-late", "accused",
        "confirmed",
        "refuted", "dead", "left", "resume", "restart", "started", "ready", "joined", "returned",
    ]
    private static func rank(_ event: String) -> Int { course.firstIndex(of: event) ?? course.count }

    var isKnown: Bool { !observers.isEmpty || !moments.isEmpty }

    /// The same news reaches every node; told once, at the earliest time, with all who saw it.
    private mutating func add(_ event: MemberHistoryPage.Event, seenBy observer: String) {
        let (kind, actor, at) = (event.event, event.actor, event.at)
        let moment = Moment(
            at: at, event: kind, actor: actor, incarnation: event.incarnation, relays: event.relays,
            nacks: event.nacks, health: event.health, timeoutMilliseconds: event.timeoutMilliseconds,
            observers: [observer])
        // A node's own probes are its own.
        let isShared = kind != "probe-failed" && kind != "answered-late" && kind != "stalled"
        if isShared,
            let place = moments.firstIndex(where: {
                $0.event == kind && $0.actor == actor && $0.incarnation == moment.incarnation
            })
        {
            moments[place].observers.append(observer)
            if at < moments[place].at {
                moments[place].at = at
                moments[place].timeoutMilliseconds = moment.timeoutMilliseconds
            }
        } else {
            moments.append(moment)
        }
    }

    private mutating func accuse() {
        let accusations = moments.filter { $0.event == "accused" || $0.event == "confirmed" }
        // Each refutation raised the incarnation: what was said of an earlier one is answered.
        let latest = accusations.map(\.incarnation).max()
        for moment in accusations where moment.incarnation == latest {
            guard !accusers.contains(where: { $0.name == moment.actor }) else { continue }
            let failed = moments.count {
                $0.event == "probe-failed" && $0.actor == moment.actor && $0.incarnation == latest
            }
            accusers.append(Accuser(name: moment.actor, failedProbes: failed))
        }
    }

    /// Statuses and who holds them, the most frequent first.
    var verdicts: [(status: String, observers: [String])] {
        var found: [(status: String, observers: [String])] = []
        for observer in observers {
            if let place = found.firstIndex(where: { $0.status == observer.status }) {
                found[place].observers.append(observer.name)
            } else {
                found.append((observer.status, [observer.name]))
            }
        }
        return found.sorted { ($1.observers.count, $0.status) < ($0.observers.count, $1.status) }
    }
}
