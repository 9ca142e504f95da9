import MeshBase
import Reports

/// The lines above every list: how the mesh is, and who is touched.
enum TopHead {
    /// What the feed judges; recordings of earlier releases have no judgement.
    static func headline(_ state: FeedState) -> FeedHeadline {
        state.mesh.headline ?? FeedHeadline(word: .unknown, serving: 0, of: state.cells.count)
    }

    private static func tone(_ word: FeedHeadline.Word) -> Tone {
        switch word {
        case .serving: .good
        case .degraded, .unknown: .warn
        case .down: .bad
        }
    }

    /// - Parameter width: parts that matter less are left out where there is no room.
    static func first(_ model: TopModel, width: Int) -> ScreenLine {
        guard let state = model.state else {
            var line = ScreenLine(model.hello?.mesh ?? "", isBold: true)
            line.add(line.width > 0 ? "  " : "")
            line.add("connecting", .dim)
            return line
        }
        let mesh = state.mesh
        let whole = headline(state)
        var parts: [Part] = [
            Part(model.hello?.mesh ?? "", .plain, 0, isBold: true),
            Part(
                "\(whole.word.rawValue.uppercased()) \(whole.serving)/\(whole.of)", tone(whole.word), 0, isBold: true),
        ]
        if whole.evacuated > 0 { parts.append(Part("\(whole.evacuated) evacuated", .note, 4)) }
        if whole.drained > 0 { parts.append(Part("\(whole.drained) drained", .note, 5)) }
        if let rps = mesh.rps, rps > 0 {
            let failing = (mesh.ok ?? 1) < 0.999
            parts.append(Part("\(Figures.rate(rps)) req/s", .plain, 1))
            parts.append(Part("ok \(Figures.percent(mesh.ok, 2))", failing ? .bad : .plain, 1))
            parts.append(Part("p99 \(Figures.latency(mesh.p99))", .plain, 3))
            if let worst = state.amplification.map(\.ratio).max() {
                parts.append(Part("amp \(Figures.fixed(worst, 2))", worst > 1.5 ? .warn : .plain, 5))
            }
            if let shed = mesh.shed, shed > 0 { parts.append(Part("shed \(Figures.rate(shed))/s", .warn, 4)) }
        } else {
            parts.append(Part("no traffic", .dim, 1))
        }
        if mesh.views.count == 2, mesh.views[1] > 0 {
            let agree = mesh.views[0] == mesh.views[1]
            parts.append(Part("views \(mesh.views[0])/\(mesh.views[1])", agree ? .plain : .warn, 6))
        }
        let clock = Part((model.isHeld ? "HELD " : "") + Figures.clock(milliseconds: state.t), .dim, 2)
        var line = Part.line(parts, beside: clock, width: width)
        let left = width - line.width - clock.text.count
        if left >= 1 {
            line.pad(to: width - clock.text.count)
            line.add(clock.text, model.isHeld ? .warn : .dim)
        }
        return line
    }

    /// Customers as `observed|predicted (of all)`, and what is in force.
    static func second(_ model: TopModel, width: Int) -> ScreenLine {
        // A reason of any length leaves room for the customers.
        Part.line(inForce(model, reason: max(width / 3, 12)), beside: nil, width: width)
    }

    /// The same in as many lines as it takes: nothing is left out.
    static func seconds(_ model: TopModel, width: Int) -> [ScreenLine] {
        Part.lines(inForce(model, reason: .max), width: width)
    }

