import CLibUV
import MeshBase

/// Takes connections of processes of this host over a Unix socket, beside a listener for TCP: with half of the kernel's work.
///
/// Its name is made of the address that others reach that listener at, in the abstract namespace: no file stays behind, and who
/// is in another network namespace does not find it and takes TCP.
package final class LocalListener: LoopHandle {
    private let pool: StreamPool
    private let onAccept: (StreamPointer) -> Void

    /// What a process that is reached at this address calls its Unix socket.
    package static func name(of endpoint: Endpoint) -> String { "cellmesh/\(endpoint)" }

    /// Binds and listens.
    /// - Throws: `UVError`, with `EADDRINUSE` when another process has the name.
    package init(
        pool: StreamPool, name: String, backlog: Int32 = 4096, onAccept: @escaping (StreamPointer) -> Void = { _ in }
    ) throws(UVError) {
        self.pool = pool
        self.onAccept = onAccept
        super.init(loop: pool.loop, type: UV_NAMED_PIPE)
        try check(uv_pipe_init(loop.raw, pipe, 0), "create a listener")
        opened()
        do throws(UVError) {
            let fd = cuv_abstract_bind_errno(name)
            try check(fd, "bind the Unix socket @\(name)")
            let status = uv_pipe_open(pipe, fd)
            if status < 0 { _ = cuv_close(fd) }
            try check(status, "open the Unix socket @\(name)")
            let listening = uv_listen(cuv_pipe_as_stream(pipe), backlog) { server, status in
                guard let server, status == 0 else { return }
                let listener = Unmanaged<LoopHandle>.fromOpaque(server.pointee.data).takeUnretainedValue()
                (listener as! LocalListener).accept()
            }
            try check(listening, "listen on the Unix socket @\(name)")
        } catch {
            close()
            throw error
        }
    }

    private var pipe: UnsafeMutablePointer<uv_pipe_t> { pointer(as: uv_pipe_t.self) }

    private func accept() {
        guard isOpen, let stream = pool.accept(from: cuv_pipe_as_stream(pipe), isLocal: true) else { return }
        onAccept(stream)
    }
}
