import Reports
import SimDriver

/// `sim swim --html`: one page that needs nothing else.
enum SwimPage {
    static func html(_ report: SwimReport) -> String {
        let arms = report.comparison.map(\.arm)
        var page = HTMLPage("Membership where some hear late")
        page.add(
            """
            <p>Some members read each packet 0.5 to 2.5 s late, in order, with their timers on time; half-way through
            each run one sound member crashes.</p>
            <p>\(arms.enumerated().map { key($0, $1) }.joined())</p>

            """)
        func share(_ part: some BinaryInteger, of cell: SwimReport.Cell) -> Double {
            cell.runs > 0 ? Double(part) / Double(cell.runs) : 0
        }
        page.add(
            plot("Runs with a false death, %", report, arms) { (100 * share($0.falseDeathRuns, of: $0), nil) })
        page.add(
            plot("False declarations of death per run", report, arms) { (share($0.falsePositives, of: $0), nil) })
        page.add(
            plot("First detection of the crash, s (bar: median, line: to the 99th percentile)", report, arms) {
                (($0.detect.p50 ?? 0) / 1000, $0.detect.p99.map { $0 / 1000 })
            })
        page.add(
            plot("Packets per run", report, arms) {
                ($0.runs > 0 ? Double($0.messages) / Double($0.runs) : 0, nil)
            })
        page.add(table(report))
        return page.render()
    }

    private static let classes: [HTML] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"]

    private static func key(_ index: Int, _ arm: String) -> HTML {
        "<span class=\"key \(classes[index % classes.count])\"></span>\(arm)"
    }

    private static func plot(
        _ title: String, _ report: SwimReport, _ arms: [String],
        _ bar: (SwimReport.Cell) -> (value: Double, until: Double?)
    ) -> HTML {
        HTMLBars(
            title,
            report.cells.map { cell in
                let arm = arms.firstIndex(of: cell.arm) ?? 0
                let (length, until) = bar(cell)
                let name =
                    "\(cell.members) members, loss \(Wording.percent(cell.loss)), "
                    + "starved \(Wording.percent(cell.starved))"
                return .init(
                    arm == 0 ? name : "", value: length, until: until,
                    label: until.map { "\(value(length)) / \(value($0))" } ?? value(length), color: arm)
            }
        ).html
    }

    private static func table(_ report: SwimReport) -> HTML {
        var table = HTMLTable(
            "Over all",
            [.init("Arm", isText: true)]
                + [
                    "Runs", "False runs", "False deaths", "Of plain", "At sound members", "Of plain",
                    "Packets of plain", "Detection p50", "p99",
                ].map { .init($0) })
        for arm in report.comparison {
            var cells = [arm.arm, String(arm.runs), String(arm.falseDeathRuns), String(arm.falsePositives)]
            cells.append(share(arm.ofPlain?.falsePositives))
            cells.append(String(arm.falsePositivesHealthy))
            cells.append(share(arm.ofPlain?.falsePositivesHealthy))
            cells.append(share(arm.ofPlain?.messages))
            cells += [time(arm.detect.p50), time(arm.detect.p99)]
            table.rows.append(cells.map { cell -> HTML in "\(cell)" })
        }
        return table.html
    }

    private static func share(_ ratio: Double?) -> String { ratio.map { Wording.percent($0) } ?? "-" }
    private static func time(_ milliseconds: Double?) -> String {
        milliseconds.map { "\(Wording.fixed($0 / 1000, 2)) s" } ?? "-"
    }
    private static func value(_ value: Double) -> String {
        value >= 1000 ? Wording.count(Int(value.rounded())) : Wording.fixed(value, value >= 100 ? 0 : 2)
    }
}
