/// One line on standard error that says how far a command is: drawn over where a person watches, else a line now and
/// then, and none at all beside JSON.
final class ProgressLine {
    private let console: Console
    private var last = ""
    private var isDrawn = false

    init(_ console: Console) { self.console = console }

    func show(_ text: String) {
        guard text != last else { return }
        last = text
        if console.isLive {
            Console.write("\r\u{1B}[K\(text)", to: 2)
            isDrawn = true
        } else if console.format != .json {
            console.message(text)
        }
    }

    /// Takes the line away.
    func end() {
        if isDrawn { Console.write("\r\u{1B}[K", to: 2) }
        isDrawn = false
    }
}
