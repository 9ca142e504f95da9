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
            "127.0.0.1:08080", "[::1]:8080",
        ])
    func otherHosts(_ host: String) { #expect(source(host, nil) == .host) }

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
