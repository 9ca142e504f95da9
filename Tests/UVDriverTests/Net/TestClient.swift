import CLibUV
import Glibc
import MeshBase
import Testing

@testable import UVDriver

/// A plain socket that never blocks, on the loop's own thread.
final class TestClient {
    private var fd: Int32
    private(set) var received: [UInt8] = []
    /// The server has ended its side, or reset the connection.
    private(set) var hasEnded = false
    private(set) var wasReset = false

    init(_ endpoint: Endpoint, receiveBuffer: Int32? = nil) throws {
        fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = endpoint.withSocketAddress { connect(fd, $0, size) }
        try #require(status == 0)
    }

    deinit { close() }

    func close() {
        if fd >= 0 { Glibc.close(fd) }
        fd = -1
    }

    /// How many bytes the kernel took; negative when the connection is gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Int {
        Glibc.send(fd, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }
    @discardableResult
    func send(_ text: String) -> Int { send(Array(text.utf8)) }

    func endSending() { shutdown(fd, Int32(SHUT_WR)) }

    /// Takes up to `most` bytes of what has arrived.
    @discardableResult
    func receive(most: Int = .max) -> Int {
        var chunk = [UInt8](repeating: 0, count: min(most, 65_536))
        var taken = 0
        while taken < most, !hasEnded {
            let count = recv(fd, &chunk, min(chunk.count, most - taken), Int32(MSG_DONTWAIT))
            if count < 0, errno == EAGAIN { break }
            if count <= 0 {
                hasEnded = true
                wasReset = count < 0
                break
            }
            received += chunk[..<count]
            taken += count
        }
        return taken
    }

    var text: String { String(decoding: received, as: UTF8.self) }
    /// The status codes of the answers so far.
    var statuses: [Int] {
        text.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
    }
}

/// A server whose requests a test answers, and the loop that it runs on.
final class TestServer {
    let loop: EventLoop
    let http: CallbackHTTPServer
    private let ticker: LoopTimer

    init(_ change: (inout HTTPServer.Limits) -> Void = { _ in }) throws {
        loop = try EventLoop()
        var limits = HTTPServer.Limits()
        change(&limits)
        http = CallbackHTTPServer(loop: loop, limits: limits)
        // What the client's sockets receive is no event of the loop.
        ticker = try LoopTimer(loop: loop) {}
        ticker.start(after: .milliseconds(1), every: .milliseconds(1))
        try http.listen(on: .loopback(0))
        let server = http
        loop.beforeWaiting { [unowned server] in server.endTurn() }
    }

    func close() {
        http.stopListening()
        http.pool.closeAll()
        ticker.close()
        loop.run()
        #expect(http.pool.open == 0)
        #expect(loop.close().isEmpty)
    }

    func connect(receiveBuffer: Int32? = nil) throws -> TestClient {
        try TestClient(http.local, receiveBuffer: receiveBuffer)
    }

    /// Answers each request with its path.
    func echo() {
        http.onRequest = { [unowned self] stream in answer(stream) }
    }

    func answer(_ stream: StreamPointer) {
        let path = Array(stream.pointee.request.path.bytes(in: stream.pointee.input.bytes))
        http.respond(stream, status: 200, contentType: "text/plain", body: path)
    }

    func turn(
        _ clients: TestClient..., until condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try loop.turn(
            until: {
                for client in clients { client.receive() }
                return condition()
            }, sourceLocation: sourceLocation)
    }

    /// As if this much time had passed since the last turn.
    func sweep(after amount: TimeAmount) {
        let now = loop.freshNow() + amount
        http.pool.forEach { http.sweep($0, now: now) }
    }
}

func get(_ path: String, _ fields: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n" }
