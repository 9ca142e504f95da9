import Glibc
import MeshBase
import Telemetry

/// Prints a report again and again until the program is interrupted.
struct Watch {
    private let console: Console
    private let isTerminal: Bool
    private var last: [Substring] = []

    init(_ console: Console, isTerminal: Bool) {
        self.console = console
        self.isTerminal = isTerminal
    }

    /// On a terminal each report is drawn over the one before. Elsewhere the first is printed whole, and then the lines
    /// that have changed; with `-o json` a document of one line, `-o yaml` a whole document, whenever it has changed.
    ///
    /// Once there was a report, a control plane that does not answer ends nothing: what it said last stays, and how old it is
    /// is told beside.
    ///
    /// - Parameter isLast: whether nothing is to come after a report.
    static func run(
        _ console: Console, every interval: TimeAmount = .seconds(1), until isLast: (Report) -> Bool = { _ in false },
        _ make: () throws -> Report
    ) throws {
        let isTerminal = isatty(STDOUT_FILENO) == 1 && Console.variable("TERM") != "dumb"
        var watch = Watch(console, isTerminal: isTerminal)
        var former: Report?
        var newsAt = Pause.now()
        var isLost = false
        while !StandardOutput.isBroken {
            do {
                let report = try make()
                (former, newsAt, isLost) = (report, Pause.now(), false)
                console.document(watch.next(report))
                if isLast(report) { return }
            } catch let failure as CommandFailure where failure.status == .unhealthy && former != nil {
                let note = silence(Pause.now() - newsAt, failure)
                if isTerminal, console.format != .json, let former {
                    console.document(watch.next(former, note: note))
                } else if !isLost {
                    console.message(note)
                }
                isLost = true
            }
            Pause.sleep(interval)
        }
    }

    /// How old what is shown is, and why.
    static func silence(_ age: TimeAmount, _ failure: CommandFailure) -> String {
        "no news for \(Wording.time(milliseconds: age.milliseconds)): \(failure.message)"
    }

    /// What brings the output from the former report to this one.
    /// - Parameter note: a line below it.
    mutating func next(_ report: Report, note: String? = nil) -> String {
        var text = console.format == .json ? report.json(.compact) + "\n" : console.text(report)
        if let note { text += DisplayText.clean(note) + "\n" }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        defer { last = Array(lines) }
        if isTerminal, console.format != .json { return drawn(Array(lines)) }
        guard last != Array(lines) else { return "" }
        guard !last.isEmpty, console.format == .table || console.format == .wide || console.format == .name else {
            return text
        }
        let former = Set(last)
        let changed = lines.filter { !$0.isEmpty && !former.contains($0) }
        // Where lines have only gone, what is left says so.
        return changed.isEmpty ? text : changed.map { $0 + "\n" }.joined()
    }

    /// Back to the first line of the former report, then each line over its predecessor: nothing flickers.
    private func drawn(_ lines: [Substring]) -> String {
        let rows = max(2, (Screen.size(STDOUT_FILENO)?.rows ?? 24) - 1)
        let shown = lines.count > rows ? Array(lines.prefix(rows - 1)) : lines
        let left = lines.count - shown.count
        let up = min(last.count, rows)
        // A line that is longer than the screen is cut off, not continued: lines are counted.
        var text = "\u{1B}[?7l" + (up > 0 ? "\u{1B}[\(up)F" : "")
        for line in shown { text += line + "\u{1B}[K\n" }
        if left > 0 { text += "... \(left) more lines\u{1B}[K\n" }
        return text + "\u{1B}[J\u{1B}[?7h"
    }
}
