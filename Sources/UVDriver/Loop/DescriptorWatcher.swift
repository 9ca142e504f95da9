import CLibUV

/// Calls back in every turn in which a descriptor can be read, or has ended. Closes the descriptor with itself.
package final class DescriptorWatcher: LoopHandle {
    package let fd: Int32
    private var onReadable: (() -> Void)?

    /// - Parameters:
    ///   - fd: of anything but a file; it is closed with this, also where this throws.
    ///   - operation: what the descriptor is watched for, for the error.
    ///   - onReadable: should read what has come, or close this: it is called again otherwise.
    package init(
        loop: EventLoop, fd: Int32, operation: String, onReadable: @escaping () -> Void
    ) throws(UVError) {
        self.fd = fd
        self.onReadable = onReadable
        super.init(loop: loop, type: UV_POLL)
        let poll = pointer(as: uv_poll_t.self)
        let status = uv_poll_init(loop.raw, poll, fd)
        if status < 0 {
            _ = cuv_close(fd)
            throw UVError(code: status, operation: operation)
        }
        opened()
        let started = uv_poll_start(poll, Int32(UV_READABLE.rawValue | UV_DISCONNECT.rawValue)) { handle, _, _ in
            Unmanaged<DescriptorWatcher>.fromOpaque(handle!.pointee.data).takeUnretainedValue().onReadable?()
        }
        if started < 0 {
            close()
            throw UVError(code: started, operation: operation)
        }
    }

    override func didClose() {
        _ = cuv_close(fd)
        onReadable = nil
    }
}
