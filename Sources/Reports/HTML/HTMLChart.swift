import MeshBase

/// Curves over one axis, as inline SVG. It is drawn in the colours of `HTMLPage`.
package struct HTMLChart: Sendable {
    /// How a series is drawn.
    package enum Kind: Sendable {
        case line
        /// What was calculated and not measured.
        case dashed
        /// Filled, each above those before it.
        case area
    }

    /// One curve.
    package struct Series: Sendable {
        /// As the key shows it.
        package var name: String
        /// Ascending.
        package var x: [Double]
        /// One for each x; what is no number is a gap.
        package var y: [Double]
        /// See `Kind`.
        package var kind: Kind
        /// A colour of the page, 0...7; in turn where nil.
        package var color: Int?

        /// A curve through these points.
        package init(_ name: String, x: [Double], y: [Double], _ kind: Kind = .line, color: Int? = nil) {
            self.name = name
            self.x = x
            self.y = y
            self.kind = kind
            self.color = color
        }
    }

    /// An instant that the curves have to be read against.
    package struct Mark: Sendable {
        /// Where on the axis.
        package var x: Double
        /// What it is.
        package var name: String

        /// A mark with its name.
        package init(_ x: Double, _ name: String) {
            self.x = x
            self.name = name
        }
    }

    /// Above it.
    package var title: String
    /// What the axes are, with their units.
    package var across: String
    /// Of the other axis.
    package var upwards: String
    /// Powers of ten lie at equal distances; what is not above zero is left out.
    package var isLogarithmic = false
    /// Drawn one after the other.
    package var series: [Series] = []
    /// Drawn behind the curves.
    package var marks: [Mark] = []
    /// Times behind the curves, such as that of a fault.
    package var spans: [ClosedRange<Double>] = []
    /// A value that the curves are held against.
    package var bound: Double?

    /// Without series at first.
    package init(_ title: String, across: String, upwards: String) {
        self.title = title
        self.across = across
        self.upwards = upwards
    }

    /// With its title and its key.
    package var html: HTML {
        let (curves, floors) = stacked
        let points = curves.flatMap { zip($0.x, $0.y) }.filter { shows($0.1) && $0.0.isFinite }
        let heading: HTML = "<h2>\(title)</h2>\n"
        guard let scale = ChartScale(points.map(\.0), points.map(\.1) + [bound ?? .nan].filter(shows), isLogarithmic)
        else { return heading + "<p>Nothing to show.</p>\n" }
        let key = series.enumerated().map { index, series -> HTML in
            let dashes: HTML = series.kind == .dashed ? " (dashed)" : ""
            return "<span class=\"key \(Self.color(series, index))\"></span>\(series.name)\(dashes)"
        }.joined()
        var drawing = self.drawing(of: scale)
        for index in curves.indices where series[index].kind == .area {
            drawing += area(curves[index], floors[index], index, scale)
        }
        for index in curves.indices where series[index].kind != .area { drawing += line(curves[index], index, scale) }
        return """
            \(heading)<p>\(key)</p>
            <svg viewBox="0 0 900 340" role="img" aria-label="\(title)">
            \(drawing)</svg>

            """
    }

    /// Areas on top of each other, each with the ends of those below it; all else as it is.
    private var stacked: (curves: [Series], floors: [[Double]]) {
        var sums: [Double: Double] = [:]
        var (curves, floors): ([Series], [[Double]]) = ([], [])
        for series in series {
            var stacked = series
            floors.append(series.kind == .area ? series.x.map { sums[$0] ?? 0 } : [])
            if series.kind == .area {
                for (index, (x, y)) in zip(series.x, series.y).enumerated() where y.isFinite {
                    sums[x, default: 0] += y
                    stacked.y[index] = sums[x] ?? y
                }
            }
            curves.append(stacked)
        }
        return (curves, floors)
    }

    private func shows(_ value: Double) -> Bool { value.isFinite && (!isLogarithmic || value > 0) }

    private static let classes: [HTML] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"]
    private static func color(_ series: Series, _ index: Int) -> HTML {
        classes[max(series.color ?? index, 0) % classes.count]
    }

    /// The points of a curve, in parts between its gaps.
    private func parts(_ series: Series, _ scale: ChartScale) -> [[(x: Double, y: Double)]] {
        var parts: [[(x: Double, y: Double)]] = [[]]
        for (x, y) in zip(series.x, series.y) {
            if shows(y), x.isFinite {
                parts[parts.count - 1].append((scale.x(x), scale.y(y)))
            } else if parts[parts.count - 1].isEmpty == false {
                parts.append([])
            }
        }
        return parts.filter { !$0.isEmpty }
    }

    private func line(_ series: Series, _ index: Int, _ scale: ChartScale) -> HTML {
        let dash: HTML = series.kind == .dashed ? " stroke-dasharray=\"6 4\"" : ""
        return parts(series, scale).map { part -> HTML in
            let points = part.map { point -> HTML in "\(point.x),\(point.y) " }.joined()
            return "<polyline class=\"curve \(Self.color(series, index))\"\(dash) points=\"\(points)\"/>\n"
        }.joined()
    }

    private func area(_ series: Series, _ floor: [Double], _ index: Int, _ scale: ChartScale) -> HTML {
        var parts: [[(x: Double, high: Double, low: Double)]] = [[]]
        for (place, (x, y)) in zip(series.x, series.y).enumerated() {
            if shows(y), x.isFinite {
                let low = isLogarithmic ? scale.lowest : floor[place]
                parts[parts.count - 1].append((scale.x(x), scale.y(y), scale.y(low)))
            } else if !parts[parts.count - 1].isEmpty {
                parts.append([])
            }
        }
        return parts.filter { !$0.isEmpty }.map { part -> HTML in
            let above = part.map { point -> HTML in "\(point.x),\(point.high) " }.joined()
            let below = part.reversed().map { point -> HTML in "\(point.x),\(point.low) " }.joined()
            return "<polygon class=\"fill area \(Self.color(series, index))\" points=\"\(above)\(below)\"/>\n"
        }.joined()
    }

    /// Axes, spans, marks and the bound.
    private func drawing(of scale: ChartScale) -> HTML {
        var svg = HTML()
        let (left, right, top, bottom) = (ChartScale.left, ChartScale.right, ChartScale.top, ChartScale.bottom)
        for span in spans where span.upperBound >= scale.across.low && span.lowerBound <= scale.across.high {
            let from = scale.x(max(span.lowerBound, scale.across.low))
            let to = scale.x(min(span.upperBound, scale.across.high))
            svg += """
                <rect class="span" x="\(from)" y="\(top)" width="\(max(to - from, 1))" height="\(bottom - top)"/>

                """
        }
        for value in scale.ticks {
            let y = scale.y(value)
            svg += """
                <line class="grid" x1="\(left)" x2="\(right)" y1="\(y)" y2="\(y)"/>
                <text x="\(left - 6)" y="\(y)" text-anchor="end">\(Self.written(value))</text>

                """
        }
        for part in 0...4 {
            let value = scale.across.low + (scale.across.high - scale.across.low) * Double(part) / 4
            svg +=
                "<text x=\"\(scale.x(value))\" y=\"\(bottom + 18)\" text-anchor=\"middle\">\(Self.written(value))</text>\n"
        }
        for mark in marks where mark.x >= scale.across.low && mark.x <= scale.across.high {
            let x = scale.x(mark.x)
            svg += """
                <line class="grid" stroke-dasharray="2 3" x1="\(x)" x2="\(x)" y1="\(top)" y2="\(bottom)"/>
                <text x="\(x)" y="\(top + 4)">\(mark.name)</text>

                """
        }
        if let bound, shows(bound) {
            let y = scale.y(bound)
            svg += "<line class=\"bound\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(y)\" y2=\"\(y)\"/>\n"
        }
        svg += """
            <text x="\(left)" y="\(bottom + 34)">\(upwards), upwards</text>
            <text x="\(right)" y="\(bottom + 34)" text-anchor="end">\(across)</text>

            """
        return svg
    }

    private static func written(_ value: Double) -> String {
        value.magnitude >= 1_000
            ? Wording.count(Int(min(max(value.rounded(), -1e15), 1e15)))
            : Wording.fixed(value, value.magnitude >= 10 ? 0 : 2)
    }
}

