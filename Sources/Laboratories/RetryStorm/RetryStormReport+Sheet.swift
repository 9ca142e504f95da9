import MeshBase

extension RetryStormReport {
    /// For people.
    package var sheet: LabSheet {
        var replay = settings.command
        if arms.map({ Set($0.fixes) }) != RetryStormLab.standardArms, let fixes = arms.last?.fixes, !fixes.isEmpty {
            replay += " --fix \(fixes.map(\.rawValue).joined(separator: ","))"
        }
        var sheet = LabSheet(title: "A storm of retries", lead: lead, replay: replay)
        sheet.tables = [amplification, afterwards, timeline]
        sheet.charts = [
            chart("Answers to clients, over their requests", "answers / requests") { $0.answered },
            chart("Attempts at the last service, over clients' requests", "attempts / requests", isLogarithmic: true) {
                $0.load
            },
        ]
        sheet.notes = [
            "Predicted: R^N attempts at the last service for one request, of N layers that make up to R attempts each; "
                + "with a budget (1 + ratio)^N. Measured over 10 s while the last service is gone.",
            "Recovered: from the end of the trouble until over any five seconds 90 % of the requests are answered, and "
                + "stay so; '-': never. Where goodput stays away and most work is done for nobody, the storm feeds "
                + "itself: what began it is over. Where little is, the fixes themselves refuse.",
            "Without 'timeouts' work that nobody waits for is done all the same, as where deadlines are not told on.",
        ]
        return sheet
    }

    private var lead: [String] {
        let settings = settings
        return [
            "\(settings.layers) layers of \(settings.attempts) attempts, "
                + "\(LabCommandLine.written(settings.rate)) requests/s, \(settings.replicas) replicas of "
                + "\(settings.workers) workers, \(LabCommandLine.written(settings.load * 100)) % busy; every attempt has "
                + "\(LabCommandLine.written(settings.timeout)).",
            "First the last service is gone. Then, apart from that, \(settings.slowReplicas) of its replicas take "
                + "\(LabCommandLine.written(settings.slowFactor)) times as long for "
                + "\(LabCommandLine.written(settings.trouble)), and "
                + "\(LabCommandLine.written(settings.watched)) are watched afterwards.",
        ]
    }

    private var amplification: LabTable {
        var table = LabTable(
            "Attempts at the last service for one request, while it is gone",
            columns: ["FIXES", "PREDICTED AT MOST", "MEASURED"] + (1...settings.layers).map { "LAYER \($0)" })
        for arm in arms {
            table.rows.append(
                [
                    .text(arm.name), .times(arm.fixes.contains(.budget) ? predicted.budget : predicted.unbounded),
                    .times(arm.amplification),
                ] + arm.byLayer.map { .times($0) })
        }
        return table
    }

    private var afterwards: LabTable {
        var table = LabTable(
            "After the trouble",
            columns: ["FIXES", "GOODPUT", "RECOVERED AFTER", "PEAK LOAD", "WORK FOR NOBODY", "P99"])
        for arm in arms {
            table.rows.append([
                .text(arm.name), .share(arm.goodput), .time(arm.recovered), .times(arm.peakLoad), .share(arm.wasted),
                .time(arm.p99),
            ])
        }
        return table
    }

    /// At the instants of the story that the seeds tell.
    private var timeline: LabTable {
        let instants = [2, 4, 10, 30, 60]
        var table = LabTable(
            "Load of the last service since the trouble began, over that of before",
            columns: ["FIXES"] + instants.map { "\($0) s" })
        table.rows.append([.text("seeds' story"), .times(2), .times(4), .times(32), .text("saturated"), .text("out")])
        for arm in arms {
            table.rows.append([.text(arm.name)] + instants.map { load(arm, after: $0) })
        }
        return table
    }

    private func load(_ arm: Arm, after seconds: Int) -> LabFigure {
        let second = RetryStormLab.calm + seconds - 1
        return second < arm.load.count ? .times(arm.load[second]) : .none
    }

    private func chart(
        _ title: String, _ upwards: String, isLogarithmic: Bool = false, _ curve: (Arm) -> [Double]
    ) -> LabChart {
        LabChart(
            title, across: "s", upwards: upwards, isLogarithmic: isLogarithmic,
            series: arms.map { arm in
                let values = curve(arm)
                return .init(arm.name, x: values.indices.map { Double($0) + 1 }, y: values)
            },
            marks: [
                .init(Double(RetryStormLab.calm), "trouble begins"),
                .init(Double(RetryStormLab.calm) + settings.trouble.seconds, "and ends"),
            ])
    }
}

extension RetryStormLab.Settings {
    var command: String {
        var line = LabCommandLine("retry-storm")
        line.add("layers", layers)
        line.add("attempts", attempts)
        line.add("rate", number: rate)
        line.add("replicas", replicas)
        line.add("workers", workers)
        line.add("queue", queue)
        line.add("load", share: load)
        line.add("timeout", timeout)
        line.add("slow", slowReplicas)
        line.add("factor", number: slowFactor)
        line.add("trouble", trouble)
        line.add("watch", watched)
        line.add("ratio", share: ratio)
        line.add("seed", seed)
        return line.text
    }
}
