import SimDriver
import Telemetry

/// `sim swim`.
enum SwimView {
    static func make(_ report: SwimReport, memory: Int) -> Report {
        var report = report
        report.peakBytes = memory
        return Report(report) { [report] style in
            let speed = report.wallMilliseconds > 0 ? report.simulatedMilliseconds / report.wallMilliseconds : 0
            let rate = report.wallMilliseconds > 0 ? Double(report.events) / report.wallMilliseconds * 1000 : 0
            return cells(report, style) + "\n" + faults(report, style) + comparison(report, style) + "\n"
                + "\(Wording.time(milliseconds: report.simulatedMilliseconds)) of virtual time in "
                + "\(Wording.time(milliseconds: report.wallMilliseconds)) (\(Wording.fixed(speed, 0))x), "
                + "\(Wording.count(Int(clamping: report.events))) events (\(Wording.count(Int(rate))) a second), "
                + "\(Wording.bytes(memory)) of memory\n"
        }
    }

    private static func cells(_ report: SwimReport, _ style: TableStyle) -> String {
        var table = style.table([
            .init("MEMBERS", .right), .init("LOSS", .right), .init("STARVED", .right), .init("ARM"),
            .init("RUNS", .right), .init("FALSE RUNS", .right), .init("FALSE", .right), .init("AT SOUND", .right),
            .init("DETECT P50", .right), .init("P99", .right), .init("ALL KNOW P50", .right, wide: true),
            .init("MESSAGES", .right), .init("BYTES", .right, wide: true),
        ])
        for cell in report.cells {
            table.add([
                .init(Wording.count(cell.members)), .init(Wording.percent(cell.loss)),
                .init(Wording.percent(cell.starved)), .init(cell.arm), .init(cell.runs),
                .init(cell.falseDeathRuns, cell.falseDeathRuns > 0 ? .yellow : .plain),
                .init(Wording.count(Int(clamping: cell.falsePositives))),
                .init(Wording.count(Int(clamping: cell.falsePositivesHealthy))), .init(time(cell.detect.p50)),
                .init(time(cell.detect.p99)), .init(time(cell.known.p50)),
                .init(Wording.count(Int(clamping: cell.messages))), .init(Wording.bytes(Int(clamping: cell.bytes))),
            ])
        }
        return table.render()
    }

    private static func comparison(_ report: SwimReport, _ style: TableStyle) -> String {
        var table = style.table([
            .init("OVER ALL"), .init("RUNS", .right), .init("FALSE RUNS", .right), .init("FALSE", .right),
            .init("OF PLAIN", .right), .init("AT SOUND", .right), .init("OF PLAIN", .right), .init("MESSAGES", .right),
            .init("DETECT P50", .right), .init("P99", .right),
        ])
        for arm in report.comparison {
            table.add([
                .init(arm.arm), .init(arm.runs), .init(arm.falseDeathRuns),
                .init(Wording.count(Int(clamping: arm.falsePositives))), .init(ratio(arm.ofPlain?.falsePositives)),
                .init(Wording.count(Int(clamping: arm.falsePositivesHealthy))),
                .init(ratio(arm.ofPlain?.falsePositivesHealthy)), .init(ratio(arm.ofPlain?.messages)),
                .init(time(arm.detect.p50)), .init(time(arm.detect.p99)),
            ])
        }
        return table.render()
    }

    /// What the members that had no fault made of the one that had; nothing where there was none.
    private static func faults(_ report: SwimReport, _ style: TableStyle) -> String {
        guard report.cells.contains(where: { $0.fault != nil }) else { return "" }
        var table = style.table([
            .init("MEMBERS", .right), .init("ARM"), .init("LOSSY", .right), .init("WAY"),
            .init("VIEW CHANGES", .right), .init("MOST", .right), .init("SUSPECTED", .right), .init("DEAD", .right),
            .init("SOUND SUSPECTED", .right), .init("LONGEST", .right), .init("SOUND UNSTEADY", .right),
            .init("SOUND DEAD", .right),
        ])
        for cell in report.cells {
            guard let fault = cell.fault else { continue }
            table.add([
                .init(Wording.count(cell.members)), .init(cell.arm), .init(Wording.percent(fault.share)),
                .init(fault.ways), .init(Wording.fixed(fault.viewChanges, 1)), .init(fault.mostViewChanges),
                .init(Wording.count(Int(clamping: fault.suspicions))),
                .init(Wording.count(Int(clamping: fault.deaths))),
                .init(Wording.count(Int(clamping: fault.soundSuspicions))),
                .init(time(fault.longestSoundSuspicion)), .init(Wording.count(Int(clamping: fault.soundUnsteady))),
                .init(
                    Wording.count(Int(clamping: fault.soundDeaths)), fault.soundDeaths > 0 ? .yellow : .plain),
            ])
        }
        return table.render() + "\n"
    }

    private static func time(_ milliseconds: Double?) -> String {
        milliseconds.map { "\(Wording.fixed($0 / 1000, 2)) s" } ?? "-"
    }
    private static func ratio(_ ratio: Double?) -> String { ratio.map { Wording.percent($0) } ?? "-" }
}
