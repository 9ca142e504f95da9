import MeshBase
import Testing

@testable import TLS

@Suite struct CertificateTests {
    @Test func anAuthorityIsTheSameEverywhere() throws {
        let one = try CertificateAuthority(secret: TLSPair.secret, mesh: "m")
        let two = try CertificateAuthority(secret: TLSPair.secret, mesh: "m")
        #expect(one.certificate.pem == two.certificate.pem)
        #expect(one.certificate.pem != (try CertificateAuthority(secret: TLSPair.secret, mesh: "n")).certificate.pem)
    }

    @Test func aCertificateSaysWhatWasOrdered() throws {
        let authority = try CertificateAuthority(secret: TLSPair.secret, mesh: "m")
        let issued = try TLSPair.issue("us-east-a1", authority, from: 1_000, until: 2_000_000_000).certificate
        #expect(issued.name == "us-east-a1")
        #expect(issued.serial == "010203")
        #expect(issued.notBefore == 1_000)
        #expect(issued.notAfter == 2_000_000_000)
        #expect(issued.pem.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
        // After 2050 times are written another way (RFC 5280, 4.1.2.5).
        #expect(try TLSPair.issue("a", authority, until: 4_000_000_000).certificate.notAfter == 4_000_000_000)
    }

    @Test func longNamesAreCut() throws {
        let authority = try CertificateAuthority(
            secret: TLSPair.secret, mesh: String(repeating: "x", count: 300))
        #expect(authority.certificate.name.utf8.count == 64)
    }
}
