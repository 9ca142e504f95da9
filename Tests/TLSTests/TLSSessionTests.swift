import MeshBase
import Testing

@testable import TLS

@Suite struct TLSSessionTests {
    @Test func bothEndsProveThemselvesAndSpeak() throws {
        let pair = try TLSPair(TLSPair.context("r1"), TLSPair.context("c1"))
        let faults = pair.shakeHands()
        #expect(faults.opener == nil && faults.acceptor == nil)
        #expect(pair.opener.isOpen && pair.acceptor.isOpen)
        #expect(pair.opener.peer?.name == "c1")
        #expect(pair.acceptor.peer?.name == "r1")
        let large = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try pair.send(Array("hello".utf8), from: pair.opener, to: pair.acceptor) == Array("hello".utf8))
        #expect(try pair.send(large, from: pair.acceptor, to: pair.opener, bytesAtOnce: 1_000) == large)
    }

    @Test func nothingGoesInTheClear() throws {
        let pair = try TLSPair(TLSPair.context("r1"), TLSPair.context("c1"))
        _ = pair.shakeHands()
        try Array("customer-4711".utf8).withUnsafeBytes { try pair.opener.write($0) }
        var cipher = ByteBuffer()
        pair.opener.drain(into: &cipher)
        #expect(!String(decoding: cipher.bytes, as: UTF8.self).contains("4711"))
    }

    @Test func anEndIsSaid() throws {
        let pair = try TLSPair(TLSPair.context("r1"), TLSPair.context("c1"))
        _ = pair.shakeHands()
        pair.opener.sayGoodbye()
        pair.carry(pair.opener, pair.acceptor)
        var plain = ByteBuffer()
        try pair.acceptor.read(into: &plain)
        #expect(pair.acceptor.hasEnded)
    }

    @Test func anotherMeshAndAnotherSecretAreForeign() throws {
        for other in [
            try TLSPair.context("r1", mesh: "other"),
            try TLSPair.context("r1", secret: [UInt8](repeating: 9, count: 32)),
        ] {
            let pair = try TLSPair(other, TLSPair.context("c1"))
            let faults = pair.shakeHands()
            // The opener sees the acceptor's certificate first, and says why.
            #expect(faults.opener?.kind == .foreign)
            #expect(faults.acceptor?.kind == .refused)
        }
    }

    @Test func anOpenerWhoAcceptsAnybodyIsStillForeign() throws {
        let (own, foreign) = (
            try CertificateAuthority(secret: TLSPair.secret, mesh: "m"),
            try CertificateAuthority(secret: TLSPair.secret, mesh: "other")
        )
        let opener = try TLSContext(own: TLSPair.issue("r1", foreign), authorities: [own])
        let pair = try TLSPair(opener, TLSPair.context("c1"))
        #expect(pair.shakeHands().acceptor?.kind == .foreign)
        #expect(!pair.acceptor.isOpen)
    }

    @Test func oneWhoShowsNothingIsRefused() throws {
        let pair = try TLSPair(TLSContext(nil), TLSPair.context("c1"))
        #expect(pair.shakeHands().acceptor?.kind == TLSFault.Kind.none)
    }

    @Test func timesAreHeld() throws {
        let expired = try TLSPair(TLSPair.context("r1", until: 1_000_000), TLSPair.context("c1"))
        #expect(expired.shakeHands().acceptor?.kind == .expired)
        let early = try TLSPair(TLSPair.context("r1", from: 3_900_000_000), TLSPair.context("c1"))
        #expect(early.shakeHands().acceptor?.kind == .early)
    }

    @Test func plainTextIsNamed() throws {
        for text in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}"] {
            let session = try TLSSession(TLSPair.context("c1"), .acceptor)
            Array(text.utf8).withUnsafeBytes { session.feed($0) }
            let fault = #expect(throws: TLSFault.self) { try session.shakeHands() }
            #expect(fault?.kind == .plain)
        }
    }

    @Test func aFlippedBitEndsIt() throws {
        let pair = try TLSPair(TLSPair.context("r1"), TLSPair.context("c1"))
        _ = pair.shakeHands()
        try [UInt8](repeating: 5, count: 100).withUnsafeBytes { try pair.opener.write($0) }
        var cipher = ByteBuffer()
        pair.opener.drain(into: &cipher)
        cipher.mutableBytes[50] ^= 1
        pair.acceptor.feed(cipher.bytes)
        var plain = ByteBuffer()
        let fault = #expect(throws: TLSFault.self) { try pair.acceptor.read(into: &plain) }
        #expect(fault?.kind == .broken)
        let count = plain.count
        #expect(count == 0)
    }

    @Test func aKeyThatChangesIsAcceptedWhileBothAre() throws {
        let (old, new) = (
            try CertificateAuthority(secret: TLSPair.secret, mesh: "m"),
            try CertificateAuthority(secret: [UInt8](repeating: 3, count: 32), mesh: "m")
        )
        let before = try TLSContext(own: TLSPair.issue("r1", old), authorities: [old, new])
        let after = try TLSContext(own: TLSPair.issue("c1", new), authorities: [old, new])
        let pair = try TLSPair(before, after)
        let faults = pair.shakeHands()
        #expect(faults.opener == nil && faults.acceptor == nil)
    }
}
