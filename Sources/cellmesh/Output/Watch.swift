import Glibc
import MeshBase

/// Prints a report again and again until the program is interrupted.
enum Watch {
    /// On a terminal each report replaces the one before; elsewhere a report is printed when it has changed, as one
    /// line per document with `-o json`.
    static func run(_ console: Console, every interval: TimeAmount = .seconds(1), _ make: () throws -> Report) throws {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var last = ""
        while true {
            let report = try make()
            let text =
                console.format == .json
                ? report.document.json(.compact) + "\n" : report.text(console.format, colors: console.paintsData)
            if isTerminal, console.format != .json {
                console.data("\u{1B}[H\u{1B}[2J" + text)
            } else if text != last {
                console.data(text)
            }
            last = text
            Pause.sleep(interval)
        }
    }
}

/// Waiting between two looks.
enum Pause {
    static func sleep(_ amount: TimeAmount) {
        guard amount > .zero else { return }
        var wanted = timespec(
            tv_sec: Int(amount.nanoseconds / 1_000_000_000), tv_nsec: Int(amount.nanoseconds % 1_000_000_000))
        var left = timespec()
        while nanosleep(&wanted, &left) != 0, errno == EINTR { wanted = left }
    }

    /// Nanoseconds on a clock that only goes forward.
    static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
