import CLibUV
import MeshBase

/// A datagram socket: of IPv4, of IPv6, or, bound to `::`, of both.
///
/// Sends at once where the kernel takes it; else waits in a bounded queue, and drops what does not fit there, as networks
/// do. Errors of reception are counted and reception goes on.
package final class UDPSocket: LoopHandle {
    package struct Counters: Hashable, Sendable {
        package var received = 0
        package var sent = 0
        /// Waited in the queue, whatever became of them.
        package var queued = 0
        /// Not sent because the queue was full.
        package var dropped = 0
        /// Refused by the kernel: unreachable network, datagram too long, no memory; or to an address of the other family.
        package var sendErrors = 0
        package var receiveErrors = 0
        /// From an IPv6 address of one link alone, which has no meaning elsewhere; not handed on.
        package var linkLocal = 0
        /// Longer than the buffer, and so not handed on.
        package var truncated = 0
    }

    /// What became of a datagram given to `send`.
    package enum SendOutcome: Hashable, Sendable { case sent, queued, dropped, failed }

    /// The longest datagram that is received.
    package static let bufferSize = 65_536

    package private(set) var counters = Counters()
    /// The address that the socket is bound to, with the port that the system chose if zero was asked for.
    package private(set) var local = Endpoint.unspecified

    /// It is an IPv6 socket, which wants IPv4 addresses in their IPv6 form.
    private var isIPv6 = false
    private var onDatagram: ((Endpoint, UnsafeRawBufferPointer) -> Void)?
    private let buffer: UnsafeMutableRawPointer
    private let queueLimit: Int
    private var queueLength = 0

    /// Binds and begins to receive.
    /// - Parameters:
    ///   - endpoint: port 0 lets the system choose.
    ///   - inherited: a socket that is bound already, which becomes this object's; `endpoint` then says nothing.
    ///   - queueLimit: at most this many datagrams wait for the kernel.
    ///   - receiveBuffer: bytes that the kernel may hold for this socket; its own default if nil.
    ///   - onDatagram: sender and content, which is valid during the call.
    package init(
        loop: EventLoop, bind endpoint: Endpoint, inherited: Int32? = nil, queueLimit: Int = 256,
        receiveBuffer: Int32? = nil, onDatagram: @escaping (Endpoint, UnsafeRawBufferPointer) -> Void
    ) throws(UVError) {
        self.onDatagram = onDatagram
        self.queueLimit = queueLimit
        buffer = .allocate(byteCount: UDPSocket.bufferSize, alignment: 16)
        super.init(loop: loop, type: UV_UDP)
        // With a family the socket is there before it is bound; one that is inherited brings its own.
        let makesIPv6 = inherited == nil && !endpoint.address.isIPv4
        try check(uv_udp_init_ex(loop.raw, udp, makesIPv6 ? UInt32(AF_INET6) : 0), "create a UDP socket")
        opened()
        do throws(UVError) {
            if let inherited {
                try check(uv_udp_open(udp, inherited), "take over a UDP socket")
            } else {
                if makesIPv6 { try check(cuv_dual_stack_errno(base), "open UDP \(endpoint) for both families") }
                try check(endpoint.withSocketAddress { uv_udp_bind(udp, $0, 0) }, "bind UDP \(endpoint)")
            }
            if var size = receiveBuffer { _ = uv_recv_buffer_size(base, &size) }
            try readLocalAddress()
            try startReceiving()
        } catch {
            close()
            throw error
        }
    }

    deinit { buffer.deallocate() }

    override func didClose() { onDatagram = nil }

    private var udp: UnsafeMutablePointer<uv_udp_t> { pointer(as: uv_udp_t.self) }

    private func readLocalAddress() throws(UVError) {
        local = try Endpoint("read the address of a UDP socket") { uv_udp_getsockname(udp, $0, &$1) }
        isIPv6 = !local.address.isIPv4
    }

    /// Whether its family lets it send there.
    package func reaches(_ endpoint: Endpoint) -> Bool { local.address.serves(endpoint.address) }

    private func startReceiving() throws(UVError) {
        let status = uv_udp_recv_start(
            udp,
            { handle, _, buffer in
                let socket = Unmanaged<UDPSocket>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
                buffer!.pointee = cuv_buf(socket.buffer, UDPSocket.bufferSize)
            },
            { handle, count, _, address, flags in
                let socket = Unmanaged<UDPSocket>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
                socket.receive(count, address, flags)
            })
        try check(status, "receive on UDP \(local)")
    }

    /// What comes from now on is somebody else's, who has the same socket.
    package func stopReceiving() {
        guard isOpen else { return }
        uv_udp_recv_stop(udp)
    }

    private func receive(_ count: Int, _ address: UnsafePointer<sockaddr>?, _ flags: UInt32) {
        if count < 0 {
            counters.receiveErrors += 1
            return
        }
        // Without an address: nothing more to read now.
        guard let sender = Endpoint(address) else { return }
        if sender.address.isLinkLocal {
            counters.linkLocal += 1
            return
        }
        if flags & UV_UDP_PARTIAL.rawValue != 0 {
            counters.truncated += 1
            return
        }
        counters.received += 1
        onDatagram?(sender, UnsafeRawBufferPointer(start: buffer, count: count))
    }

    /// Sends one datagram; `bytes` are copied if they must wait.
    @discardableResult
    package func send(to endpoint: Endpoint, _ bytes: UnsafeRawBufferPointer) -> SendOutcome {
        guard isOpen else { return .failed }
        var content = cuv_buf(bytes.baseAddress, bytes.count)
        let status = endpoint.withSocketAddress(isForBoth: isIPv6) { uv_udp_try_send(udp, &content, 1, $0) }
        if status >= 0 {
            counters.sent += 1
            return .sent
        }
        if status == UV_EAGAIN.rawValue { return enqueue(to: endpoint, bytes) }
        counters.sendErrors += 1
        return .failed
    }

    /// Lets libuv send when the kernel can take it.
    func enqueue(to endpoint: Endpoint, _ bytes: UnsafeRawBufferPointer) -> SendOutcome {
        guard queueLength < queueLimit else {
            counters.dropped += 1
            return .dropped
        }
        // The request, and behind it the copy of the datagram.
        let header = MemoryLayout<uv_udp_send_t>.size
        let memory = UnsafeMutableRawPointer.allocate(byteCount: header + bytes.count, alignment: 16)
        let request = memory.bindMemory(to: uv_udp_send_t.self, capacity: 1)
        request.initialize(to: uv_udp_send_t())
        if let start = bytes.baseAddress { (memory + header).copyMemory(from: start, byteCount: bytes.count) }
        // The socket outlives its requests: libuv ends them all before its close callback.
        request.pointee.data = Unmanaged.passUnretained(self).toOpaque()

        var content = cuv_buf(memory + header, bytes.count)
        let status = endpoint.withSocketAddress(isForBoth: isIPv6) { address in
            uv_udp_send(request, udp, &content, 1, address) { request, status in
                Unmanaged<UDPSocket>.fromOpaque(request!.pointee.data).takeUnretainedValue().sent(status)
                UnsafeMutableRawPointer(request!).deallocate()
            }
        }
        guard status >= 0 else {
            memory.deallocate()
            counters.sendErrors += 1
            return .failed
        }
        queueLength += 1
        counters.queued += 1
        return .queued
    }

    private func sent(_ status: Int32) {
        queueLength -= 1
        if status < 0 { counters.sendErrors += 1 } else { counters.sent += 1 }
    }
}
