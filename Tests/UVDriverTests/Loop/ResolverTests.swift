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
        #expect(try resolve(host)?.get() == [.loopback(4_000)])
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

    @Test(
        "HOST:PORT is taken apart, and anything else refused",
        arguments: [
            ("mesh.example:80", "mesh.example", 80), ("10.0.0.1:0", "10.0.0.1", 0), ("a:65535", "a", 65_535),
            ("a:65536", nil, 0), ("a:", nil, 0), (":80", nil, 0), ("a", nil, 0), ("", nil, 0), ("a:-1", nil, 0),
            ("a:+1", nil, 0), ("::1:80", nil, 0), ("a:b:1", nil, 0),
        ] as [(String, String?, UInt16)])
    func parsing(_ text: String, _ host: String?, _ port: UInt16) {
        let parsed = Resolver.parse(text)
        #expect(parsed?.host == host)
        if host != nil { #expect(parsed?.port == port) }
    }
}
