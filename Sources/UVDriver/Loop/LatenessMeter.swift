import MeshBase

/// How late a timer of 10 ms is on this host, over the last 10 s: what a program feels of a machine that has too much to do.
package final class LatenessMeter {
    private static let interval = TimeAmount.milliseconds(10)

    private let loop: EventLoop
    private var timer: LoopTimer?
    private var due = Instant.distantFuture
    private var table = LatencyTable(rows: 1)

    package init(loop: EventLoop) { self.loop = loop }

    /// Runs while somebody looks; what was measured before stays.
    package func run(_ isWanted: Bool) {
        guard isWanted != (timer != nil) else { return }
        timer?.close()
        timer = nil
        guard isWanted else { return }
        table = LatencyTable(rows: 1)
        due = loop.freshNow() + Self.interval
        timer = try? LoopTimer(loop: loop) { [unowned self] in look() }
        timer?.start(after: Self.interval, every: Self.interval)
    }

    /// 99 of 100 were no later; nil while nothing was measured.
    package var p99: TimeAmount? { timer == nil ? nil : table.recent(0).quantile(0.99) }

    private func look() {
        let now = loop.freshNow()
        table.mark(now)
        table.record(max(.zero, now - due), in: 0)
        due = now + Self.interval
    }

    package func close() {
        timer?.close()
        timer = nil
    }
}
