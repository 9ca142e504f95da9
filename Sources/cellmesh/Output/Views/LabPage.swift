import Laboratories
import Reports

/// `lab ... --html`: what a laboratory has found as one page that needs nothing else.
enum LabPage {
    static func html(_ sheet: LabSheet) -> String { page(sheet).render() }

    static func page(_ sheet: LabSheet) -> HTMLPage {
        var page = HTMLPage(sheet.title)
        page.add(sheet.lead.map { paragraph -> HTML in "<p>\(paragraph)</p>\n" }.joined())
        for table in sheet.tables { page.add(html(table)) }
        for chart in sheet.charts { page.add(html(chart)) }
        let notes = sheet.notes.map { note -> HTML in "<p>\(note)</p>\n" }.joined()
        page.add(
            """
            <div class="notes">
            \(notes)<p>The same again: <code>\(sheet.replay)</code></p>
            </div>

            """)
        return page
    }

    private static func html(_ table: LabTable) -> HTML {
        var html = HTMLTable(
            table.title, table.columns.enumerated().map { .init($1, isText: table.isText($0)) })
        html.rows = table.rows.map { row in row.map { figure -> HTML in "\(LabSheetView.text(figure))" } }
        return html.html
    }

    private static func html(_ chart: LabChart) -> HTML {
        var html = HTMLChart(chart.title, across: chart.across, upwards: chart.upwards)
        html.isLogarithmic = chart.isLogarithmic
        html.series = chart.series.map { .init($0.name, x: $0.x, y: $0.y, $0.isPredicted ? .dashed : .line) }
        html.marks = chart.marks.map { .init($0.x, $0.name) }
        return html.html
    }
}
