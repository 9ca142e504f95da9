import ControlPlane
import Telemetry
import Testing

@testable import cellmesh

@Suite struct LogHistoryTests {
    private let scratch = Scratch()
    private var mesh: DataDirectory { DataDirectory(path: scratch.path) }

    private func line(_ second: Int, _ text: String) -> String { "2026-03-01T12:00:0\(second).000Z INFO  \(text)\n" }

    @Test func allProcessesAreMergedByTime() {
        scratch.write("control.log", line(2, "second"))
        scratch.write("cells/a/log", line(1, "first") + "of two lines\n" + line(4, "fourth"))
        scratch.write("routers/r1/log", line(3, "third"))
        var history = LogHistory(mesh)
        let entries = history.next()
        #expect(entries.map { $0.line.split(separator: " ").last } == ["first", "lines", "second", "third", "fourth"])
        #expect(entries.map(\.process) == ["cell/a", "cell/a", "control", "router/r1", "cell/a"])
        scratch.write("cells/a/log", line(5, "fifth"), appending: true)
        #expect(history.next().map(\.process) == ["cell/a"])
        #expect(history.next().isEmpty)
    }

    @Test func oneProcessAlone() {
        scratch.write("control.log", line(2, "second"))
        scratch.write("cells/a/log", "no time at all\n" + line(1, "first"))
        var history = LogHistory(mesh, process: "cell/a")
        #expect(history.next().map(\.line).count == 2)
    }
}
