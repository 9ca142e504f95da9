import Glibc
import MeshBase
import Resilience

/// Measures what a process cannot see from within its own turns: how late they begin, and how much of a core it uses.
final class LoadMeter {
    /// Four looks a second: the worst of the last four is what 95 % of a second's turns did not exceed.
    private let interval: TimeAmount
    private let window: Int

    private let loop: EventLoop
    private var timer: LoopTimer?
    private var due = Instant.distantFuture
    private var lags: [TimeAmount] = []
    private var used: [(at: Instant, processor: TimeAmount)] = []
    /// Over the last second.
    private(set) var signals = LoadSignals()
    /// After each look.
    var onLook: (LoadSignals) -> Void = { _ in }

    /// - Parameter rhythm: how many times as long as usual it is from one look to the next; the window stays a second long.
    init(loop: EventLoop, rhythm: Int64 = 1) {
        self.loop = loop
        interval = .milliseconds(250) * rhythm
        window = max(1, 4 / Int(rhythm))
    }

    func start() {
        timer = try? LoopTimer(loop: loop) { [unowned self] in look() }
        timer?.start(after: interval, every: interval)
        due = loop.freshNow() + interval
    }

    func close() {
        timer?.close()
        timer = nil
    }

    private func look() {
        let now = loop.freshNow()
        lags.append(max(.zero, now - due))
        if lags.count > window { lags.removeFirst() }
        due = now + interval
        used.append((now, Self.processor()))
        if used.count > window + 1 { used.removeFirst() }
        let (first, last) = (used[0], used[used.count - 1])
        let elapsed = (last.at - first.at).seconds
        // libuv counts in whole milliseconds.
        let lag = (lags.max() ?? .zero) - .milliseconds(1)
        signals = LoadSignals(
            cpu: elapsed > 0 ? (last.processor - first.processor).seconds / elapsed : 0, loopLag: max(.zero, lag))
        onLook(signals)
    }

    /// What the process has used of all cores.
    private static func processor() -> TimeAmount {
        var usage = rusage()
        guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return .zero }
        func amount(_ time: timeval) -> TimeAmount {
            .seconds(Int64(time.tv_sec)) + .microseconds(Int64(time.tv_usec))
        }
        return amount(usage.ru_utime) + amount(usage.ru_stime)
    }
}
