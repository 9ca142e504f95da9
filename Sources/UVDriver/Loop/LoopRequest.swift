import CLibUV

/// A libuv request that runs on the pool, and the object behind it.
///
/// From `began()` until `ended()` the loop keeps this object alive, and with it the C memory.
package class LoopRequest {
    package let loop: EventLoop
    let memory: UnsafeMutableRawPointer
    private(set) var isUnderWay = false

    init(loop: EventLoop, type: uv_req_type) {
        self.loop = loop
        let size = uv_req_size(type)
        memory = .allocate(byteCount: size, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        pointer(as: uv_req_t.self).pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        precondition(!isUnderWay, "a request was freed while under way")
        memory.deallocate()
    }

    @inline(__always)
    final func pointer<Request>(as type: Request.Type) -> UnsafeMutablePointer<Request> {
        memory.assumingMemoryBound(to: type)
    }

    /// Call once libuv has taken the request.
    final func began() {
        isUnderWay = true
        loop.add(self)
    }

    /// Call first in the request's last callback.
    final func ended() {
        isUnderWay = false
        loop.remove(self)
    }

    /// Takes the request back if no thread has begun on it; the completion is then told so. Returns whether it was.
    @discardableResult
    package final func cancel() -> Bool {
        isUnderWay && uv_cancel(pointer(as: uv_req_t.self)) == 0
    }
}
