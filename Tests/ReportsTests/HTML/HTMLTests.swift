import Testing

@testable import Reports

@Suite struct HTMLTests {
    @Test func whatIsInterpolatedIsTextUnlessItIsMarkup() {
        let name = "<script>alert('1 & \"2\"')</script>"
        let cell: HTML = "<td>\(name)</td>"
        #expect(cell.text == "<td>&lt;script&gt;alert(&#39;1 &amp; &quot;2&quot;&#39;)&lt;/script&gt;</td>")
        let row: HTML = "<tr>\(cell)\(7)\(1.25)</tr>"
        #expect(row.text == "<tr>\(cell.text)71.3</tr>" || row.text == "<tr>\(cell.text)71.2</tr>")
        let wrong: HTML = "\(Double.nan)\(Double.infinity)"
        #expect(wrong.text == "00")
    }

    @Test func whatSteersATerminalOrTurnsTextIsShown() {
        #expect(HTML(escaping: "a\u{1B}[31mb").text == "a\\u{1b}[31mb")
        #expect(HTML(escaping: "a\u{202E}b\u{7F}").text == "a\\u{202e}b\\u{7f}")
        #expect(HTML(escaping: "ä \u{1F600}\n").text == "ä \u{1F600}\n")
    }

    @Test func aPageNeedsNothingElseAndHasALimit() {
        var page = HTMLPage("A <b>")
        for number in 0..<100 { page.add("<p>\(String(repeating: "x", count: 1_000))\(number)</p>\n") }
        let whole = page.render()
        #expect(whole.contains("<h1>A &lt;b&gt;</h1>") && whole.contains("x99</p>") && !whole.contains("no room"))
        #expect(
            !whole.contains("<script") && !whole.contains("http") && !whole.contains("src=") && !whole.contains("url("))
        #expect(whole.contains("prefers-color-scheme: dark") && whole.contains("@media print"))
        let short = page.render(limit: 20_000)
        #expect(short.utf8.count <= 20_000 && short.hasSuffix("</body></html>\n"))
        #expect(short.contains("further parts had no room in this file"))
    }

    @Test func areasLieOnTopOfEachOtherAndCurvesHaveGaps() {
        var chart = HTMLChart("C", across: "s", upwards: "n")
        chart.series = [
            .init("low", x: [0, 1], y: [1, 1], .area), .init("high", x: [0, 1], y: [2, 2], .area),
            .init("line", x: [0, 0.5, 1], y: [1, .nan, 2]),
        ]
        chart.marks = [.init(0.5, "here"), .init(9, "beyond")]
        chart.spans = [0.2...0.4, 7...8]
        chart.bound = 3
        let text = chart.html.text
        #expect(
            text.components(separatedBy: "<polygon").count == 3 && text.components(separatedBy: "<polyline").count == 3)
        // 3 is the highest, drawn with 5 % of room above it: 300 - 288 / 1.05.
        #expect(text.contains("60.0,25.7 ") && text.contains("60.0,208.6 "))
        #expect(text.contains(">here<") && !text.contains("beyond") && text.contains("class=\"bound\""))
        #expect(text.components(separatedBy: "class=\"span\"").count == 2)
        #expect(!text.contains("nan") && !text.contains("inf"))
        #expect(HTMLChart("E", across: "s", upwards: "n").html.text.contains("Nothing to show."))
    }

    @Test func powersOfTenLieAtEqualDistances() {
        let scale = ChartScale([0, 1], [0.1, 1_000], true)
        #expect(scale?.ticks == [0.1, 1, 10, 100, 1_000])
        #expect(scale?.y(10) == 156)
        #expect(ChartScale([], [], true) == nil)
    }
}

extension String {
    /// As Foundation's, which pure targets do not know.
    fileprivate func components(separatedBy text: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let found = rest.firstRange(of: text) {
            parts.append(rest[..<found.lowerBound])
            rest = rest[found.upperBound...]
        }
        return parts + [rest]
    }
}
