import MeshBase
import Testing

@testable import UVDriver

@Suite("Resolver", .timeLimit(.minutes(2)))
struct ResolverTests {
    private func resolve(_ host: String) throws -> Result<[Endpoint], UVError>? {
        let loop = try EventLoop()
        var answer: Result<[Endpoint], UVError>?
        try Resolver.resolve(loop: loop, host: host, port: 4_000) { answer = $0 }
        loop.run()
        #expect(loop.close() == [])
        return answer
    }

    @Test("An address, and the name of this host, give endpoints with the port", arguments: ["127.0.0.1", "localhost"])
    func loopback(_ host: String) throws {
        #expect(try resolve(host)?.get().contains(.loopback(4_000)) == true)
    }

    @Test("An IPv6 address is one, also in the form of an IPv4 one; one of a single link is none")
    func ipv6() throws {
        #expect(try resolve("::1")?.get() == [Endpoint(address: .loopback6, port: 4_000)])
        #expect(try resolve("::ffff:10.0.0.1")?.get() == [Endpoint("10.0.0.1:4000")!])
        #expect(throws: UVError.self) { try resolve("fe80::1")?.get() }
    }

    @Test("A host that is no name is refused, or fails", arguments: ["", "a\0b", String(repeating: "a.", count: 400)])
    func bad(_ host: String) throws {
        #expect(throws: UVError.self) { try resolve(host)?.get() }
    }

    @Test("A lookup that is cancelled, or that the loop's end overtakes, completes once")
    func cancelled() throws {
        let loop = try EventLoop()
        var answers = 0
        for _ in 0..<20 { try Resolver.resolve(loop: loop, host: "127.0.0.1", port: 1) { _ in answers += 1 } }
        #expect(loop.close() == [])
        #expect(answers == 20)
    }

    @Test("Whoever waits is told addresses of both families; localhost is the loopback, the older one first")
    func waiting() throws {
        let six = Endpoint(address: .loopback6, port: 4_000)
        #expect(try Resolver.addresses(of: "::1", port: 4_000) == [six])
        #expect(try Resolver.addresses(of: "LocalHost", port: 4_000) == [.loopback(4_000), six])
        #expect(throws: UVError.self) { try Resolver.addresses(of: "no-such-host.invalid") }
    }

    @Test("Of several addresses the first that this host has is bound, and the first that answers is asked")
    func choice() throws {
        // Of a block that is kept for documentation.
        let nowhere = Endpoint("192.0.2.1:1")!
        let six = Endpoint(address: .loopback6, port: 1)
        #expect(AddressChoice.own([nowhere, six, .loopback(1)]) == six)
        #expect(AddressChoice.own([nowhere]) == nowhere)
        #expect(AddressChoice.own([]) == nil)
        let loop = try EventLoop()
        let owner = StreamOwner(on: loop)
        let pool = StreamPool(loop: loop, owner: owner, limit: 4, inputLimit: 1_024)
        let listener = try StreamListener(pool: pool, bind: Endpoint(address: .loopback6, port: 0))
        #expect(listener.local.host == "[::1]")
        // Nobody listens at the same port of the other family.
        let closed = Endpoint.loopback(listener.local.port)
        #expect(AddressChoice.reached([closed, listener.local]) == listener.local)
        #expect(AddressChoice.reached([closed]) == closed)
        #expect(AddressChoice.connected([closed]) == nil)
        listener.close()
        loop.run()
        loop.close()
    }
}
