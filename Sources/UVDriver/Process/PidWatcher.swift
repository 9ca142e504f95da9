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
            // Readable once the process is dead.
            handle = try DescriptorWatcher(loop: loop, fd: pidfd, operation: "watch a process") { self.report(onExit) }
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
    var isNotified: Bool { handle is DescriptorWatcher }

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
