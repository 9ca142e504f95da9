import Drills

extension RunReport {
    /// `report.html`: verdict and why, figures, predicted beside observed, what happened and when, claims, and how to repeat
    /// it.
    package func page(_ series: RunSeries?) -> HTMLPage {
        var page = HTMLPage("\(kind.rawValue): \(title)")
        page.add(verdict)
        page.add(headline)
        if !claims.isEmpty { page.add(claimTable) }
        if let impact { page.add(Self.table(impact)) }
        if !incidents.isEmpty { page.add(incidentTable) }
        if let falls, !falls.isEmpty { page.add(Self.table(falls)) }
        if let series, series.count > 1 { page.add(charts(series)) }
        if let wave { page.add(wave.html) }
        if !timeline.isEmpty { page.add(timelineTable) }
        if let impact, !impact.observed.deviations.isEmpty { page.add(Self.deviations(impact)) }
        page.add(figureTable)
        page.add(foot)
        return page
    }

    private static func style(_ outcome: Outcome) -> HTML {
        switch outcome {
        case .passed: "good"
        case .deviated, .failed: "bad"
        case .inconclusive, .interrupted: "warn"
        case .observed: "notes"
        }
    }

    private var verdict: HTML {
        let word =
            outcome == .observed
            ? "nothing was claimed" : outcome == .passed ? "passed: all claims were met" : outcome.rawValue
        let why = reasons.prefix(20).map { reason -> HTML in "<li>\(reason)</li>\n" }.joined()
        let of = mesh.map { ", mesh \($0)" } ?? ""
        return """
            <p><strong class="\(Self.style(outcome))">\(word)</strong>
            in \(Wording.time(milliseconds: durationMilliseconds)), \(begun)\(of)</p>
            <ul>\(why)</ul>

            """
    }

    /// What is read first: four figures.
    private static let first = ["success", "p99", "customers lost", "customers degraded", "acknowledged writes lost"]

    private var headline: HTML {
        var shown = Self.first.compactMap { name in figures.first { $0.name == name && $0.value != nil } }
        if shown.isEmpty { shown = Array(figures.prefix(4)) }
        guard !shown.isEmpty else { return "" }
        let items = shown.prefix(4).map { figure -> HTML in "<li><b>\(figure.text)</b>\(figure.name)</li>\n" }.joined()
        return "<ul class=\"figures\">\(items)</ul>\n"
    }

    private var claimTable: HTML {
        var table = HTMLTable(
            "Claims",
            [
                .init("Claim", isText: true), .init("Class", isText: true), .init("Bound"), .init("Observed"),
                .init("Interval"), .init("Verdict", isText: true), .init("Detail", isText: true),
            ])
        table.rows = claims.map { claim in
            let style: HTML =
                claim.verdict == .met ? "good" : claim.verdict == .deviated ? "bad" : "warn"
            return [
                "\(claim.name)", "\(claim.class.rawValue)", "\(Self.bound(claim))",
                "\(Self.figure(claim.observed, claim))", "\(Self.range(claim))",
                "<span class=\"\(style)\">\(claim.verdict.rawValue)</span>", "\(claim.detail ?? "")",
            ]
        }
        return table.html
    }

    private static func table(_ impact: Impact) -> HTML {
        var table = HTMLTable(
            "Customers: predicted beside observed",
            [
                .init("Customers", isText: true), .init("Predicted of all"), .init("Predicted of those seen"),
                .init("Observed"), .init("Difference"),
            ])
        let (all, seen) = (impact.predicted, impact.observed)
        func row(_ name: String, _ predicted: Int, _ ofSeen: Int?, _ observed: Int) -> [HTML] {
            [
                "\(name)", "\(Wording.count(predicted))", "\(ofSeen.map { impact.seen($0) } ?? "")",
                "\(impact.seen(observed))",
                "\(ofSeen.map { impact.unseen == nil ? Wording.count(observed - $0) : "-" } ?? "")",
            ]
        }
        table.rows = [
            row("lost", all.lost, seen.predicted.lost, seen.lost),
            row("degraded", all.degraded, seen.predicted.degraded, seen.degraded),
            row("untouched", all.untouched, seen.predicted.untouched, seen.untouched),
            row("no quorum", all.noQuorum, seen.predictedNoQuorum, seen.noQuorum),
        ]
        let style: HTML = seen.different == 0 ? "notes" : "bad"
        return table.html + "<p class=\"\(style)\">\(impact.sentence)</p>\n" + Self.table(impact.windows ?? [])
    }

