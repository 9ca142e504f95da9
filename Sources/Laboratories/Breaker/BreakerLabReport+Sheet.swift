import MeshBase

extension BreakerLabReport {
    /// For people.
    package var sheet: LabSheet {
        var sheet = LabSheet(title: "Breakers on one trace", lead: lead, replay: settings.command)
        sheet.tables = [table]
        sheet.charts = [chart]
        sheet.notes = [
            "Detected: from the beginning of the trouble to the opening. False trips: openings while fewer than 5 % of the "
                + "requests fail, of all runs. Refused while calm: of the requests before the trouble.",
            "Lost: refused, though the target would have answered. Let through: failed at the target. Recovered: from when "
                + "the target is well for good until the breaker is closed for good.",
            "Cascades: stretches of 5 s and more in which over half of all requests fail at the target; prevented are those "
                + "that there are without a breaker and not with it. Slow calls play no part here: failures alone.",
            "Reference: published for a mesh of \(reference.breakers) breakers at 1 157 407 requests/s, over all of its "
                + "troubles; its cascades are of a day.",
        ]
        return sheet
    }

    private var lead: [String] {
        let trouble =
            switch settings.shape {
            case .ramp: "the share of failures grows from the baseline to 90 % in 300 s"
            case .sudden: "all requests fail for 60 s"
            case .sine: "the share of failures swings between 0 and 100 % every 10 s, for 120 s"
            }
        let back =
            switch settings.recovery {
            case .immediate: "then all is well at once"
            case .gradual: "then it falls evenly in 60 s"
            case .unstable: "then half of them fail for 5 s out of 10, for 60 s"
            case .relapse: "then all is well for 15 s, and as bad as before for 45 s"
            }
        return [
            "After 120 s of calm (\(LabCommandLine.written(settings.baseline * 100)) % fail) \(trouble); \(back). "
                + "\(LabCommandLine.written(settings.rate)) requests/s, constants of the profile "
                + "'\(settings.profile.rawValue)', \(settings.runs) runs."
        ] + (settings.from.map { [LabRecording($0).lead] } ?? [])
    }

    private var table: LabTable {
        var table = LabTable(
            columns: [
                "KIND", "DETECTED", "FALSE TRIPS", "REFUSED WHILE CALM", "LOST", "LET THROUGH", "RECOVERED P50", "P90",
                "P99",
                "CASCADES PREVENTED", "OPENINGS/H",
            ] + (kinds.contains { $0.check != nil } ? ["CHECK NS"] : []))
        for row in kinds {
            table.rows.append(
                [
                    .text(row.kind.rawValue), .time(row.detected), .count(row.falseTrips),
                    .share(row.falsePositiveRate),
                    .number(row.lost, 0), .number(row.passedFailures, 0), .time(row.recovered), .time(row.recovered90),
                    .time(row.recovered99), .number(row.cascadesPrevented, 1), .number(row.openings, 1),
                ] + (row.check.map { [.number($0, 0)] } ?? []))
        }
        table.rows.append([
            .text("reference"), .none, .none, .share(reference.falsePositiveRate), .none, .none,
            .time(reference.recovered), .time(reference.recovered90), .time(reference.recovered99),
            .number(reference.cascadesPrevented, 1), .number(reference.openings, 0),
        ])
        if kinds.contains(where: { $0.check != nil }) { table.rows[kinds.count].append(.number(reference.check, 0)) }
        return table
    }

    private var chart: LabChart {
        let trace = settings.trace
        let seconds = stride(from: 0.0, to: min(trace.well + 240, trace.end), by: 1).map { $0 }
        var series = [
            LabChart.Series(
                "requests that succeed", x: seconds, y: seconds.map { 1 - trace.failureShare(at: $0) },
                isPredicted: true)
        ]
        for row in kinds {
            let count = min(seconds.count, row.admitted.count)
            series.append(.init(row.kind.rawValue, x: Array(seconds[..<count]), y: Array(row.admitted[..<count])))
        }
        return LabChart(
            "What each lets through (first run), and what would succeed", across: "s", upwards: "share of requests",
            series: series,
            marks: [.init(BreakerTrace.calm, "trouble"), .init(trace.well, "well for good")])
    }
}

extension BreakerLab.Settings {
    var command: String {
        var line = LabCommandLine("breaker")
        if kinds != BreakerLab.Kind.allCases { line.add("kinds", kinds.map(\.rawValue).joined(separator: ",")) }
        line.add("shape", shape.rawValue)
        line.add("recovery", recovery.rawValue)
        line.add("profile", profile.rawValue)
        line.add("rate", number: rate)
        line.add("baseline", share: baseline)
        line.add("runs", runs)
        line.add("seed", seed)
        return line.text
    }
}
