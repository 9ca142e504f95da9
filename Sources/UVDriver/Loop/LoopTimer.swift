import CLibUV
import MeshBase

/// A timer in milliseconds, one-shot or repeating, for work that is neither frequent nor urgent; see `WakeTimer` for
/// the rest.
package final class LoopTimer: LoopHandle {
    private var onFire: (() -> Void)?

    package init(loop: EventLoop, onFire: @escaping () -> Void) throws(UVError) {
        self.onFire = onFire
        super.init(loop: loop, type: UV_TIMER)
        try check(uv_timer_init(loop.raw, timer), "create a timer")
        opened()
    }

    /// Calls `body` once, and needs no further care. The timer may be closed before.
    @discardableResult
    package static func once(
        loop: EventLoop, after delay: TimeAmount, _ body: @escaping () -> Void
    ) throws(UVError) -> LoopTimer {
        weak var itself: LoopTimer?
        let timer = try LoopTimer(loop: loop) {
            itself?.close()
            body()
        }
        itself = timer
        timer.start(after: delay)
        return timer
    }

    private var timer: UnsafeMutablePointer<uv_timer_t> { pointer(as: uv_timer_t.self) }

    /// Fires after `delay`, never before and up to two milliseconds late, then every `interval` if there is one. Replaces
    /// what was set before.
    package func start(after delay: TimeAmount, every interval: TimeAmount? = nil) {
        guard isOpen else { return }
        // libuv counts from the last whole millisecond that it saw: from now, and one more, is never early.
        uv_update_time(loop.raw)
        let first = delay <= .zero ? 0 : UInt64(delay.millisecondsRoundedUp) + 1
        let next = interval.map { UInt64(max($0.millisecondsRoundedUp, 1)) } ?? 0
        let status = uv_timer_start(
            timer,
            { handle in
                Unmanaged<LoopTimer>.fromOpaque(handle!.pointee.data).takeUnretainedValue().onFire?()
            }, first, next)
        precondition(status == 0, "libuv refused to start an open timer")
    }

    package func stop() {
        if isOpen { uv_timer_stop(timer) }
    }

    override func didClose() { onFire = nil }

    package var isActive: Bool { isOpen && uv_is_active(base) != 0 }
}
