import SimDriver
import Telemetry

/// `sim run`.
enum SimView {
    /// The report, and the faults that were planned beside it.
    private struct Document: Encodable {
        var report: SimulationReport
        var faults: [String]

        func encode(to encoder: any Encoder) throws {
            try report.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(faults, forKey: .faults)
        }
        private enum CodingKeys: String, CodingKey { case faults }
    }

    static func make(_ report: SimulationReport, plan: [SimFault] = []) -> Report {
        Report(Document(report: report, faults: plan.map { "\($0)" }), names: ["sim/\(report.scenario)"]) { style in
            let speed = report.wallMilliseconds > 0 ? report.simulatedMilliseconds / report.wallMilliseconds : 0
            let requests = report.requests
            var text =
                "\(report.scenario), seed \(report.seed), trace \(report.traceHash)\n"
                + "\(Wording.time(milliseconds: report.simulatedMilliseconds)) of virtual time in "
                + "\(Wording.time(milliseconds: report.wallMilliseconds)) (\(Wording.fixed(speed, 0))x), "
                + "\(Wording.count(Int(clamping: report.events))) events, \(Wording.plural(report.faultsFired, "fault"))\n"
                + "\(Wording.plural(requests.sent, "request")): \(Wording.count(requests.ok)) ok, "
                + "\(Wording.count(requests.refused)) refused, \(Wording.count(requests.unknown)) of unknown outcome, "
                + "\(Wording.count(requests.dropped)) dropped\n"
                + membership(report.membership) + "\n"
            if !plan.isEmpty { text += plan.map { "  \($0)\n" }.joined() + "\n" }
            return text + verdicts(report, style)
        }
    }

    static func verdicts(_ report: SimulationReport, _ style: TableStyle) -> String {
        var table = style.table([.init("ORACLE"), .init("VERDICT"), .init("DETAIL")])
        for verdict in report.verdicts {
            table.add([
                .init(verdict.oracle),
                .init(verdict.word, !verdict.ok ? .red : verdict.standing == .judged ? .green : .yellow),
                .init(verdict.detail),
            ])
        }
        return table.render()
    }

    /// Completeness and accuracy of the failure detector, in words; nothing where nothing was detected.
    private static func membership(_ figures: MembershipFigures) -> String {
        guard !figures.detections.isEmpty else { return "" }
        func median(_ times: [Double]) -> String {
            Wording.time(milliseconds: times.sorted()[times.count / 2])
        }
        return "\(Wording.plural(figures.detections.count, "kill")) detected after "
            + "\(median(figures.detections.map(\.firstMilliseconds))), by all after "
            + "\(median(figures.detections.map(\.allMilliseconds))) (median); "
            + "\(Wording.plural(figures.falseSuspicions, "false suspicion")) and "
            + "\(Wording.plural(figures.falseDeaths, "false death")) in "
            + "\(Wording.fixed(figures.memberHours, 2)) member-hours\n"
    }
}
