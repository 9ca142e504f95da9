import CLibUV
import MeshBase

/// Uses processor time for services that ask for it, on libuv's pool.
final class Burner {
    private let pool: WorkPool
    /// Work that the pool turned away; it is answered at once, unburned, and counted.
    private var refused: [UInt64] = []
    private(set) var refusals: UInt64 = 0

    var onBurned: (UInt64) -> Void = { _ in }

    init(loop: EventLoop) { pool = WorkPool(loop: loop, limit: 4096) }

    func burn(_ ticket: UInt64, _ amount: TimeAmount) {
        let work = pool.submit({
            let end = cuv_clock_thread_cpu() + amount.nanoseconds
            while cuv_clock_thread_cpu() < end {}
        }) { [unowned self] _ in onBurned(ticket) }
        if work == nil {
            refusals += 1
            refused.append(ticket)
        }
    }

    func reportRefused() {
        guard !refused.isEmpty else { return }
        let tickets = refused
        refused.removeAll(keepingCapacity: true)
        tickets.forEach(onBurned)
    }
}
