import CLibUV
import DequeModule
import MeshBase

/// Uses processor time for services that ask for it, on libuv's pool, of which it never takes all: the database works
/// there too, and must not wait behind a crowd of services.
final class Burner {
    private let pool: WorkPool
    private var waiting = Deque<(ticket: UInt64, amount: TimeAmount)>()
    /// Work that the pool turned away; it is answered at once, unburned, and counted.
    private var refused: [UInt64] = []
    private(set) var refusals: UInt64 = 0

    var onBurned: (UInt64) -> Void = { _ in }

    /// Threads of libuv's four.
    static let threads = 3
    static let queueLimit = 4096

    init(loop: EventLoop) { pool = WorkPool(loop: loop, limit: Self.threads) }

    func burn(_ ticket: UInt64, _ amount: TimeAmount) {
        if pool.underWay < Self.threads {
            start(ticket, amount)
        } else if waiting.count < Self.queueLimit {
            waiting.append((ticket, amount))
        } else {
            refusals += 1
            refused.append(ticket)
        }
    }

    private func start(_ ticket: UInt64, _ amount: TimeAmount) {
        pool.submit({
            let end = cuv_clock_thread_cpu() + amount.nanoseconds
            while cuv_clock_thread_cpu() < end {}
        }) { [unowned self] _ in
            if let next = waiting.popFirst() { start(next.ticket, next.amount) }
            onBurned(ticket)
        }
    }

    /// Forgets what waits: the process ends.
    func close() { waiting.removeAll() }

    func reportRefused() {
        guard !refused.isEmpty else { return }
        let tickets = refused
        refused.removeAll(keepingCapacity: true)
        tickets.forEach(onBurned)
    }
}
