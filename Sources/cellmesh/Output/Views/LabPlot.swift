import Foundation
import Laboratories

/// One chart of a laboratory as SVG.
enum LabPlot {
    private static let colors = [
        "#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2", "#be185d", "#65a30d",
    ]
    private static let (left, right, top, bottom) = (60.0, 880.0, 12.0, 300.0)

    static func html(_ chart: LabChart) -> String {
        let points = chart.series.flatMap { zip($0.x, $0.y) }.filter { shows($0.1, chart) && $0.0.isFinite }
        var svg = "<h2>\(HTMLText.escape(chart.title))</h2>\n"
        guard let first = points.first else { return svg + "<p>Nothing to show.</p>\n" }
        let across = points.reduce((first.0, first.0)) { (min($0.0, $1.0), max($0.1, $1.0)) }
        let highest = points.reduce(first.1) { max($0, $1.1) }
        let lowest = points.reduce(first.1) { min($0, $1.1) }
        let scale = Scale(
            across: across,
            upwards: chart.isLogarithmic
                ? (log10(lowest).rounded(.down), max(log10(highest).rounded(.up), log10(lowest).rounded(.down) + 1))
                : (min(lowest, 0), highest > min(lowest, 0) ? highest * 1.05 : min(lowest, 0) + 1),
            isLogarithmic: chart.isLogarithmic)
        svg += "<p>"
        for (index, series) in chart.series.enumerated() {
            svg +=
                "<span class=\"key\" style=\"background:\(color(index))\"></span>\(HTMLText.escape(series.name))"
                + (series.isPredicted ? " (dashed)" : "")
        }
        svg += "</p>\n<svg viewBox=\"0 0 900 340\" role=\"img\" aria-label=\"\(HTMLText.escape(chart.title))\">\n"
        svg += grid(chart, scale)
        for (index, series) in chart.series.enumerated() { svg += curve(series, color(index), chart, scale) }
        return svg + "</svg>\n"
    }

    private struct Scale {
        var across: (Double, Double)
        /// Of a logarithmic axis, powers of ten.
        var upwards: (Double, Double)
        var isLogarithmic: Bool

        func x(_ value: Double) -> Double {
            let width = across.1 - across.0
            return LabPlot.left + (width > 0 ? (value - across.0) / width : 0.5) * (LabPlot.right - LabPlot.left)
        }
        func y(_ value: Double) -> Double {
            let value = isLogarithmic ? log10(value) : value
            let share = (value - upwards.0) / (upwards.1 - upwards.0)
            return LabPlot.bottom - share * (LabPlot.bottom - LabPlot.top)
        }
    }

    private static func shows(_ value: Double, _ chart: LabChart) -> Bool {
        value.isFinite && (!chart.isLogarithmic || value > 0)
    }

    private static func curve(
        _ series: LabChart.Series, _ color: String, _ chart: LabChart, _ scale: Scale
    ) -> String {
        // What a logarithmic axis cannot show is a gap.
        var (parts, part): ([String], [String]) = ([], [])
        for (x, y) in zip(series.x, series.y) {
            if shows(y, chart), x.isFinite {
                part.append("\(number(scale.x(x))),\(number(scale.y(y)))")
            } else if !part.isEmpty {
                parts.append(part.joined(separator: " "))
                part = []
            }
        }
        if !part.isEmpty { parts.append(part.joined(separator: " ")) }
        let dash = series.isPredicted ? " stroke-dasharray=\"6 4\"" : ""
        return parts.map {
            "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"1.5\"\(dash) points=\"\($0)\"/>\n"
        }.joined()
    }

    private static func grid(_ chart: LabChart, _ scale: Scale) -> String {
        var svg = ""
        for value in ticks(scale) {
            let y = number(scale.y(value))
            svg += "<line class=\"grid\" x1=\"\(number(left))\" x2=\"\(number(right))\" y1=\"\(y)\" y2=\"\(y)\"/>\n"
            svg += "<text x=\"\(number(left - 6))\" y=\"\(y)\" text-anchor=\"end\">\(written(value))</text>\n"
        }
        for part in 0...4 {
            let value = scale.across.0 + (scale.across.1 - scale.across.0) * Double(part) / 4
            svg +=
                "<text x=\"\(number(scale.x(value)))\" y=\"\(number(bottom + 18))\" text-anchor=\"middle\">"
                + "\(written(value))</text>\n"
        }
        for mark in chart.marks where mark.x >= scale.across.0 && mark.x <= scale.across.1 {
            let x = number(scale.x(mark.x))
            svg +=
                "<line class=\"grid\" stroke-dasharray=\"2 3\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(number(top))\" "
                + "y2=\"\(number(bottom))\"/>\n<text x=\"\(x)\" y=\"\(number(top + 4))\">\(HTMLText.escape(mark.name))</text>\n"
        }
        svg +=
            "<text x=\"\(number(left))\" y=\"\(number(bottom + 34))\">\(HTMLText.escape(chart.upwards)), upwards</text>\n"
        svg +=
            "<text x=\"\(number(right))\" y=\"\(number(bottom + 34))\" text-anchor=\"end\">"
            + "\(HTMLText.escape(chart.across))</text>\n"
        return svg
    }

    private static func ticks(_ scale: Scale) -> [Double] {
        guard scale.isLogarithmic else {
            return (0...4).map { scale.upwards.0 + (scale.upwards.1 - scale.upwards.0) * Double($0) / 4 }
        }
        return stride(from: scale.upwards.0, through: scale.upwards.1, by: 1).map { pow(10, $0) }
    }

    private static func color(_ index: Int) -> String { colors[index % colors.count] }
    private static func number(_ value: Double) -> String { Wording.fixed(value, 1) }
    private static func written(_ value: Double) -> String {
        value.magnitude >= 1_000
            ? Wording.count(Int(value.rounded())) : Wording.fixed(value, value.magnitude >= 10 ? 0 : 2)
    }
}