    /// - Parameter reason: columns that a halt may take.
    private static func inForce(_ model: TopModel, reason: Int) -> [Part] {
        guard let state = model.state else { return [] }
        let impact = state.impact
        func figure(_ name: String, _ path: KeyPath<FeedImpact.Counts, Int>) -> String {
            let all = impact.predicted[keyPath: path]
            let seen = impact.ofThoseSeen.map { $0[keyPath: path] }
            let text =
                "\(name) \(Wording.count(impact.observed[keyPath: path]))|\(seen.map { Wording.count($0) } ?? "-")"
            return seen == all ? text : "\(text) (\(Wording.count(all)))"
        }
        let isLost = impact.observed.lost > 0 || impact.predicted.lost > 0
        let isDegraded = impact.observed.degraded > 0 || impact.predicted.degraded > 0
        var parts: [Part] = []
        // It is in force until somebody ends it, and refuses whatever is tried meanwhile.
        if let halt = state.halt {
            let text = "HALT \(halt.text)"
            parts.append(Part(text.count > reason ? text.prefix(max(reason - 3, 4)) + "..." : text, .warn, 0))
        }
        let differ = impact.different ?? 0 > 0
        // What is over alarms nobody.
        func tone(_ isTouched: Bool, _ tone: Tone) -> Tone { !isTouched ? .plain : impact.ended != nil ? .dim : tone }
        if let ended = impact.ended {
            parts.append(Part("last fault, over \(Figures.span(milliseconds: state.t - ended)) ago:", .dim, 0))
        }
        parts += [
            Part(figure("lost", \.lost), tone(isLost, .bad), 0),
            Part(figure("degraded", \.degraded), tone(isDegraded, .warn), 0),
            Part("differ \(impact.different.map { Wording.count($0) } ?? "-")", tone(differ, .bad), 2),
        ]
        if !state.faults.isEmpty {
            let idle = state.faults.count { $0.hits == 0 }
            let text = "faults \(state.faults.count)" + (idle > 0 ? ", \(idle) hit nothing" : "")
            parts.append(Part(text, .warn, 1))
        }
        if let move = state.evacuation, move.isUnderWay {
            let what = "\(move.kind?.rawValue ?? "move") \(move.region ?? "") \(move.percent) %"
            let cohorts = "\(move.cohorts.moved)/\(move.cohorts.of) cohorts"
            parts.append(Part("\(what), \(cohorts)\(move.outcome == .paused ? ", paused" : "")", .note, 1))
        }
        let why = headline(state).why
        if let first = why.first {
            parts.append(Part(why.count > 1 ? "\(first), \(why.count - 1) more" : first, .warn, 1))
        }
        if let drill = state.drill {
            parts.append(Part("drill \(drill.name): \(drill.outcome ?? drill.step)", .note, 3))
        }
        if state.monkey != nil { parts.append(Part("monkey", .note, 5)) }
        if !state.breakers.isEmpty { parts.append(Part("breakers \(state.breakers.count)", .warn, 3)) }
        if let alert = state.alerts.first {
            parts.append(
                Part("\(Wording.plural(state.alerts.count, "alert")): \(alert.name) \(alert.subject)", .bad, 2))
        }
        if let load = state.load { parts.append(Part("load \(Figures.rate(load.rate))/s", .plain, 6)) }
        if let pressure = state.host.pressure, pressure > 0.5 {
            parts.append(Part("host busy \(Figures.percent(pressure))", .warn, 4))
        }
        return parts
    }

    /// Says how old it is; nil where it is as of now.
    static func banner(_ model: TopModel, _ now: Instant) -> ScreenLine? {
        guard model.isStale(now), model.state != nil || model.link != .connecting else { return nil }
        let why: String
        switch model.link {
        case .lost(let reason): why = reason
        case .connecting: why = "connecting"
        case .live: why = "nothing has come"
        }
        guard let at = model.newsAt, let newest = model.newest else {
            return ScreenLine("no news yet: \(why)", .warn, isBold: true)
        }
        let age = Int64((now - at).milliseconds)
        return ScreenLine(
            "no news for \(Figures.span(milliseconds: age)), since \(Figures.clock(milliseconds: newest.t)): \(why); "
                + "traffic does not need it", .warn, isBold: true)
    }

    /// A part of a line; the higher its number, the earlier it is left out.
    struct Part {
        var text: String
        var tone: Tone
        var importance: Int
        var isBold: Bool

        init(_ text: String, _ tone: Tone, _ importance: Int, isBold: Bool = false) {
            self.text = text
            self.tone = tone
            self.importance = importance
            self.isBold = isBold
        }

        /// All parts, in lines of a width.
        static func lines(_ parts: [Part], width: Int) -> [ScreenLine] {
            var lines: [ScreenLine] = []
            var line = ScreenLine()
            for part in parts where !part.text.isEmpty {
                let needed = ScreenLine(part.text).width + (line.width > 0 ? 2 : 0)
                if line.width > 0, line.width + needed > width {
                    lines.append(line)
                    line = ScreenLine()
                }
                if line.width > 0 { line.add("  ") }
                line.add(part.text, part.tone, isBold: part.isBold)
            }
            return (lines + [line]).map { $0.clipped(to: width) }
        }

        static func line(_ parts: [Part], beside: Part?, width: Int) -> ScreenLine {
            var left = width - (beside.map { $0.text.count + 2 } ?? 0)
            var kept: [Int] = []
            let order = parts.indices.sorted { (parts[$0].importance, $0) < (parts[$1].importance, $1) }
            for place in order where !parts[place].text.isEmpty {
                let needed = ScreenLine(parts[place].text).width + (kept.isEmpty ? 0 : 2)
                guard needed <= left || parts[place].importance == 0 else { continue }
                kept.append(place)
                left -= needed
            }
            var line = ScreenLine()
            for place in kept.sorted() {
                if line.width > 0 { line.add("  ") }
                line.add(parts[place].text, parts[place].tone, isBold: parts[place].isBold)
            }
            return line.clipped(to: width)
        }
    }
}
