import CLibUV
import MeshBase
import Nodes

/// Uses processor time for services that ask for it, on libuv's pool, of which it never takes all: the database works
/// there too, and must not wait behind a crowd of services.
final class Burner {
    private let loop: EventLoop
    private let pool: WorkPool
    private var queue = ProcessorQueue()
    private var isClosed = false

    var onBurned: (UInt64) -> Void = { _ in }
    var onRefused: (UInt64) -> Void = { _ in }

    init(loop: EventLoop) {
        self.loop = loop
        pool = WorkPool(loop: loop, limit: ProcessorQueue.threads)
    }

    /// Turned away since the start.
    var refusals: UInt64 { queue.refusals }
    /// `reportRefused` has something to do.
    var hasRefused: Bool { queue.hasRefused }

    func burn(_ order: ProcessorQueue.Order) { start(queue.add(order, now: loop.now())) }

    private func start(_ order: ProcessorQueue.Order?) {
        guard let order, !isClosed else { return }
        pool.submit({
            let end = cuv_clock_thread_cpu() + order.amount.nanoseconds
            while cuv_clock_thread_cpu() < end {}
        }) { [unowned self] _ in
            start(queue.finished(now: loop.now()))
            onBurned(order.ticket)
        }
    }

    /// Begins on nothing more: the process ends.
    func close() { isClosed = true }

    /// Tells of what was turned away, outside of the calls that ordered it.
    func reportRefused() { queue.takeRefused().forEach(onRefused) }
}
