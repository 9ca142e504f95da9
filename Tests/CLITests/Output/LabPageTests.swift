import ArgumentParser
import Foundation
import MeshBase
import Testing

@testable import Laboratories
@testable import cellmesh

@Suite struct LabPageTests {
    private static func sheet() -> LabSheet {
        var sheet = LabSheet(title: "A <title>", lead: ["One & \"two\"."], replay: "cellmesh lab order --seed 1")
        sheet.tables = [
            LabTable(
                "Figures", columns: ["NAME", "VALUE"],
                rows: [[.text("x < y"), .times(64)], [.text("none"), .none], [.text("share"), .share(0.125)]])
        ]
        sheet.charts = [
            LabChart(
                "A chart", across: "s", upwards: "n", isLogarithmic: true,
                series: [
                    .init("a", x: [0, 1, 2], y: [1, 0, 100]), .init("b", x: [0, 2], y: [3, 4], isPredicted: true),
                ],
                marks: [.init(1, "here"), .init(9, "beyond")]),
            LabChart("Empty", across: "s", upwards: "n"),
        ]
        return sheet
    }

    @Test func thePageNeedsNothingElseAndEscapesAll() {
        let page = LabPage.html(Self.sheet())
        #expect(
            page.contains("A &lt;title&gt;") && page.contains("One &amp; &quot;two&quot;.") && page.contains("x &lt; y")
        )
        #expect(page.contains("<td>64.0x</td>") && page.contains("cellmesh lab order --seed 1"))
        #expect(!page.contains("http") && !page.contains("<script") && !page.contains("src="))
        #expect(page.contains("stroke-dasharray=\"6 4\"") && page.contains(">here<") && !page.contains(">beyond<"))
        #expect(page.contains("Nothing to show."))
        // What a logarithmic axis cannot show is a gap: two parts of the first curve and one of the second.
        #expect(page.components(separatedBy: "<polyline").count == 4)
        #expect(!page.contains("nan") && !page.contains("inf"))
    }

    @Test func theTableFitsTheScreenAndEndsWithTheReplay() {
        var sheet = Self.sheet()
        sheet.notes = [String(repeating: "word ", count: 40)]
        let text = LabSheetView.render(sheet, TableStyle(isWide: false, hasColors: false, width: 60))
        #expect(text.hasSuffix("replay: cellmesh lab order --seed 1\n"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
        #expect(text.contains("12.5 %") && text.contains("Figures:\n\nNAME"))
    }

    @Test func everyReplayIsACommandThatThereIs() throws {
        var cost = BulkheadLab.Settings()
        (cost.cost, cost.penalty, cost.workers, cost.wait) = (1, 2, 3, .milliseconds(5))
        var kinds = BreakerLab.Settings()
        kinds.kinds = [.rate, .spc]
        var maturity = MaturityLab.Settings(cells: [])
        maturity.chaos = .tests
        let commands = [
            RetryStormLab.Settings().command, RetryStormLab.Settings.story.command, BreakerLab.Settings().command,
            kinds.command, OrderLab.Settings().command, BulkheadLab.Settings().command, cost.command,
            HedgeLab.Settings().command, AvailabilityLab.Settings().command, DowntimeLab().command,
            RetryCostLab().command, WaveLab().command,
            TimeoutLab.Settings(file: "a.yaml", policies: "seed", cells: []).command, maturity.command,
            TuneLab().command,
        ]
        for command in commands {
            let words = command.split(separator: " ").dropFirst().map { String($0) }
            #expect(throws: Never.self, "\(command)") { _ = try CellMesh.parseAsRoot(words) }
        }
    }
}
