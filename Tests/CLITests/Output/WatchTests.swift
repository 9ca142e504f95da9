import Reports
import Testing

@testable import cellmesh

@Suite struct WatchTests {
    private struct Document: Encodable {
        let schema = ReportJSON.schema
        var lines: [String]
    }

    private func report(_ lines: String...) -> Report {
        Report(Document(lines: lines)) { _ in lines.map { $0 + "\n" }.joined() }
    }

    @Test func elsewhereOnlyWhatHasChangedIsPrinted() {
        var watch = Watch(Console(format: .table, color: .never), isTerminal: false)
        #expect(
            watch.next(report("NAME  STATE", "a  serving", "b  serving")) == "NAME  STATE\na  serving\nb  serving\n")
        #expect(watch.next(report("NAME  STATE", "a  serving", "b  serving")) == "")
        #expect(watch.next(report("NAME  STATE", "a  serving", "b  down")) == "b  down\n")
        #expect(watch.next(report("NAME  STATE", "b  down")) == "NAME  STATE\nb  down\n")
    }

    @Test func aDocumentIsPrintedWholeWhenItHasChanged() {
        var watch = Watch(Console(format: .json, color: .never), isTerminal: true)
        #expect(watch.next(report("a")) == #"{"schema":"cellmesh/1","lines":["a"]}"# + "\n")
        #expect(watch.next(report("a")) == "")
        #expect(watch.next(report("b")) == #"{"schema":"cellmesh/1","lines":["b"]}"# + "\n")
    }

    /// A terminal shows one report, in place of the one before, without being cleared in between.
    @Test func onATerminalEachIsDrawnOverTheOneBefore() {
        var watch = Watch(Console(format: .table, color: .never), isTerminal: true)
        let first = watch.next(report("one", "two"))
        #expect(!first.contains("\u{1B}[2J") && !first.contains("F"))
        let second = watch.next(report("three"))
        #expect(second.contains("\u{1B}[2Fthree\u{1B}[K\n\u{1B}[J"))
    }
}
