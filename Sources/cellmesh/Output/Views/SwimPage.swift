import SimDriver

/// `sim swim --html`: one page that needs nothing else, with plots as inline SVG.
enum SwimPage {
    private static let colors = ["#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2"]

    static func html(_ report: SwimReport) -> String {
        let arms = report.comparison.map(\.arm)
        var page = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>cellmesh sim swim</title>
            <style>
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1f2937; }
            table { border-collapse: collapse; width: 100%; font-size: 13px; }
            th, td { padding: .25rem .5rem; border-bottom: 1px solid #e5e7eb; text-align: right; }
            th:first-child, td:first-child { text-align: left; }
            svg { width: 100%; height: auto; } text { font: 12px system-ui, sans-serif; fill: #374151; }
            .key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; }
            </style></head><body>
            <h1>Membership where some hear late</h1>
            <p>Some members read each packet 0.5 to 2.5 s late, in order, with their timers on time; half-way through
            each run one sound member crashes.</p>
            <p>
            """
        for (index, arm) in arms.enumerated() {
            page += "<span class=\"key\" style=\"background:\(color(index))\"></span>\(escape(arm))"
        }
        page += "</p>\n"
        page += plot("Runs with a false death, %", report, arms) { cell in
            Bar(value: cell.runs > 0 ? 100 * Double(cell.falseDeathRuns) / Double(cell.runs) : 0)
        }
        page += plot("False declarations of death per run", report, arms) { cell in
            Bar(value: cell.runs > 0 ? Double(cell.falsePositives) / Double(cell.runs) : 0)
        }
        page += plot("First detection of the crash, s (bar: median, line: to the 99th percentile)", report, arms) {
            cell in
            Bar(value: (cell.detect.p50 ?? 0) / 1000, until: cell.detect.p99.map { $0 / 1000 })
        }
        page += plot("Packets per run", report, arms) { cell in
            Bar(value: cell.runs > 0 ? Double(cell.messages) / Double(cell.runs) : 0)
        }
        return page + table(report) + "</body></html>\n"
    }

    private struct Bar {
        var value: Double
        var until: Double?
        init(value: Double, until: Double? = nil) {
            self.value = value
            self.until = until
        }
    }

    private static func plot(
        _ title: String, _ report: SwimReport, _ arms: [String], _ bar: (SwimReport.Cell) -> Bar
    ) -> String {
        let (left, width, row) = (210.0, 600.0, 16.0)
        let bars = report.cells.map(bar)
        let most = bars.reduce(0) { max($0, $1.value, $1.until ?? 0) }
        let scale = most > 0 ? width / most : 0
        let height = Double(bars.count) * row + Double(bars.count / max(arms.count, 1)) * 8 + 10
        var svg = "<h2>\(escape(title))</h2>\n<svg viewBox=\"0 0 900 \(number(height))\" role=\"img\">\n"
        var y = 4.0
        for (index, cell) in report.cells.enumerated() {
            let arm = arms.firstIndex(of: cell.arm) ?? 0
            if arm == 0 {
                y += index > 0 ? 8 : 0
                svg +=
                    "<text x=\"0\" y=\"\(number(y + 12))\">\(cell.members) members, loss \(percent(cell.loss)), "
                    + "starved \(percent(cell.starved))</text>\n"
            }
            let bar = bars[index]
            let end = left + bar.value * scale
            svg +=
                "<rect x=\"\(number(left))\" y=\"\(number(y))\" width=\"\(number(max(bar.value * scale, 0.5)))\" "
                + "height=\"\(number(row - 4))\" fill=\"\(color(arm))\"/>\n"
            var last = end
            if let until = bar.until {
                last = left + until * scale
                svg +=
                    "<line x1=\"\(number(end))\" x2=\"\(number(last))\" y1=\"\(number(y + 6))\" y2=\"\(number(y + 6))\" "
                    + "stroke=\"\(color(arm))\" stroke-width=\"2\"/>\n"
            }
            let label = bar.until.map { "\(value(bar.value)) / \(value($0))" } ?? value(bar.value)
            svg += "<text x=\"\(number(last + 5))\" y=\"\(number(y + 10))\">\(label)</text>\n"
            y += row
        }
        return svg + "</svg>\n"
    }

    private static func table(_ report: SwimReport) -> String {
        var html = "<h2>Over all</h2>\n<table><tr><th>Arm</th><th>Runs</th><th>False runs</th><th>False deaths</th>"
        html += "<th>Of plain</th><th>At sound members</th><th>Of plain</th><th>Packets of plain</th>"
        html += "<th>Detection p50</th><th>p99</th></tr>\n"
        for arm in report.comparison {
            var cells: [String] = [escape(arm.arm), String(arm.runs), String(arm.falseDeathRuns)]
            cells.append(String(arm.falsePositives))
            cells.append(share(arm.ofPlain?.falsePositives))
            cells.append(String(arm.falsePositivesHealthy))
            cells.append(share(arm.ofPlain?.falsePositivesHealthy))
            cells.append(share(arm.ofPlain?.messages))
            cells.append(time(arm.detect.p50))
            cells.append(time(arm.detect.p99))
            html += "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n"
        }
        return html + "</table>\n"
    }

    private static func color(_ index: Int) -> String { colors[index % colors.count] }
    private static func number(_ value: Double) -> String { Wording.fixed(value, 1) }
    private static func percent(_ ratio: Double) -> String { Wording.percent(ratio) }
    private static func share(_ ratio: Double?) -> String { ratio.map(percent) ?? "-" }
    private static func time(_ milliseconds: Double?) -> String {
        milliseconds.map { "\(Wording.fixed($0 / 1000, 2)) s" } ?? "-"
    }
    private static func value(_ value: Double) -> String {
        value >= 1000 ? Wording.count(Int(value.rounded())) : Wording.fixed(value, value >= 100 ? 0 : 2)
    }
    private static func escape(_ text: String) -> String { HTMLText.escape(text) }
}
