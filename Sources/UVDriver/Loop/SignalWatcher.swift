import CLibUV

/// Reports a signal to this process as an event of the loop, in place of the signal's default action.
package final class SignalWatcher: LoopHandle {
    package let signal: Int32
    private var onSignal: (() -> Void)?

    /// - Parameters:
    ///   - signal: such as SIGTERM. SIGKILL and SIGSTOP cannot be watched: EINVAL.
    ///   - onSignal: called for each delivery; deliveries that arrive together may be reported once.
    package init(loop: EventLoop, signal: Int32, onSignal: @escaping () -> Void) throws(UVError) {
        self.signal = signal
        self.onSignal = onSignal
        super.init(loop: loop, type: UV_SIGNAL)
        let handle = pointer(as: uv_signal_t.self)
        try check(uv_signal_init(loop.raw, handle), "watch signal \(signal)")
        opened()
        let status = uv_signal_start(
            handle,
            { handle, _ in
                Unmanaged<SignalWatcher>.fromOpaque(handle!.pointee.data).takeUnretainedValue().onSignal?()
            }, signal)
        if status < 0 {
            close()
            throw UVError(code: status, operation: "watch signal \(signal)")
        }
    }

    override func didClose() { onSignal = nil }
}
