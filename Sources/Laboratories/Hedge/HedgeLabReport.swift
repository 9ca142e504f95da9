import MeshBase

/// Calls with hedges and without.
package struct HedgeLabReport: Sendable, Equatable, Encodable {
    /// How long calls took.
    package struct Latency: Sendable, Equatable, Encodable {
        /// Half of the calls took no longer;
        package let p50: TimeAmount
        /// and 90 %;
        package let p90: TimeAmount
        /// and 99 %;
        package let p99: TimeAmount
        /// and 99.9 %.
        package let p999: TimeAmount

        init(p50: TimeAmount, p90: TimeAmount, p99: TimeAmount, p999: TimeAmount) {
            self.p50 = p50
            self.p90 = p90
            self.p99 = p99
            self.p999 = p999
        }

        init(_ quantiles: Quantiles) {
            self.init(
                p50: quantiles(0.5) ?? .zero, p90: quantiles(0.9) ?? .zero, p99: quantiles(0.99) ?? .zero,
                p999: quantiles(0.999) ?? .zero)
        }

        private enum CodingKeys: String, CodingKey { case p50, p90, p99, p999 }

        package func encode(to encoder: any Encoder) throws {
            var document = encoder.container(keyedBy: CodingKeys.self)
            try document.encode(p50.milliseconds, forKey: .p50)
            try document.encode(p90.milliseconds, forKey: .p90)
            try document.encode(p99.milliseconds, forKey: .p99)
            try document.encode(p999.milliseconds, forKey: .p999)
        }
    }

    /// What was tried.
    package let settings: HedgeLab.Settings
    /// By order statistics.
    package let predicted: HedgePrediction
    /// Measured without hedges.
    package let before: Latency
    /// Measured with them.
    package let after: Latency
    /// Hedges for each call: that were made, that answered first, and that the budget did not allow.
    package let hedged: Double
    /// Those that answered first.
    package let won: Double
    /// Those that the budget did not allow.
    package let withheld: Double
    /// Attempts beyond one for each call.
    package let extraLoad: Double

    private enum CodingKeys: String, CodingKey {
        case schema, seed, from, hedged, won, withheld, predicted, before, after
        case delay = "delay_ms"
        case latency = "latency_ms"
        case extraLoad = "extra_load"
    }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode(settings.seed, forKey: .seed)
        try document.encode(settings.from, forKey: .from)
        try document.encode(predicted.delay.milliseconds, forKey: .delay)
        try document.encode(hedged, forKey: .hedged)
        try document.encode(won, forKey: .won)
        try document.encode(withheld, forKey: .withheld)
        try document.encode(extraLoad, forKey: .extraLoad)
        var latency = document.nestedContainer(keyedBy: CodingKeys.self, forKey: .latency)
        try latency.encode(before, forKey: .before)
        try latency.encode(after, forKey: .after)
        var nested = document.nestedContainer(keyedBy: CodingKeys.self, forKey: .predicted)
        try nested.encode(predicted.hedged, forKey: .hedged)
        var times = nested.nestedContainer(keyedBy: CodingKeys.self, forKey: .latency)
        try times.encode(predicted.before, forKey: .before)
        try times.encode(predicted.after, forKey: .after)
    }

    /// For people.
    package var sheet: LabSheet {
        var sheet = LabSheet(
            title: "Hedged calls",
            lead: [
                "An attempt takes \(LabCommandLine.told(settings.p50)) at the median and "
                    + "\(LabCommandLine.told(settings.p99)) at the 99th percentile (log-normal); after "
                    + "\(LabCommandLine.written((predicted.delay.milliseconds * 10).rounded() / 10)) ms without an answer "
                    + "there is a second one beside it"
                    + (settings.most > 1 ? ", and so on up to \(settings.most)." : "."),
                "\(settings.calls) calls, the same with hedges and without.",
            ], replay: settings.command)
        var table = LabTable(
            columns: ["", "P50", "P90", "P99", "P99.9"])
        for (name, latency) in [
            ("without, predicted", predicted.before), ("without, measured", before),
            ("with, predicted", predicted.after),
            ("with, measured", after),
        ] {
            table.rows.append([
                .text(name), .time(latency.p50), .time(latency.p90), .time(latency.p99), .time(latency.p999),
            ])
        }
        table.rows.append(
            [.text("gain, measured")]
                + [
                    (before.p50, after.p50), (before.p90, after.p90), (before.p99, after.p99),
                    (before.p999, after.p999),
                ]
                .map { .share($0.0 > .zero ? 1 - $0.1.seconds / $0.0.seconds : 0) })
        table.rows.append([.text("gain, published"), .none, .none, .share(0.4), .none])
        let load = LabTable(
            "What it costs, for each call", columns: ["", "HEDGES", "WON", "WITHHELD", "EXTRA LOAD"],
            rows: [
                [.text("predicted"), .share(predicted.hedged), .none, .none, .share(predicted.hedged)],
                [.text("measured"), .share(hedged), .share(won), .share(withheld), .share(extraLoad)],
            ])
        sheet.tables = [table, load]
        func points(_ latency: Latency) -> [Double] {
            [latency.p50, latency.p90, latency.p99, latency.p999].map(\.milliseconds)
        }
        let shares = [50, 90, 99, 99.9]
        sheet.charts = [
            LabChart(
                "Time of a call by percentile", across: "percentile", upwards: "ms", isLogarithmic: true,
                series: [
                    .init("without, predicted", x: shares, y: points(predicted.before), isPredicted: true),
                    .init("without", x: shares, y: points(before)),
                    .init("with, predicted", x: shares, y: points(predicted.after), isPredicted: true),
                    .init("with", x: shares, y: points(after)),
                ])
        ]
        sheet.notes = [
            "Predicted: P(T > t) is the product of P(X > t - i x delay) over the attempts i, which are independent of each "
                + "other and meet a target with room for all.",
            "The policy itself goes by the last 100 answers, and a lost attempt has no time: the longest are missing among "
                + "them, so that with 'auto' and 'p95' it hedges sooner and more often than predicted.",
        ]
        if let from = settings.from {
            sheet.lead.append(LabRecording(from).lead)
            sheet.notes.append(
                "Of a run whole requests are known, with all that the mesh made of them: hedges that it sent already are in "
                    + "these times.")
        }
        if settings.budget < 1 {
            sheet.notes.append("The prediction knows of no budget, which withheld what stands in its column.")
        }
        return sheet
    }
}

extension HedgeLab.Settings {
    var command: String {
        var line = LabCommandLine("hedge")
        line.add("p50", p50)
        line.add("p99", p99)
        line.add("after", after.text)
        line.add("max", most)
        line.add("budget", share: budget)
        line.add("calls", calls)
        line.add("seed", seed)
        return line.text
    }
}