    private static func table(_ windows: [RunWindow]) -> HTML {
        guard windows.count > 1 else { return "" }
        var table = HTMLTable(
            "Each time that customers came to harm: predicted of those seen | observed",
            [
                .init("From"), .init("To"), .init("Lost"), .init("Degraded"), .init("No quorum"), .init("Asked"),
                .init("Differ"), .init("Out", isText: true),
            ])
        table.rows = windows.map { window in window.words.map { word -> HTML in "\(word)" } }
        return table.html
    }

    private static func deviations(_ impact: Impact) -> HTML {
        var table = HTMLTable(
            "Customers that differ",
            [
                .init("Customer", isText: true), .init("Predicted", isText: true), .init("Observed", isText: true),
                .init("Requests"), .init("Failed"), .init("No quorum"), .init("Refused"), .init("Slow"),
            ])
        table.rows = impact.observed.deviations.map { row in
            [
                "\(row.customer)", "\(row.predicted)", "\(row.observed)", "\(row.outcomes.requests)",
                "\(row.outcomes.failed)", "\(row.outcomes.noQuorum)", "\(row.outcomes.refused)", "\(row.outcomes.slow)",
            ]
        }
        let more = impact.observed.unexpected - table.rows.count
        return table.html + (more > 0 ? "<p>And \(more) more.</p>\n" : "")
    }

    private static func moment(_ at: Double?) -> String { at.map { Wording.time(milliseconds: $0) } ?? "-" }

    private var incidentTable: HTML {
        var table = HTMLTable(
            "Incidents",
            [
                .init("What", isText: true), .init("Befell", isText: true), .init("Cause at"), .init("Detected after"),
                .init("First failure after"), .init("Over after"), .init("Requests that failed"),
            ])
        table.rows = incidents.map { incident in
            func after(_ at: Double?) -> HTML { "\(Self.moment(at.map { $0 - incident.cause }))" }
            return [
                "\(incident.what)", "\(incident.subjects.joined(separator: ", "))", "\(Self.moment(incident.cause))",
                after(incident.detection), after(incident.impact), after(incident.recovery),
                "\(Wording.count(Int(clamping: incident.failed)))",
            ]
        }
        return table.html
    }

    private static func table(_ falls: [DrillFall]) -> HTML {
        var table = HTMLTable(
            "Services by the time of their fall",
            [
                .init("After"), .init("Service", isText: true), .init("Cell", isText: true), .init("Calls that failed"),
                .init("Called by", isText: true), .init("Through", isText: true),
            ])
        table.rows = falls.prefix(50).map { fall in
            [
                "\(Wording.time(milliseconds: fall.afterMilliseconds))", "\(fall.service)", "\(fall.cell)",
                "\(Wording.percent(fall.share))", "\(fall.callers ?? "clients")", "\(fall.through ?? "")",
            ]
        }
        let more = falls.count - table.rows.count
        return table.html + (more > 0 ? "<p>And \(more) more.</p>\n" : "")
    }

    private var timelineTable: HTML {
        var table = HTMLTable(
            "What happened",
            [
                .init("At"), .init("Part", isText: true), .init("To", isText: true), .init("What", isText: true),
                .init("Told by"),
            ])
        table.rows = timeline.map { moment in
            [
                "\(Wording.fixed(moment.at / 1_000, 3)) s", "\(moment.class.rawValue)", "\(moment.subject)",
                "\(moment.what)", moment.tellers == 0 ? "" : "\(moment.tellers)",
            ]
        }
        return table.html + (left > 0 ? "<p>\(left) further changes had no room.</p>\n" : "")
    }

