/// One file that needs nothing else: no script, no address, light and dark as the reader's system is, and printable.
package struct HTMLPage: Sendable {
    /// Bytes of the longest page. Sections that have no room are left out, and the page says how many.
    package static let limit = 1 << 20

    /// Its name, and its first heading.
    package var title: String
    private var sections: [HTML] = []

    /// Without sections at first.
    package init(_ title: String) { self.title = title }

    /// Adds what comes next.
    package mutating func add(_ section: HTML) { sections.append(section) }

    /// The whole file.
    package func render(limit: Int = HTMLPage.limit) -> String {
        let head: HTML = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>\(String(title.prefix(200)))</title>
            <style>\(Self.style)</style></head><body>
            <h1>\(String(title.prefix(200)))</h1>

            """
        var body = head.text
        var left = sections.count
        for section in sections {
            guard body.utf8.count + section.text.utf8.count + 200 <= limit else { break }
            body += section.text
            left -= 1
        }
        let rest: HTML =
            left == 0 ? "" : "<p class=\"notes\">\(left) further parts had no room in this file.</p>\n"
        return body + rest.text + "</body></html>\n"
    }

    private static let style: HTML = """

        :root { color-scheme: light dark; --ink: #1f2937; --soft: #6b7280; --line: #d1d5db; --ground: #fff;
          --good: #059669; --bad: #dc2626; --warn: #b45309;
          --c0: #2563eb; --c1: #dc2626; --c2: #059669; --c3: #d97706; --c4: #7c3aed; --c5: #0891b2; --c6: #be185d; --c7: #65a30d; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e5e7eb; --soft: #9ca3af; --line: #374151; --ground: #111827;
            --good: #34d399; --bad: #f87171; --warn: #fbbf24;
            --c0: #60a5fa; --c1: #f87171; --c2: #34d399; --c3: #fbbf24; --c4: #a78bfa; --c5: #22d3ee; --c6: #f472b6; --c7: #a3e635; }
        }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem;
          color: var(--ink); background: var(--ground); overflow-wrap: anywhere; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-size: 13px; }
        th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top;
          overflow-wrap: normal; }
        th.word, td.word { text-align: left; }
        svg { width: 100%; height: auto; } text { font: 12px system-ui, sans-serif; fill: var(--soft); }
        .grid { stroke: var(--line); } .span { fill: var(--line); opacity: .5; }
        .bound { stroke: var(--bad); stroke-dasharray: 2 2; }
        .curve { fill: none; stroke-width: 1.5; } .bar { stroke-width: 2; }
        .key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; background: currentColor; }
        .c0 { stroke: var(--c0); color: var(--c0); } .c1 { stroke: var(--c1); color: var(--c1); }
        .c2 { stroke: var(--c2); color: var(--c2); } .c3 { stroke: var(--c3); color: var(--c3); }
        .c4 { stroke: var(--c4); color: var(--c4); } .c5 { stroke: var(--c5); color: var(--c5); }
        .c6 { stroke: var(--c6); color: var(--c6); } .c7 { stroke: var(--c7); color: var(--c7); }
        .fill { stroke: none; fill: currentColor; } .area { opacity: .6; }
        .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
        code { background: var(--line); padding: .1em .3em; } .notes { color: var(--soft); font-size: 13px; }
        .figures { display: flex; flex-wrap: wrap; gap: 1rem 2rem; margin: 1rem 0; padding: 0; list-style: none; }
        .figures b { display: block; font-size: 1.6rem; line-height: 1.2; }
        h2 { margin: 1.8rem 0 .4rem; break-after: avoid; } svg, tr { break-inside: avoid; }
        @media print { body { margin: 0; max-width: none; } .wide { overflow: visible; } td { overflow-wrap: anywhere; } }

        """
}

/// Rows under the names of their columns.
package struct HTMLTable: Sendable {
    /// One column.
    package struct Column: Sendable {
        /// Above it.
        package var name: String
        /// Words stand at the left, figures at the right.
        package var isText: Bool

        /// Of figures, unless said otherwise.
        package init(_ name: String, isText: Bool = false) {
            self.name = name
            self.isText = isText
        }
    }

    /// Above it; empty for none.
    package var title: String
    /// In their order.
    package var columns: [Column]
    /// A cell for each column.
    package var rows: [[HTML]] = []

    /// Rows can be added later.
    package init(_ title: String = "", _ columns: [Column]) {
        self.title = title
        self.columns = columns
    }

    /// With its title.
    package var html: HTML {
        func cell(_ tag: HTML, _ column: Int, _ content: HTML) -> HTML {
            let isText = column < columns.count && columns[column].isText
            return isText
                ? "<\(tag) class=\"word\">\(content)</\(tag)>" : "<\(tag)>\(content)</\(tag)>"
        }
        let heading: HTML = title.isEmpty ? "" : "<h2>\(title)</h2>\n"
        let head = columns.enumerated().map { cell("th", $0, "\($1.name)") }.joined()
        let body = rows.map { row -> HTML in
            "<tr>\(row.enumerated().map { cell("td", $0, $1) }.joined())</tr>\n"
        }.joined()
        return "\(heading)<div class=\"wide\"><table><tr>\(head)</tr>\n\(body)</table></div>\n"
    }
}
