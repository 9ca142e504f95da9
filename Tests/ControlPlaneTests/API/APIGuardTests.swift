import MeshBase
import Testing

@testable import ControlPlane

@Suite("API guard")
struct APIGuardTests {
    private let access = APIGuard(address: .loopback(8_080), token: "s3cret")

    private func source(_ host: String, _ origin: String?) -> APIGuard.Refusal? {
        do {
            try access.checkSource(host: host, origin: origin)
            return nil
        } catch { return error }
    }
    private func token(_ value: String) -> APIGuard.Refusal? {
        var value = value
        return value.withUTF8 { (bytes) -> APIGuard.Refusal? in
            do throws(APIGuard.Refusal) {
                try access.checkToken(UnsafeRawBufferPointer(bytes))
                return nil
            } catch { return error }
        }
    }

    @Test(
        "Its own address, by number or as localhost", arguments: ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080"])
    func hosts(_ host: String) { #expect(source(host, nil) == nil) }

    @Test(
        "Any other Host is refused",
        arguments: [
            "", "127.0.0.1", "localhost", "127.0.0.1:80", "evil.example:8080", "127.0.0.1:8080.evil.example",
            "127.0.0.1:08080", "[::1]:8080", "::1:8080", "[127.0.0.1]:8080",
        ])
    func otherHosts(_ host: String) { #expect(source(host, nil) == .host) }

    @Test("An IPv6 address is its own however it is written; the other family's loopback is another server")
    func ipv6() {
        let access = APIGuard(address: Endpoint(address: .loopback6, port: 8_080), token: "s3cret")
        for host in ["[::1]:8080", "[0:0:0:0:0:0:0:1]:8080", "[::0001]:8080", "localhost:8080"] {
            #expect(throws: Never.self) { try access.checkSource(host: host, origin: "http://\(host)") }
        }
        for host in ["[::1]", "[::1]:80", "::1:8080", "[::2]:8080", "127.0.0.1:8080", "[::1%lo]:8080", "[::1]:8080x"] {
            #expect(throws: APIGuard.Refusal.host, "\(host)") { try access.checkSource(host: host, origin: nil) }
            #expect(throws: APIGuard.Refusal.origin, "\(host)") {
                try access.checkSource(host: "[::1]:8080", origin: "http://\(host)")
            }
        }
    }

    @Test("Bound to every address: the loopback addresses that it serves are its own")
    func everyAddress() {
        func isOwn(_ host: String, of address: IPAddress) -> Bool {
            let access = APIGuard(address: Endpoint(address: address, port: 1), token: "")
            return (try? access.checkSource(host: host, origin: nil)) != nil
        }
        #expect(isOwn("127.0.0.1:1", of: .any) && !isOwn("[::1]:1", of: .any))
        #expect(isOwn("127.0.0.1:1", of: .any6) && isOwn("[::1]:1", of: .any6) && isOwn("[::]:1", of: .any6))
    }

    @Test("The authority of a target counts as Host does")
    func authorities() throws {
        try access.checkSource(host: "127.0.0.1:8080", authority: "LocalHost:8080", origin: nil)
        #expect(throws: APIGuard.Refusal.host) {
            try access.checkSource(host: "127.0.0.1:8080", authority: "evil", origin: nil)
        }
        #expect(throws: APIGuard.Refusal.host) {
            try access.checkSource(host: "evil", authority: "127.0.0.1:8080", origin: nil)
        }
    }

    @Test("Its own pages may, those of others may not")
    func origins() {
        #expect(source("127.0.0.1:8080", "http://127.0.0.1:8080") == nil)
        #expect(source("127.0.0.1:8080", "http://localhost:8080") == nil)
        for origin in ["null", "", "http://evil.example", "https://127.0.0.1:8080", "http://127.0.0.1:8081"] {
            #expect(source("127.0.0.1:8080", origin) == .origin, "\(origin)")
        }
    }

    @Test(
        "Only the token opens",
        arguments: [
            "", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3crets", "Bearer S3CRET", "Basic s3cret", "s3cret",
        ])
    func tokens(_ value: String) { #expect(token(value) == .token) }

    @Test("The scheme's name has no case")
    func scheme() {
        #expect(token("Bearer s3cret") == nil)
        #expect(token("bearer s3cret") == nil)
    }
}
