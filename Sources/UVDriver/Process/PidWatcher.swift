import CLibUV
import MeshBase

/// Reports the death of a process that is not a child of this one: an adopted cell, or the parent.
///
/// Uses a process descriptor (Linux 5.3), and where there is none looks every `interval`. How the process ended cannot be
/// known: only a parent is told.
package final class PidWatcher {
    package let identity: ProcessIdentity
    /// Holds what is to be called, until it has closed; this object does not.
    private var handle: LoopHandle?

    /// - Parameters:
    ///   - interval: between two looks, where the kernel does not notify.
    ///   - onExit: called once, in a later turn of the loop also if the process runs no more; not after `close()`.
    package convenience init(
        loop: EventLoop, _ identity: ProcessIdentity, interval: TimeAmount = .milliseconds(200),
        onExit: @escaping () -> Void
    ) throws(UVError) {
        try self.init(
            loop: loop, identity, interval: interval, pidfd: cuv_pidfd_open_errno(identity.pid), onExit: onExit)
    }

    /// - Parameter pidfd: a descriptor for the process, which is closed with this; or negative.
    init(
        loop: EventLoop, _ identity: ProcessIdentity, interval: TimeAmount, pidfd: Int32, onExit: @escaping () -> Void
    ) throws(UVError) {
        self.identity = identity
        // After opening the descriptor: were the pid another process's by now, the descriptor would be that one's.
        if !identity.isRunning {
            if pidfd >= 0 { _ = cuv_close(pidfd) }
            handle = try LoopTimer.once(loop: loop, after: .zero) { self.report(onExit) }
        } else if pidfd >= 0 {
            handle = try PidDescriptor(loop: loop, fd: pidfd) { self.report(onExit) }
        } else {
            let timer = try LoopTimer(loop: loop) { if !identity.isRunning { self.report(onExit) } }
            timer.start(after: interval, every: interval)
            handle = timer
        }
    }

    private func report(_ onExit: () -> Void) {
        guard handle != nil else { return }
        close()
        onExit()
    }

    package var isWatching: Bool { handle != nil }

    /// Whether the kernel notifies; else the process is looked at now and then.
    var isNotified: Bool { handle is PidDescriptor }

    /// Whether this alone keeps the loop running; true until changed.
    package var keepsLoopRunning: Bool {
        get { handle?.keepsLoopRunning ?? false }
        set { handle?.keepsLoopRunning = newValue }
    }

    package func close() {
        handle?.close()
        handle = nil
    }
}

/// A process descriptor: readable once the process is dead.
private final class PidDescriptor: LoopHandle {
    private let fd: Int32
    private var onReadable: (() -> Void)?

    init(loop: EventLoop, fd: Int32, onReadable: @escaping () -> Void) throws(UVError) {
        self.fd = fd
        self.onReadable = onReadable
        super.init(loop: loop, type: UV_POLL)
        let poll = pointer(as: uv_poll_t.self)
        let status = uv_poll_init(loop.raw, poll, fd)
        if status < 0 {
            _ = cuv_close(fd)
            throw UVError(code: status, operation: "watch a process")
        }
        opened()
        let started = uv_poll_start(poll, Int32(UV_READABLE.rawValue)) { handle, _, _ in
            Unmanaged<PidDescriptor>.fromOpaque(handle!.pointee.data).takeUnretainedValue().onReadable?()
        }
        if started < 0 {
            close()
            throw UVError(code: started, operation: "watch a process")
        }
    }

    override func didClose() {
        _ = cuv_close(fd)
        onReadable = nil
    }
}
