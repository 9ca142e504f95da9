/// Bars beside their names, some with a line to a further value, as inline SVG.
package struct HTMLBars: Sendable {
    /// One bar.
    package struct Bar: Sendable {
        /// At the left; empty where it belongs to the bar above.
        package var name: String
        /// Its length.
        package var value: Double
        /// Where its line ends.
        package var until: Double?
        /// At its end.
        package var label: String
        /// A colour of the page, 0...7.
        package var color: Int

        /// One bar.
        package init(_ name: String, value: Double, until: Double? = nil, label: String, color: Int) {
            self.name = name
            self.value = value
            self.until = until
            self.label = label
            self.color = color
        }
    }

    /// Above them.
    package var title: String
    /// From the top.
    package var bars: [Bar]

    /// These bars.
    package init(_ title: String, _ bars: [Bar]) {
        self.title = title
        self.bars = bars
    }

    private static let classes: [HTML] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"]

    /// With its title.
    package var html: HTML {
        let (left, width, row) = (210.0, 600.0, 16.0)
        let most = bars.reduce(0) { max($0, $1.value, $1.until ?? 0) }
        let scale = most > 0 && most.isFinite ? width / most : 0
        var drawing = HTML()
        var y = 4.0
        for (index, bar) in bars.enumerated() {
            let color = Self.classes[max(bar.color, 0) % Self.classes.count]
            if !bar.name.isEmpty {
                y += index > 0 ? 8 : 0
                drawing += "<text x=\"0\" y=\"\(y + 12)\">\(bar.name)</text>\n"
            }
            let end = left + bar.value * scale
            drawing += """
                <rect class="fill \(color)" x="\(left)" y="\(y)" width="\(max(bar.value * scale, 0.5))" height="\(row - 4)"/>

                """
            var last = end
            if let until = bar.until {
                last = left + until * scale
                drawing += """
                    <line class="bar \(color)" x1="\(end)" x2="\(last)" y1="\(y + 6)" y2="\(y + 6)"/>

                    """
            }
            drawing += "<text x=\"\(last + 5)\" y=\"\(y + 10)\">\(bar.label)</text>\n"
            y += row
        }
        return """
            <h2>\(title)</h2>
            <svg viewBox="0 0 900 \(y + 6)" role="img" aria-label="\(title)">
            \(drawing)</svg>

            """
    }
}