    private func charts(_ series: RunSeries) -> HTML {
        // Answers that came after the last request was sent have a period of their own, which is no second.
        let count = (0..<series.count).prefix { (Double($0) + 0.5) * Double(series.period) <= durationMilliseconds }
            .count
        let x = (0..<count).map { (Double($0) + 0.5) * Double(series.period) / 1_000 }
        let each = Double(series.period) / 1_000
        func rate(_ values: [UInt64]) -> [Double] { values.map { Double($0) / each } }
        let failed = zip(series.all.requests, zip(series.all.ok, series.all.shed)).map { all, others in
            all >= others.0 + others.1 ? all - others.0 - others.1 : 0
        }
        var traffic = HTMLChart("Requests", across: "s since the first request", upwards: "requests/s")
        traffic.series = [
            .init("ok", x: x, y: rate(series.all.ok), .area, color: 2),
            .init("failed", x: x, y: rate(failed), .area, color: 1),
            .init("shed", x: x, y: rate(series.all.shed), .area, color: 3),
        ]
        var latency = HTMLChart("Latency", across: "s since the first request", upwards: "ms")
        func times(_ values: [Double?]) -> [Double] { values.map { $0 ?? .nan } }
        latency.series = [
            .init("p99", x: x, y: times(series.all.p99), color: 0),
            .init("p50", x: x, y: times(series.all.p50), color: 5),
            .init("noise: a timer was late by", x: x, y: series.noise.late, .dashed, color: 4),
        ]
        latency.bound = claims.first { $0.class == .timing }?.bound
        if let bound = latency.bound, bound > 20 * (times(series.all.p99).filter(\.isFinite).max() ?? bound) {
            // What lies far above would press the curves flat.
            latency.bound = nil
        }
        let end = Double(series.count) * each
        for incident in incidents.prefix(10) {
            let from = incident.cause / 1_000
            let span = from...max(from, (incident.recovery ?? end * 1_000) / 1_000)
            let name = incident.subjects.prefix(2).joined(separator: ", ")
            (traffic.spans, latency.spans) = (traffic.spans + [span], latency.spans + [span])
            traffic.marks.append(.init(from, name))
            latency.marks.append(.init(from, name))
        }
        return traffic.html + latency.html
    }

    private var figureTable: HTML {
        var table = HTMLTable("Figures", [.init("Figure", isText: true), .init("Value")])
        table.rows = figures.map { ["\($0.name)", "\($0.text)"] }
        return table.rows.isEmpty ? "" : table.html
    }

    private var foot: HTML {
        var lines: [String] = []
        if let noise {
            var text = "Noise: a timer was late by \(Wording.time(milliseconds: noise.lateP99)) (p99), "
            text += "\(Wording.time(milliseconds: noise.lateMost)) at most; the load generator took requests up "
            text += "\(Wording.time(milliseconds: noise.lagP99)) late (p99) and dropped \(noise.dropped)"
            if let pressure = noise.pressure {
                text += "; somebody waited for a core \(Wording.percent(pressure)) of the time"
            }
            if let steal = noise.steal { text += "; \(Wording.percent(steal)) of it went to other machines" }
            if noise.clockJumps > 0 { text += "; the clock was set \(noise.clockJumps) times" }
            lines.append(text + ".")
        }
        if let environment {
            var text = "cellmesh \(environment.version), \(environment.cores) cores, \(environment.system)"
            if let seed = environment.seed { text += ", seed \(seed)" }
            if let topology = environment.topology { text += ", topology \(topology)" }
            lines.append(text + ".")
        }
        let notes = lines.map { line -> HTML in "<p>\(line)</p>\n" }.joined()
        return """
            <div class="notes">
            \(notes)<p>The same again: <code>\(command)</code></p>
            <p>Report \(id).</p>
            </div>

            """
    }
}
