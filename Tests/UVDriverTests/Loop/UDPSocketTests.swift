import CLibUV
import MeshBase
import Testing

@testable import UVDriver

@Suite("UDP socket")
struct UDPSocketTests {
    private func send(_ socket: UDPSocket, to endpoint: Endpoint, _ bytes: [UInt8]) -> UDPSocket.SendOutcome {
        bytes.withUnsafeBytes { socket.send(to: endpoint, $0) }
    }

    @Test("A datagram comes back from the other end with its sender's address")
    func echo() throws {
        let loop = try EventLoop()
        var server: UDPSocket?
        server = try UDPSocket(loop: loop, bind: .loopback(0)) { sender, bytes in
            #expect(server?.send(to: sender, bytes) == .sent)
        }
        var answers: [[UInt8]] = []
        let client = try UDPSocket(loop: loop, bind: .loopback(0)) { sender, bytes in
            #expect(sender == server?.local)
            answers.append(Array(bytes))
        }
        let to = try #require(server?.local)
        #expect(to.host == "127.0.0.1" && to.port != 0)
        let messages: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 65_507)]
        for message in messages {
            #expect(send(client, to: to, message) == .sent)
            let expected = answers.count + 1
            for _ in 0..<100 where answers.count < expected { loop.runOnce() }
        }
        #expect(answers == messages)
        #expect(client.counters.sent == 3 && client.counters.received == 3)
        server?.close()
        client.close()
        #expect(loop.close() == [])
        server = nil
    }

    /// The number of datagrams from `sender` that come to `receiver`, and whom they come from.
    private func arrives(from sender: String, to receiver: String, at host: String) throws -> Endpoint? {
        let loop = try EventLoop()
        var source: Endpoint?
        let target = try UDPSocket(loop: loop, bind: try #require(Endpoint(receiver))) { from, _ in source = from }
        let origin = try UDPSocket(loop: loop, bind: try #require(Endpoint(sender))) { _, _ in }
        let to = try #require(Endpoint("\(host):\(target.local.port)"))
        let outcome = send(origin, to: to, [1])
        #expect(origin.reaches(to) == (outcome == .sent))
        for _ in 0..<100 where outcome == .sent && source == nil { loop.runOnce() }
        if let source { #expect(source.port == origin.local.port) }
        origin.close()
        target.close()
        #expect(loop.close() == [])
        return source
    }

    @Test("A socket at [::] takes and sends both families, and IPv4 peers are IPv4; others serve their own")
    func families() throws {
        #expect(try arrives(from: "127.0.0.1:0", to: "[::]:0", at: "127.0.0.1")?.host == "127.0.0.1")
        #expect(try arrives(from: "[::]:0", to: "127.0.0.1:0", at: "127.0.0.1")?.host == "127.0.0.1")
        #expect(try arrives(from: "[::]:0", to: "[::1]:0", at: "[::1]")?.host == "[::1]")
        #expect(try arrives(from: "[::1]:0", to: "[::]:0", at: "[::1]")?.host == "[::1]")
        #expect(try arrives(from: "127.0.0.1:0", to: "[::]:0", at: "[::1]") == nil)
        #expect(try arrives(from: "[::1]:0", to: "[::]:0", at: "127.0.0.1") == nil)
    }

    @Test("A datagram that the kernel refuses is counted, and sending goes on")
    func refused() throws {
        let loop = try EventLoop()
        let socket = try UDPSocket(loop: loop, bind: .loopback(0)) { _, _ in }
        #expect(send(socket, to: socket.local, Array(repeating: 0, count: 65_508)) == .failed)
        #expect(send(socket, to: socket.local, [1]) == .sent)
        #expect(socket.counters.sendErrors == 1)
        socket.close()
        #expect(send(socket, to: socket.local, [1]) == .failed)
        #expect(loop.close() == [])
    }

    @Test("Ten thousand sends without a turn of the loop hold a bounded number in memory")
    func manySends() throws {
        let loop = try EventLoop()
        var received = 0
        let socket = try UDPSocket(loop: loop, bind: .loopback(0)) { _, _ in received += 1 }
        var outcomes: [UDPSocket.SendOutcome: Int] = [:]
        for _ in 0..<10_000 { outcomes[send(socket, to: socket.local, [1, 2, 3, 4]), default: 0] += 1 }
        #expect(outcomes[.sent, default: 0] + outcomes[.queued, default: 0] + outcomes[.dropped, default: 0] == 10_000)
        #expect(outcomes[.queued, default: 0] <= 256)
        loop.runOnce()
        #expect(received > 0 && received <= 10_000)
        socket.close()
        #expect(loop.close() == [])
    }

    @Test("The queue for a busy kernel is bounded, drains, and counts what did not fit")
    func queue() throws {
        let loop = try EventLoop()
        var received: [UInt8] = []
        let socket = try UDPSocket(loop: loop, bind: .loopback(0), queueLimit: 3) { _, bytes in received += bytes }
        let outcomes = (0..<5).map { number in
            [UInt8(number)].withUnsafeBytes { socket.enqueue(to: socket.local, $0) }
        }
        #expect(outcomes == [.queued, .queued, .queued, .dropped, .dropped])
        for _ in 0..<100 where received.count < 3 || socket.counters.sent < 3 { loop.runOnce() }
        #expect(received == [0, 1, 2])
        #expect(socket.counters.sent == 3 && socket.counters.dropped == 2 && socket.counters.queued == 3)
        // Room again.
        #expect([UInt8(9)].withUnsafeBytes { socket.enqueue(to: socket.local, $0) } == .queued)
        // Closing with a datagram under way gives its memory back.
        socket.close()
        #expect(loop.close() == [])
    }

    @Test("An address of two endpoints survives the way through the C library")
    func addresses() throws {
        let endpoint = try #require(Endpoint("10.1.2.3:8080"))
        #expect(Endpoint(endpoint.socketAddress) == endpoint)
        #expect(endpoint.withSocketAddress { Endpoint($0) } == endpoint)
        let six = try #require(Endpoint("[2001:db8::1:2]:8080"))
        #expect(Endpoint(six.socketAddress6) == six)
        #expect(six.withSocketAddress { Endpoint($0) } == six)
        // As a socket of both families tells of an IPv4 peer.
        #expect(endpoint.withSocketAddress(isForBoth: true) { $0.pointee.sa_family } == sa_family_t(AF_INET6))
        #expect(endpoint.withSocketAddress(isForBoth: true) { Endpoint($0) } == endpoint)
        var other = sockaddr()
        other.sa_family = sa_family_t(AF_UNIX)
        #expect(withUnsafePointer(to: other) { Endpoint($0) } == nil)
        #expect(Endpoint(nil as UnsafePointer<sockaddr>?) == nil)
    }
}
