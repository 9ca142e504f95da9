import CLibUV

/// A libuv handle and the object behind it, which its callbacks reach through `handle.data`.
///
/// From `opened()` until libuv's close callback the loop keeps this object alive, and with it the C memory.
package class LoopHandle {
    package let loop: EventLoop
    /// The C structure, as large as its type needs.
    let memory: UnsafeMutableRawPointer
    private var state = State.unused
    private var onClosed: (() -> Void)?

    private enum State { case unused, open, closing, closed }

    init(loop: EventLoop, type: uv_handle_type) {
        self.loop = loop
        let size = uv_handle_size(type)
        memory = .allocate(byteCount: size, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    }

    deinit {
        precondition(state == .unused || state == .closed, "a handle was freed before it had closed")
        memory.deallocate()
    }

    /// The C structure as the type that was given to `init`.
    @inline(__always)
    final func pointer<Handle>(as type: Handle.Type) -> UnsafeMutablePointer<Handle> {
        memory.assumingMemoryBound(to: type)
    }

    @inline(__always)
    final var base: UnsafeMutablePointer<uv_handle_t> { pointer(as: uv_handle_t.self) }

    /// Call once libuv knows the handle: after its `uv_..._init` succeeded, or a failed `uv_spawn`.
    final func opened() {
        precondition(state == .unused)
        state = .open
        base.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        loop.add(self)
    }

    package final var isOpen: Bool { state == .open }

    /// Stops the handle at once; `onClosed` follows in a later callback. Closing again does nothing.
    package final func close(onClosed: (() -> Void)? = nil) {
        guard state == .open else { return }
        state = .closing
        self.onClosed = onClosed
        willClose()
        uv_close(base) { handle in
            Unmanaged<LoopHandle>.fromOpaque(handle!.pointee.data).takeUnretainedValue().finishClosing()
        }
    }

    private func finishClosing() {
        state = .closed
        loop.remove(self)
        didClose()
        let callback = onClosed
        onClosed = nil
        callback?()
    }

    /// A second descriptor for the socket or pipe behind this handle, which the caller closes.
    package final func duplicateDescriptor() throws(UVError) -> Int32 {
        let fd = state == .open ? cuv_descriptor_errno(base) : UV_EBADF.rawValue
        let copy = fd < 0 ? fd : cuv_duplicate_errno(fd)
        if copy < 0 { throw UVError(code: copy, operation: "duplicate a descriptor") }
        return copy
    }

    /// For subclasses: right before libuv is told to close.
    func willClose() {}
    /// For subclasses: libuv has let go of the handle; the place to close descriptors and to drop closures.
    func didClose() {}

    /// Whether this handle alone keeps the loop running; true until changed.
    package final var keepsLoopRunning: Bool {
        get { state == .open && uv_has_ref(base) != 0 }
        set {
            guard state == .open else { return }
            newValue ? uv_ref(base) : uv_unref(base)
        }
    }
}
