/// `why`: verdicts, accusers and the timeline of one member.
enum WhyView {
    /// - Parameter trouble: of the member's store, as `StatusReport.Cell.trouble`.
    static func make(_ story: MemberStory, trouble: String? = nil) -> Report {
        var document = story.document
        document.trouble = trouble
        return Report(document, names: story.accusers.map { "member/\($0.name)" }) { style in
            var text = trouble.map { "\(story.member) is degraded: \(Self.trouble($0))\n" } ?? ""
            for verdict in story.verdicts {
                let names = verdict.observers.prefix(6).joined(separator: ", ")
                let more = verdict.observers.count > 6 ? " and \(verdict.observers.count - 6) more" : ""
                text += "\(story.member) is \(style.painted(verdict.status, Wording.style(ofState: verdict.status)))"
                text += " for \(names)\(more)\n"
            }
            for observer in story.observers {
                guard let left = observer.endsInMilliseconds else { continue }
                text +=
                    "\(observer.name) holds it dead in \(Wording.time(milliseconds: Double(max(0, left)))) unless it "
                text += "refutes; accused by \(observer.accusers.joined(separator: ", "))\n"
            }
            if !story.accusers.isEmpty {
                let accusers = story.accusers.map {
                    $0.failedProbes > 0
                        ? "\($0.name) (\(Wording.plural($0.failedProbes, "failed probe")))" : $0.name
                }
                text += "accusers: \(accusers.joined(separator: ", "))\n"
            }
            if !story.silent.isEmpty { text += "no answer from: \(story.silent.joined(separator: ", "))\n" }
            guard !story.moments.isEmpty else { return text + "nothing has happened to it that anybody remembers\n" }
            guard style.isWide else { return text + "\n" + episodes(story, style) }
            var table = style.table([
                .init("TIME"), .init("EVENT"), .init("BY"), .init("WHAT"), .init("SEEN BY"),
                .init("INCARNATION", .right, wide: true),
            ])
            for moment in story.moments {
                let seen =
                    moment.observers.count > 2
                    ? "\(moment.observers.count) nodes" : moment.observers.joined(separator: ", ")
                table.add([
                    .init(clock(moment.at)), .init(moment.event), .init(moment.actor), .init(what(moment)),
                    .init(seen), .init(moment.incarnation),
                ])
            }
            return text + "\n" + table.render()
        }
    }

    /// In words.
    static func trouble(_ word: String) -> String {
        switch word {
        case "store-full": "store full, reads are answered and writes are refused"
        case "store-broken": "store broken, its orders fail"
        default: word
        }
    }

    /// A doubt is one line, from its beginning to what became of it; `-o wide` has every moment.
    private static func episodes(_ story: MemberStory, _ style: TableStyle) -> String {
        var table = style.table([
            .init("TIME"), .init("EVENT"), .init("BY"), .init("WHAT"), .init("SEEN BY"),
        ])
        for episode in story.episodes {
            let seen =
                episode.observers.count > 2
                ? "\(episode.observers.count) nodes" : episode.observers.joined(separator: ", ")
            table.add([
                .init(clock(episode.at)), .init(episode.event), .init(episode.actor), .init(episode.what), .init(seen),
            ])
        }
        return table.render()
    }

    static func what(_ moment: MemberStory.Moment) -> String {
        if let detail = moment.detail { return detail }
        switch moment.event {
        case "probe-failed":
            let relays = moment.relays ?? 0
            let asked =
                relays == 0
                ? "no answer, nobody to ask"
                : "no answer; \(Wording.plural(relays, "relay")) asked, \(moment.nacks ?? 0) had none either"
            return asked + ((moment.health ?? 0) > 0 ? "; own health \(moment.health ?? 0)" : "")
        case "answered-late": return "after \(Wording.plural(moment.relays ?? 0, "relay")) or a stream had been asked"
        case "accused": return "suspect" + timeout(moment, "dead in %, unless refuted")
        case "confirmed": return "suspected too" + timeout(moment, "now dead in %")
        case "refuted": return "alive in incarnation \(moment.incarnation)"
        case "dead": return "the suspicion was not refuted in time"
        case "joined": return "incarnation \(moment.incarnation)"
        case "returned": return "alive again in incarnation \(moment.incarnation)"
        case "left": return "said goodbye"
        case "stalled": return "its own process stood still"
        default: return ""
        }
    }

    private static func timeout(_ moment: MemberStory.Moment, _ text: String) -> String {
        guard let timeout = moment.timeoutMilliseconds else { return "" }
        return ": " + text.replacing("%", with: Wording.time(milliseconds: Double(timeout)))
    }

    /// The time of day of an RFC 3339 time, to the millisecond.
    private static func clock(_ time: String) -> String {
        guard let start = time.firstIndex(of: "T") else { return time }
        return String(time[time.index(after: start)...].prefix(12))
    }
}
