import MeshBase
import Telemetry

/// One line on standard error that says how far a command is: drawn over where a person watches, else a line now and
/// then, and none at all beside JSON.
final class ProgressLine {
    private let console: Console
    private var last = ""
    private var isDrawn = false
    private var lastShown: Instant?

    init(_ console: Console) { self.console = console }

    /// - Parameter isLast: shown in any case.
    func show(_ text: String, isLast: Bool = false) {
        guard text != last else { return }
        last = text
        if console.isLive {
            Console.draw("\r\u{1B}[K\(DisplayText.clean(text))", on: 2)
            isDrawn = true
        } else if console.format != .json {
            // A log needs a line now and then, not each one.
            let now = Pause.now()
            if let lastShown, now - lastShown < .seconds(1), !isLast { return }
            lastShown = now
            console.message(text)
        }
    }

    /// Takes the line away.
    func end() {
        if isDrawn { Console.draw("\r\u{1B}[K", on: 2) }
        isDrawn = false
    }
}