/// Where values lie in a drawing of 900 by 340.
struct ChartScale {
    static let (left, right, top, bottom) = (60.0, 880.0, 12.0, 300.0)

    let across: (low: Double, high: Double)
    /// Of a logarithmic axis, powers of ten.
    let upwards: (low: Double, high: Double)
    let isLogarithmic: Bool

    /// Nil without a value.
    init?(_ x: [Double], _ y: [Double], _ isLogarithmic: Bool) {
        guard let first = x.first, let value = y.first else { return nil }
        across = x.reduce((first, first)) { (min($0.0, $1), max($0.1, $1)) }
        let highest = y.reduce(value, max)
        let lowest = y.reduce(value, min)
        self.isLogarithmic = isLogarithmic
        if isLogarithmic {
            let low = Self.logarithm(lowest).rounded(.down)
            upwards = (low, max(Self.logarithm(highest).rounded(.up), low + 1))
        } else {
            let low = min(lowest, 0)
            upwards = (low, highest > low ? highest * 1.05 : low + 1)
        }
    }

    /// Of what is above zero, to the base of ten; of powers of ten exactly.
    private static func logarithm(_ value: Double) -> Double {
        let exact = naturalLogarithm(value) / 2.302585092994046
        return abs(exact - exact.rounded()) < 1e-9 ? exact.rounded() : exact
    }

    func x(_ value: Double) -> Double {
        let width = across.high - across.low
        return Self.left + (width > 0 ? (value - across.low) / width : 0.5) * (Self.right - Self.left)
    }

    func y(_ value: Double) -> Double {
        let place = isLogarithmic ? Self.logarithm(value) : value
        return Self.bottom - (place - upwards.low) / (upwards.high - upwards.low) * (Self.bottom - Self.top)
    }

    /// The value at the bottom.
    var lowest: Double { ticks.first ?? 0 }

    var ticks: [Double] {
        guard isLogarithmic else {
            return (0...4).map { upwards.low + (upwards.high - upwards.low) * Double($0) / 4 }
        }
        // A long axis has every second or third power named.
        let step = max(1, ((upwards.high - upwards.low) / 12).rounded(.up))
        return stride(from: upwards.low, through: upwards.high, by: step).map { power in
            var value = 1.0
            for _ in 0..<Int(power.magnitude) { value *= 10 }
            return power < 0 ? 1 / value : value
        }
    }
}
