import MeshBase

extension TuneLab.Report: Encodable {
    private enum CodingKeys: String, CodingKey {
        case schema, seed, from, rate, baseline, deviation, threshold, window
        case timeout = "timeout_ms"
        case timeouts = "timeouts_ms"
        case chance = "false_windows"
    }

    private struct Chance: Encodable {
        let predicted: Double
        let measured: Double?
    }

    /// The document of `lab tune`.
    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode(settings.seed, forKey: .seed)
        try document.encode(settings.from, forKey: .from)
        try document.encode(settings.rate, forKey: .rate)
        try document.encode(settings.baseline, forKey: .baseline)
        try document.encode(deviation, forKey: .deviation)
        try document.encode(threshold, forKey: .threshold)
        try document.encode(window, forKey: .window)
        try document.encode(timeouts[0].milliseconds, forKey: .timeout)
        try document.encode(timeouts.map(\.milliseconds), forKey: .timeouts)
        try document.encode(Chance(predicted: predicted, measured: measured), forKey: .chance)
    }

    /// For people.
    package var sheet: LabSheet {
        func rounded(_ share: Double) -> String { LabCommandLine.written((share * 1e4).rounded() / 1e4) }
        let timeout = LabCommandLine.written(timeouts[0])
        var sheet = LabSheet(
            title: "Settings of a breaker",
            lead: [
                "breaker: {kind: rate, failure_rate: \(rounded(threshold)), window: \(window)}, attempt-timeout: \(timeout)"
            ] + (settings.from.map { [LabRecording($0).lead] } ?? []), replay: settings.command)
        sheet.tables = [
            LabTable(
                columns: ["SETTING", "VALUE", "BY"],
                rows: [
                    [
                        .text("threshold"), .share(threshold),
                        .text("baseline + \(LabCommandLine.written(settings.z)) deviations, 5 % to 95 %"),
                    ], [.text("window, calls"), .count(window), .text("10 s of traffic, at least 100")],
                ]
                    + timeouts.enumerated().map {
                        [
                            .text("limit of attempt \($0 + 1)"), .time($1),
                            .text($0 == 0 ? "1.5 x p99" : "x \(LabCommandLine.written(settings.factor))"),
                        ]
                    }),
            LabTable(
                "Windows in which a target that is well reaches the threshold by chance",
                columns: ["", "SHARE OF WINDOWS"],
                rows: [
                    [.text("predicted"), .share(predicted)],
                    [.text("measured"), measured.map { .share($0) } ?? .none],
                ]),
        ]
        let thresholds = (0...60).map { Double($0) / 10 }
        sheet.charts = [
            LabChart(
                "Windows that open by chance, by deviations above the baseline", across: "deviations",
                upwards: "share of windows", isLogarithmic: true,
                series: [
                    .init(
                        "binomial", x: thresholds,
                        y: thresholds.map { z in
                            let share = min(settings.baseline + z * deviation, 1)
                            return TuneLab.tail(
                                window, settings.baseline, from: TuneLab.failures(share, of: window))
                        }, isPredicted: true)
                ], marks: [.init(settings.z, "\(LabCommandLine.written(settings.z)) deviations")])
        ]
        sheet.notes = [
            "The deviation is \(rounded(deviation))"
                + (settings.deviation == nil
                    ? ", that of independent requests: where load comes in waves it is more, and is to be given."
                    : ", as given.")
                + " Below 5 % no threshold is advised, however well a target does."
        ]
        return sheet
    }
}
