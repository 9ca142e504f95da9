import CLibUV
import MeshBase
import TLS

/// The streams of one owner: slots that are reused, a bound on their number, and one flush per turn.
package final class StreamPool {
    package let loop: EventLoop
    unowned(unsafe) let owner: StreamOwner
    package internal(set) var limit: Int
    /// A stream with this many unread bytes is not read from until its owner has consumed some.
    package let inputLimit: Int
    /// Faults on the streams that have a peer; it outlives the pool.
    unowned(unsafe) var wire: WireLayer?
    var wireNumber = 0
    /// How its streams are secured; nil: all are in the clear. Set before the first stream.
    package var security: StreamSecurity?
    private(set) var slots: [StreamPointer] = []
    private var free: [UInt32] = []
    private var dirty: [StreamPointer] = []
    package private(set) var open = 0
    /// Of those, how many are being closed.
    private(set) var closing = 0
    /// The pool and its owner while streams are being closed: libuv needs them until it is done, which is in a later turn,
    /// and whoever drops them need not wait for that.
    private var held: (StreamPool, StreamOwner)?
    /// Bytes of all streams that were read and not consumed.
    package private(set) var buffered = 0
    /// Bytes of all streams that peers have not taken, as of the last flush.
    package private(set) var unsent = 0
    /// Slots to keep for newcomers: when fewer are free, the one that has waited longest of the address with most
    /// connections is closed for each that comes. 0: newcomers are refused when the pool is full.
    package var reserve = 0
    /// Connections of each address that are not trusted; kept where there is a reserve.
    var strangers: [IPAddress: Int] = [:]
    package internal(set) var counters = Counters()

    package struct Counters: Sendable {
        package var accepted: UInt64 = 0
        package var refused: UInt64 = 0
        package var bytesIn: UInt64 = 0
        package var bytesOut: UInt64 = 0
        package var errors: UInt64 = 0
        /// Closed to make room for newcomers.
        package var evicted: UInt64 = 0
        /// Not secured: how often, by why.
        package var unsecured: [TLSFault.Kind: UInt64] = [:]
        /// Secured, since the beginning.
        package var secured: UInt64 = 0

        /// One was not secured, or was refused because it was not.
        mutating func count(_ kind: TLSFault.Kind) { unsecured[kind, default: 0] += 1 }
    }

    /// The owner must outlive the pool. Every turn's flush is hooked into the loop here.
    package init(loop: EventLoop, owner: StreamOwner, limit: Int, inputLimit: Int) {
        self.loop = loop
        self.owner = owner
        self.limit = limit
        self.inputLimit = inputLimit
        slots.reserveCapacity(16)
    }

    deinit {
        for slot in slots {
            precondition(!slot.pointee.isOpen, "a stream pool was dropped before its streams had closed")
            slot.pointee.handles.deallocate()
            slot.deinitialize(count: 1)
            slot.deallocate()
        }
    }

    package func stream(_ id: SlabKey) -> StreamPointer? {
        guard Int(id.index) < slots.count else { return nil }
        let slot = slots[Int(id.index)]
        return slot.pointee.generation == id.generation && !slot.pointee.isClosing ? slot : nil
    }

    /// Calls `body` for every open stream; it may close them.
    package func forEach(_ body: (StreamPointer) -> Void) {
        for slot in slots where slot.pointee.isOpen && !slot.pointee.isClosing { body(slot) }
    }

    // MARK: Opening

    /// A slot with an initialised handle; nil when the pool is full or libuv refuses.
    ///
    /// - Parameter isLocal: for a Unix socket.
    private func take(isLocal: Bool = false) -> StreamPointer? {
        guard open < limit else { return nil }
        let slot: StreamPointer
        if let index = free.popLast() {
            slot = slots[Int(index)]
        } else {
            slot = .allocate(capacity: 1)
            slot.initialize(
                to: Stream(pool: self, handles: Stream.Handles(), index: UInt32(slots.count), generation: 1))
            slots.append(slot)
        }
        let status =
            isLocal ? uv_pipe_init(loop.raw, Self.pipe(slot), 0) : uv_tcp_init(loop.raw, Self.tcp(slot))
        guard status == 0 else {
            free.append(slot.pointee.index)
            return nil
        }
        Self.handle(slot).pointee.data = UnsafeMutableRawPointer(slot)
        slot.pointee.isOpen = true
        slot.pointee.isLocal = isLocal
        open += 1
        return slot
    }

    /// Accepts the connection that waits at a listener; nil when it was refused, which is counted.
    ///
    /// - Parameter isLocal: whether the listener is a Unix socket.
    package func accept(from listener: UnsafeMutablePointer<uv_stream_t>, isLocal: Bool = false) -> StreamPointer? {
        guard let slot = take(isLocal: isLocal) else {
            counters.refused += 1
            refuse(listener, isLocal)
            return nil
        }
        guard uv_accept(listener, Self.handle(slot)) == 0 else {
            counters.errors += 1
            close(slot)
            return nil
        }
        counters.accepted += 1
        if !isLocal { uv_tcp_nodelay(Self.tcp(slot), 1) }
        slot.pointee.waitingSince = loop.now()
        slot.pointee.isUndecided = security != nil
        if reserve > 0 { welcome(slot) }
        resumeReading(slot)
        return slot
    }

    // MARK: Sums

    @inline(__always)
    package func countInput(_ slot: StreamPointer) {
        let count = slot.pointee.input.count
        guard count != slot.pointee.countedInput else { return }
        buffered += count - slot.pointee.countedInput
        slot.pointee.countedInput = count
    }

    @inline(__always)
    private func countOutput(_ slot: StreamPointer) {
        let count = backlog(slot)
        guard count != slot.pointee.countedOutput else { return }
        unsent += count - slot.pointee.countedOutput
        slot.pointee.countedOutput = count
    }

    /// Gives back what the buffers of a quiet stream have grown to.
    func trim(_ slot: StreamPointer) {
        slot.pointee.input.shrink(beyond: 4096)
        slot.pointee.output.shrink(beyond: 4096)
        if !slot.pointee.isWriting { slot.pointee.writing.shrink(beyond: 4096) }
    }

    /// Takes a connection from the backlog only to close it, so that the client is told at once.
    private func refuse(_ listener: UnsafeMutablePointer<uv_stream_t>, _ isLocal: Bool) {
        let rejected = UnsafeMutablePointer<cuv_socket_t>.allocate(capacity: 1)
        let memory = UnsafeMutableRawPointer(rejected)
        let status =
            isLocal
            ? uv_pipe_init(loop.raw, memory.assumingMemoryBound(to: uv_pipe_t.self), 0)
            : uv_tcp_init(loop.raw, memory.assumingMemoryBound(to: uv_tcp_t.self))
        guard status == 0 else { return rejected.deallocate() }
        _ = uv_accept(listener, memory.assumingMemoryBound(to: uv_stream_t.self))
        uv_close(memory.assumingMemoryBound(to: uv_handle_t.self)) { handle in
            UnsafeMutableRawPointer(handle!).assumingMemoryBound(to: cuv_socket_t.self).deallocate()
        }
    }

    /// Begins to connect; `connected` or `ended` follows. Nil when the pool is full.
    ///
    /// - Parameter source: an address of this host to connect from, where it is of the same family and can be bound.
    package func connect(to endpoint: Endpoint, from source: IPAddress? = nil, tag: UInt32 = 0) -> StreamPointer? {
        guard let slot = take() else {
            counters.refused += 1
            return nil
        }
        slot.pointee.tag = tag
        slot.pointee.waitingSince = loop.now()
        if let source, source.isIPv4 == endpoint.address.isIPv4 {
            _ = Endpoint(address: source, port: 0).withSocketAddress { uv_tcp_bind(Self.tcp(slot), $0, 0) }
        }
        uv_tcp_nodelay(Self.tcp(slot), 1)
        if let security, security.secures(endpoint), !begin(security, .opener, on: slot) {
            close(slot)
            return nil
        }
        let status = endpoint.withSocketAddress { address in
            uv_tcp_connect(slot.pointee.handles.connect, Self.tcp(slot), address) { request, status in
                let slot = request!.pointee.handle.pointee.data.assumingMemoryBound(to: Stream.self)
                let pool = slot.pointee.pool
                guard !slot.pointee.isClosing else { return }
                if status < 0 {
                    pool.fail(slot, UVError(code: status, operation: "connect"))
                } else {
                    pool.resumeReading(slot)
                    // Who is encrypted is connected when both ends have proved themselves.
                    if slot.pointee.tls == nil { pool.owner.connected(slot) } else { pool.goOn(slot) }
                }
            }
        }
        if status < 0 {
            // The owner hears of it in this same call: it has nothing in work on this stream yet.
            close(slot)
            return nil
        }
        return slot
    }

    /// Connects to a process of this host by the name of its `LocalListener`; `connected` follows with the next flush.
    ///
    /// - Returns: nil where nobody listens there, or nobody of this user.
    package func connect(toLocal name: String, tag: UInt32 = 0) -> StreamPointer? {
        guard open < limit else {
            counters.refused += 1
            return nil
        }
        let fd = cuv_abstract_connect_errno(name)
        guard fd >= 0 else { return nil }
        guard let slot = take(isLocal: true) else {
            _ = cuv_close(fd)
            return nil
        }
        slot.pointee.tag = tag
        slot.pointee.waitingSince = loop.now()
        guard uv_pipe_open(Self.pipe(slot), fd) == 0 else {
            _ = cuv_close(fd)
            close(slot)
            return nil
        }
        slot.pointee.isNew = true
        wrote(slot)
        return slot
    }

    // MARK: Reading

    package func resumeReading(_ slot: StreamPointer) {
        guard !slot.pointee.isReading, !slot.pointee.isClosing, !slot.pointee.hasEnded, !slot.pointee.isHeld else {
            return
        }
        let status = uv_read_start(
            Self.handle(slot),
            { handle, _, buffer in
                let slot = handle!.pointee.data.assumingMemoryBound(to: Stream.self)
                let space =
                    slot.pointee.tls == nil ? slot.pointee.input.reserve(2048) : slot.pointee.pool.security!.scratch
                buffer!.pointee.base = space.baseAddress!.assumingMemoryBound(to: CChar.self)
                buffer!.pointee.len = space.count
            },
            { handle, count, _ in
                let slot = handle!.pointee.data.assumingMemoryBound(to: Stream.self)
                slot.pointee.pool.read(slot, count)
            })
        if status == 0 { slot.pointee.isReading = true }
    }

    package func pauseReading(_ slot: StreamPointer) {
        guard slot.pointee.isReading else { return }
        uv_read_stop(Self.handle(slot))
        slot.pointee.isReading = false
    }

    private func read(_ slot: StreamPointer, _ count: Int) {
        if count > 0 {
            counters.bytesIn += UInt64(count)
            if slot.pointee.tls != nil { return readSecured(slot, count) }
            if slot.pointee.isLingering { return }
            slot.pointee.input.commit(count)
            if slot.pointee.isUndecided, decide(slot) { return }
            deliver(slot)
        } else if count < 0 {
            if count == Int(UV_EOF.rawValue) {
                // libuv has stopped reading by itself.
                slot.pointee.isReading = false
                end(slot)
            } else {
                fail(slot, UVError(code: Int32(count), operation: "read"))
            }
        }
    }

    /// Tells the owner what has come.
    func deliver(_ slot: StreamPointer) {
        owner.received(slot)
        countInput(slot)
        if slot.pointee.input.count >= inputLimit { pauseReading(slot) }
    }

    /// The peer says no more.
    func end(_ slot: StreamPointer) {
        slot.pointee.hasEnded = true
        if !slot.pointee.isLingering, owner.keepsAfterEnd(slot) { return }
        owner.ended(slot, error: nil)
        close(slot)
    }

    /// Consumes what was read and goes on reading if that had stopped for lack of room.
    package func consume(_ slot: StreamPointer, _ count: Int) {
        slot.pointee.input.consume(count)
        countInput(slot)
        if slot.pointee.input.isEmpty { slot.pointee.input.shrink(beyond: 65_536) }
        if !slot.pointee.isReading, slot.pointee.input.count < inputLimit { resumeReading(slot) }
    }

    // MARK: Writing

    /// `output` holds something new: it goes out before the loop waits.
    @inline(__always)
    package func wrote(_ slot: StreamPointer) {
        guard !slot.pointee.isDirty else { return }
        slot.pointee.isDirty = true
        dirty.append(slot)
    }

    /// Something waits for `flush`.
    package var isDirty: Bool { !dirty.isEmpty }

    /// Writes out what this turn produced.
    package func flush() {
        var index = 0
        while index < dirty.count {
            let slot = dirty[index]
            index += 1
            // A slot that was closed and given out anew is no longer what was meant.
            guard slot.pointee.isDirty else { continue }
            slot.pointee.isDirty = false
            guard !slot.pointee.isClosing else { continue }
            if slot.pointee.isNew {
                slot.pointee.isNew = false
                resumeReading(slot)
                owner.connected(slot)
            } else {
                write(slot)
            }
        }
        dirty.removeAll(keepingCapacity: true)
    }

    private func write(_ slot: StreamPointer) {
        if slot.pointee.isUndecided {
            // It cannot be known yet how to say it.
            if slot.pointee.closesAfterWrite { close(slot) }
            return
        }
        if slot.pointee.isShaped { return writeShaped(slot) }
        if slot.pointee.tls != nil { return writeSecured(slot, slot.pointee.output.count) }
        guard !slot.pointee.isWriting, !slot.pointee.output.isEmpty else { return finishWriting(slot) }
        guard let done = tryWrite(slot.pointee.output.bytes, to: slot) else { return }
        slot.pointee.output.consume(done)
        if slot.pointee.output.isEmpty {
            slot.pointee.output.shrink(beyond: 262_144)
            return finishWriting(slot)
        }
        // The rest is libuv's until its callback; what comes meanwhile gathers in the other buffer.
        swap(&slot.pointee.output, &slot.pointee.writing)
        writeInBackground(slot)
    }

    /// Writes the first bytes of the output, and leaves the rest where it is.
    func writeFirst(_ count: Int, of slot: StreamPointer) {
        if slot.pointee.tls != nil {
            guard !isSecuring(slot) else { return }
            slot.pointee.shape.wrote(count)
            return writeSecured(slot, count)
        }
        let bytes = UnsafeRawBufferPointer(rebasing: slot.pointee.output.bytes[..<count])
        guard let done = tryWrite(bytes, to: slot) else { return }
        if done < count { slot.pointee.writing.append(UnsafeRawBufferPointer(rebasing: bytes[done...])) }
        slot.pointee.output.consume(count)
        slot.pointee.shape.wrote(count)
        if slot.pointee.output.isEmpty { slot.pointee.output.shrink(beyond: 262_144) }
        if done < count { writeInBackground(slot) } else { finishWriting(slot) }
    }

    /// Writes what the kernel takes at once.
    ///
    /// - Returns: how many bytes; nil where the stream has failed.
    @inline(__always)
    func tryWrite(_ bytes: UnsafeRawBufferPointer, to slot: StreamPointer) -> Int? {
        var buffer = Self.buffer(bytes)
        let written = uv_try_write(Self.handle(slot), &buffer, 1)
        if written < 0, written != UV_EAGAIN.rawValue {
            fail(slot, UVError(code: written, operation: "write"))
            return nil
        }
        let done = max(Int(written), 0)
        counters.bytesOut += UInt64(done)
        return done
    }

    func writeInBackground(_ slot: StreamPointer) {
        slot.pointee.isWriting = true
        countOutput(slot)
        var rest = Self.buffer(slot.pointee.writing.bytes)
        let status = uv_write(slot.pointee.handles.write, Self.handle(slot), &rest, 1) { request, status in
            let slot = request!.pointee.handle.pointee.data.assumingMemoryBound(to: Stream.self)
            slot.pointee.pool.writeEnded(slot, status)
        }
        if status < 0 {
            slot.pointee.isWriting = false
            fail(slot, UVError(code: status, operation: "write"))
        }
    }

    private func writeEnded(_ slot: StreamPointer, _ status: Int32) {
        slot.pointee.isWriting = false
        counters.bytesOut += UInt64(slot.pointee.writing.count)
        slot.pointee.writing.removeAll()
        slot.pointee.writing.shrink(beyond: 65_536)
        guard !slot.pointee.isClosing else { return }
        if status < 0 { return fail(slot, UVError(code: status, operation: "write")) }
        write(slot)
    }

    func finishWriting(_ slot: StreamPointer) {
        countOutput(slot)
        guard !slot.pointee.isWriting, slot.pointee.output.isEmpty else { return }
        guard slot.pointee.closesAfterWrite else { return owner.drained(slot) }
        if slot.pointee.tls != nil, sayGoodbye(slot) { return }
        if !slot.pointee.lingers || slot.pointee.hasEnded { return close(slot) }
        if !slot.pointee.isLingering { linger(slot) }
    }

    /// Bytes that have not gone out yet.
    package func backlog(_ slot: StreamPointer) -> Int { slot.pointee.output.count + slot.pointee.writing.count }

    /// Some open stream has bytes that have not gone out yet.
    package var hasBacklog: Bool {
        slots.contains { $0.pointee.isOpen && !$0.pointee.isClosing && backlog($0) > 0 }
    }

    private func unwritten(_ slot: StreamPointer) -> Int {
        slot.pointee.output.count + uv_stream_get_write_queue_size(Self.handle(slot))
    }

    /// Bytes that the peer's kernel has not got yet: those that wait here, and those that this one's kernel holds.
    package func untaken(_ slot: StreamPointer) -> Int {
        unwritten(slot) + cuv_unacknowledged(cuv_stream_as_handle(Self.handle(slot)))
    }

    /// Whether the peer has taken something since this was last asked of the stream.
    package func hasProgressed(_ slot: StreamPointer) -> Bool {
        // The kernel takes more in large steps only.
        let unwritten = self.unwritten(slot) > 0 ? untaken(slot) : 0
        defer { slot.pointee.unwritten = unwritten }
        return unwritten < slot.pointee.unwritten
    }

    /// - Parameter lingering: whether the peer may be sending still. Then this side ends when all is written, what comes
    ///   is read and forgotten, and the stream closes when the peer ends its side; the owner's sweep bounds the wait.
    package func closeAfterWriting(_ slot: StreamPointer, lingering: Bool = false) {
        slot.pointee.closesAfterWrite = true
        if lingering { slot.pointee.lingers = true }
        // What the peer proves itself with is still read.
        if !isSecuring(slot) { pauseReading(slot) }
        wrote(slot)
    }

    private func linger(_ slot: StreamPointer) {
        slot.pointee.isLingering = true
        slot.pointee.input.removeAll()
        countInput(slot)
        slot.pointee.input.shrink(beyond: 65_536)
        guard uv_shutdown(slot.pointee.handles.shutdown, Self.handle(slot), { _, _ in }) == 0 else {
            return close(slot)
        }
        resumeReading(slot)
    }

    /// Has the kernel ask now and then whether a silent peer is still there.
    package func probeSilentPeer(_ slot: StreamPointer, after seconds: UInt32 = 15) {
        // Of one that is on this host the kernel knows.
        if !slot.pointee.isLocal { uv_tcp_keepalive(Self.tcp(slot), 1, seconds) }
    }

    // MARK: Closing

    func fail(_ slot: StreamPointer, _ error: UVError) {
        guard !slot.pointee.isClosing else { return }
        counters.errors += 1
        owner.ended(slot, error: error)
        close(slot)
    }

    /// Closes at once; nothing more is written. Closing again does nothing.
    package func close(_ slot: StreamPointer) {
        guard !slot.pointee.isClosing else { return }
        markClosing(slot)
        uv_close(cuv_stream_as_handle(Self.handle(slot)), streamClosed)
    }

    /// Breaks a connection so that both ends see a reset; the other end of a Unix socket sees its end.
    func reset(_ slot: StreamPointer) {
        guard !slot.pointee.isClosing else { return }
        counters.errors += 1
        owner.ended(slot, error: UVError(code: UV_ECONNRESET.rawValue, operation: "write"))
        guard !slot.pointee.isClosing else { return }
        guard !slot.pointee.isLocal, uv_tcp_close_reset(Self.tcp(slot), streamClosed) == 0 else { return close(slot) }
        markClosing(slot)
    }

    private func markClosing(_ slot: StreamPointer) {
        slot.pointee.isClosing = true
        slot.pointee.isReading = false
        closing += 1
        if held == nil { held = (self, owner) }
        if reserve > 0, !slot.pointee.isTrusted { forgetStranger(slot) }
    }

    fileprivate func closed(_ slot: StreamPointer) {
        owner.closed(slot)
        let index = slot.pointee.index
        let generation = slot.pointee.generation &+ 1
        let handles = slot.pointee.handles
        buffered -= slot.pointee.countedInput
        unsent -= slot.pointee.countedOutput
        closing -= 1
        slot.deinitialize(count: 1)
        slot.initialize(to: Stream(pool: self, handles: handles, index: index, generation: generation))
        free.append(index)
        open -= 1
        guard closing == 0 else { return }
        // Both may end with this call.
        withExtendedLifetime(held) { held = nil }
    }

    package func closeAll() { forEach { close($0) } }

    @inline(__always)
    static func tcp(_ slot: StreamPointer) -> UnsafeMutablePointer<uv_tcp_t> {
        UnsafeMutableRawPointer(slot.pointee.handles.socket).assumingMemoryBound(to: uv_tcp_t.self)
    }
    @inline(__always)
    static func pipe(_ slot: StreamPointer) -> UnsafeMutablePointer<uv_pipe_t> {
        UnsafeMutableRawPointer(slot.pointee.handles.socket).assumingMemoryBound(to: uv_pipe_t.self)
    }
    @inline(__always)
    static func handle(_ slot: StreamPointer) -> UnsafeMutablePointer<uv_stream_t> {
        UnsafeMutableRawPointer(slot.pointee.handles.socket).assumingMemoryBound(to: uv_stream_t.self)
    }
    @inline(__always)
    static func buffer(_ bytes: UnsafeRawBufferPointer) -> uv_buf_t {
        cuv_buf(bytes.baseAddress, bytes.count)
    }
}

/// libuv is done with a stream.
private func streamClosed(_ handle: UnsafeMutablePointer<uv_handle_t>?) {
    let slot = handle!.pointee.data.assumingMemoryBound(to: Stream.self)
    slot.pointee.pool.closed(slot)
}
