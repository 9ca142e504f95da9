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

    /// A control plane that goes away ends nothing, but before the first report.
    @Test func whatIsNotAnsweredIsAskedAgain() throws {
        var answers: [Result<Report, CommandFailure>] = [
            .success(report("a")), .failure(CommandFailure(.unhealthy, "it does not answer")), .success(report("b")),
        ]
        var shown: [Report] = []
        try Watch.run(
            Console(format: .name, color: .never), every: .zero,
            until: {
                shown.append($0)
                return answers.isEmpty
            }
        ) { try answers.removeFirst().get() }
        #expect(shown.count == 2)
        #expect(throws: CommandFailure.self) {
            try Watch.run(Console(format: .name, color: .never), every: .zero) {
                throw CommandFailure(.unhealthy, "it does not answer")
            }
        }
    }

    @Test func howOldItIsIsToldBesideWhatWasSaidLast() {
        let failure = CommandFailure(.unhealthy, "it does not answer")
        #expect(Watch.silence(.milliseconds(2_000), failure) == "no news for 2.0 s: it does not answer")
        var watch = Watch(Console(format: .table, color: .never), isTerminal: true)
        _ = watch.next(report("a  serving"))
        let note = Watch.silence(.seconds(12), failure)
        #expect(watch.next(report("a  serving"), note: note).contains("a  serving\u{1B}[K\nno news for 12.0 s: it"))
    }

    @Test func theTimeBetweenTwoLooksMayStandInTheFlag() throws {
        func words(_ line: String) -> [String] {
            WatchOptions.spelledOut(line.split(separator: " ").map(String.init))
        }
        #expect(words("status --watch=5s -o json") == ["status", "--watch", "--every", "5s", "-o", "json"])
        #expect(words("route explain --watch c7") == ["route", "explain", "--watch", "c7"])
        // There it is the time that a stage is watched.
        #expect(words("status --watch=x") == ["status", "--watch=x"], "told of as it was written")
        #expect(words("evacuate us-east --watch=5s") == ["evacuate", "us-east", "--watch=5s"])
        for line in [
            "status --watch=5s", "ps --watch=5s", "members --watch=5s", "breaker ls --watch=5s", "fault ls --watch=5s",
            "policies ls --watch=5s", "blast-radius --actual --watch=5s", "evacuation status --watch=5s",
            "route explain c7 --watch=5s", "load status --watch=5s", "alerts --watch=5s",
        ] {
            let command = try #require(try CellMesh.parseAsRoot(words(line)) as? any WatchingCommand, "\(line)")
            #expect(command.watch.isOn && command.watch.every.amount == .seconds(5), "\(line)")
        }
        #expect(throws: (any Error).self) { try CellMesh.parseAsRoot(words("status --watch=1ms")) }
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
