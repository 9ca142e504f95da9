import Laboratories

/// `lab ... --html`: what a laboratory has found as one page that needs nothing else, with plots as inline SVG.
enum LabPage {
    static func html(_ sheet: LabSheet) -> String {
        var page = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>cellmesh lab: \(HTMLText.escape(sheet.title))</title>
            <style>
            :root { color-scheme: light dark; --ink: #1f2937; --soft: #6b7280; --line: #d1d5db; --ground: #fff; }
            @media (prefers-color-scheme: dark) {
              :root { --ink: #e5e7eb; --soft: #9ca3af; --line: #374151; --ground: #111827; }
            }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem;
                   color: var(--ink); background: var(--ground); }
            .wide { overflow-x: auto; }
            table { border-collapse: collapse; font-size: 13px; }
            th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
            th.word, td.word { text-align: left; }
            svg { width: 100%; height: auto; } text { font: 12px system-ui, sans-serif; fill: var(--soft); }
            .grid { stroke: var(--line); } .key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; }
            code { background: var(--line); padding: .1em .3em; } .notes { color: var(--soft); font-size: 13px; }
            </style></head><body>
            <h1>\(HTMLText.escape(sheet.title))</h1>

            """
        for sentence in sheet.lead { page += "<p>\(HTMLText.escape(sentence))</p>\n" }
        for table in sheet.tables { page += html(table) }
        for chart in sheet.charts { page += LabPlot.html(chart) }
        page += "<div class=\"notes\">\n"
        for note in sheet.notes { page += "<p>\(HTMLText.escape(note))</p>\n" }
        page += "<p>The same again: <code>\(HTMLText.escape(sheet.replay))</code></p>\n</div>\n"
        return page + "</body></html>\n"
    }

    private static func html(_ table: LabTable) -> String {
        func cell(_ tag: String, _ column: Int, _ text: String) -> String {
            let kind = table.isText(column) ? " class=\"word\"" : ""
            return "<\(tag)\(kind)>\(HTMLText.escape(text))</\(tag)>"
        }
        var html = table.title.isEmpty ? "" : "<h2>\(HTMLText.escape(table.title))</h2>\n"
        html += "<div class=\"wide\"><table><tr>"
        html += table.columns.enumerated().map { cell("th", $0, $1) }.joined() + "</tr>\n"
        for row in table.rows {
            html += "<tr>" + row.enumerated().map { cell("td", $0, LabSheetView.text($1)) }.joined() + "</tr>\n"
        }
        return html + "</table></div>\n"
    }
}
