import CLibUV
import Glibc
import MeshBase

/// A listening TCP socket whose connections go into a pool. Bound to `::` it takes IPv4 as well.
package final class StreamListener: LoopHandle {
    package let pool: StreamPool
    /// The address it is bound to, with the port that the system chose if zero was asked for.
    package private(set) var local = Endpoint.unspecified
    private let onAccept: (StreamPointer) -> Void

    /// Binds and listens.
    /// - Parameters:
    ///   - inherited: a socket that listens already, which becomes this object's; `endpoint` then says nothing.
    ///   - isShared: other processes of this user that share it may listen there as well; each connection comes to one of them.
    /// - Throws: `UVError`, with `EADDRINUSE` when another process has the port.
    package init(
        pool: StreamPool, bind endpoint: Endpoint, inherited: Int32? = nil, isShared: Bool = false,
        backlog: Int32 = 4096,
        onAccept: @escaping (StreamPointer) -> Void = { _ in }
    ) throws(UVError) {
        self.pool = pool
        self.onAccept = onAccept
        super.init(loop: pool.loop, type: UV_TCP)
        let family = isShared && inherited == nil ? endpoint.address.isIPv4 ? AF_INET : AF_INET6 : AF_UNSPEC
        try check(uv_tcp_init_ex(loop.raw, tcp, UInt32(family)), "create a listener")
        opened()
        do throws(UVError) {
            if let inherited {
                try check(uv_tcp_open(tcp, inherited), "take over a TCP socket")
            } else {
                if isShared { try check(cuv_share_port_errno(base), "share TCP \(endpoint)") }
                try check(endpoint.withSocketAddress { uv_tcp_bind(tcp, $0, 0) }, "bind TCP \(endpoint)")
            }
            let status = uv_listen(cuv_tcp_as_stream(tcp), backlog) { server, status in
                guard let server, status == 0 else { return }
                let listener = Unmanaged<LoopHandle>.fromOpaque(server.pointee.data).takeUnretainedValue()
                (listener as! StreamListener).accept()
            }
            try check(status, "listen on TCP \(endpoint)")
            try readLocalAddress()
        } catch {
            close()
            throw error
        }
    }

    private var tcp: UnsafeMutablePointer<uv_tcp_t> { pointer(as: uv_tcp_t.self) }

    private func accept() {
        guard isOpen, let stream = pool.accept(from: cuv_tcp_as_stream(tcp)) else { return }
        onAccept(stream)
    }

    private func readLocalAddress() throws(UVError) {
        local = try Endpoint("read the address of a listener") { uv_tcp_getsockname(tcp, $0, &$1) }
    }
}
