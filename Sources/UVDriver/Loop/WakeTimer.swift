import CLibUV
import MeshBase

/// The loop's one precise alarm: a timer descriptor on the monotonic clock, absolute, in nanoseconds.
///
/// libuv's own timers tick in milliseconds. Meant for a driver that keeps its deadlines in a `TimerTable` and sets this
/// to the earliest of them, once a turn. Setting a later time costs nothing: the old alarm is left to ring, is not
/// reported, and only then is the descriptor set again.
package final class WakeTimer: LoopHandle {
    private let fd: Int32
    private var onWake: ((Instant) -> Void)?
    /// When to call `onWake`; `distantFuture` if not at all.
    private var wanted = Instant.distantFuture
    /// When the descriptor turns readable; `distantFuture` if it does not.
    private var armed = Instant.distantFuture

    /// How often the descriptor was set, and how often it rang for a time no longer wanted.
    package private(set) var settings = 0
    package private(set) var falseAlarms = 0

    /// - Parameter onWake: called once for each time set, with the time of the turn, which is not before it. The timer is
    ///   then unset.
    package init(loop: EventLoop, onWake: @escaping (Instant) -> Void) throws(UVError) {
        fd = try check(cuv_timerfd_create_errno(), "create a timer descriptor")
        self.onWake = onWake
        super.init(loop: loop, type: UV_POLL)
        let poll = pointer(as: uv_poll_t.self)
        let status = uv_poll_init(loop.raw, poll, fd)
        if status < 0 {
            _ = cuv_close(fd)
            throw UVError(code: status, operation: "watch a timer descriptor")
        }
        opened()
        let started = uv_poll_start(poll, Int32(UV_READABLE.rawValue)) { handle, _, _ in
            Unmanaged<WakeTimer>.fromOpaque(handle!.pointee.data).takeUnretainedValue().ring()
        }
        if started < 0 {
            close()
            throw UVError(code: started, operation: "watch a timer descriptor")
        }
    }

    /// Replaces the time set before. A time that has passed wakes in this turn's wait; `distantFuture` unsets.
    package func arm(at instant: Instant) {
        wanted = instant
        if instant < armed { set(instant) }
    }

    package func disarm() { wanted = .distantFuture }

    /// The time set, or nil.
    package var deadline: Instant? { wanted == .distantFuture ? nil : wanted }

    private func set(_ instant: Instant) {
        guard isOpen else { return }
        // Zero would disarm the descriptor, and negative times are refused; both have long passed.
        let status = cuv_timerfd_set_errno(fd, max(instant.nanoseconds, 1))
        precondition(status == 0, "the kernel refused a timer at \(instant.nanoseconds) ns")
        armed = instant
        settings += 1
    }

    private func ring() {
        var expirations: UInt64 = 0
        _ = cuv_read_errno(fd, &expirations, MemoryLayout<UInt64>.size)
        armed = .distantFuture
        let now = loop.refreshNow()
        if wanted <= now {
            wanted = .distantFuture
            onWake?(now)
        } else {
            falseAlarms += 1
            if wanted != .distantFuture { set(wanted) }
        }
    }

    override func didClose() {
        _ = cuv_close(fd)
        onWake = nil
    }
}
