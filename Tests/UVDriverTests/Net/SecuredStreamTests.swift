import CLibUV
import MeshBase
import TLS
import Testing

@testable import UVDriver

/// Streams over real sockets whose ends prove themselves to each other.
@Suite struct SecuredStreamTests {
    private static let secret = (UInt8(0)..<32).map { $0 }

    private static func security(_ name: String, secret: [UInt8] = secret) -> StreamSecurity {
        let security = StreamSecurity(.all)
        var serial: UInt8 = 0
        security.make = {
            serial += 1
            let authority = try CertificateAuthority(secret: secret, mesh: "m")
            let order = CertificateAuthority.Order(
                name: name, notBefore: 0, notAfter: 4_000_000_000, serial: [serial])
            return try TLSContext(own: authority.issue(order), authorities: [authority])
        }
        return security
    }

    private static func pair(near: StreamSecurity?, far: StreamSecurity?) throws -> StreamPair {
        try StreamPair(EventLoop()) {
            $0.security = near
            $1.security = far
        }
    }

    @Test func bothEndsSpeakOnceBothAreProven() throws {
        let rig = try Self.pair(near: Self.security("r1"), far: Self.security("c1"))
        defer { rig.close() }
        // Said before there is a key: it waits.
        rig.send(Array("hello".utf8))
        try rig.loop.turn { rig.farInput == Array("hello".utf8) }
        #expect(rig.isConnected)
        #expect(rig.stream.pointee.tls?.peer?.name == "c1")
        #expect(rig.peer!.pointee.tls?.peer?.name == "r1")
        rig.answer(Array("hi".utf8))
        try rig.loop.turn { rig.nearInput == Array("hi".utf8) }
        #expect(rig.near.counters.secured == 1 && rig.far.counters.secured == 1)
    }

    @Test func muchArrivesWhole() throws {
        let rig = try Self.pair(near: Self.security("r1"), far: Self.security("c1"))
        defer { rig.close() }
        // The acceptor speaks before it knows to whom.
        let large = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
        rig.send(large)
        rig.answer(large)
        try rig.loop.turn { rig.farInput.count == large.count && rig.nearInput.count == large.count }
        // As one answer: a difference of so many bytes is not to be written out.
        let areWhole = rig.farInput == large && rig.nearInput == large
        #expect(areWhole)
        #expect(rig.near.backlog(rig.stream) == 0)
    }

    @Test func whatWasSaidBeforeTheEndArrives() throws {
        let rig = try Self.pair(near: Self.security("r1"), far: Self.security("c1"))
        defer { rig.close() }
        try rig.loop.turn { rig.isConnected }
        rig.answer([UInt8](repeating: 7, count: 100_000))
        rig.far.closeAfterWriting(rig.peer!)
        try rig.loop.turn { rig.nearEnd != nil }
        #expect(rig.nearInput.count == 100_000)
        #expect(rig.nearEnd == .some(nil))
    }

    @Test func anotherSecretIsRefusedByBoth() throws {
        let rig = try Self.pair(
            near: Self.security("r1", secret: [UInt8](repeating: 1, count: 32)), far: Self.security("c1"))
        defer { rig.close() }
        rig.send([1])
        try rig.loop.turn { rig.nearEnd != nil && rig.farEnd != nil }
        #expect(!rig.isConnected)
        #expect(rig.farInput.isEmpty)
        #expect(rig.near.counters.unsecured[.foreign] == 1)
        #expect(rig.far.counters.unsecured[.refused] == 1)
    }

    @Test func whoComesInTheClearIsMarkedAndHeard() throws {
        let rig = try Self.pair(near: nil, far: Self.security("c1"))
        defer { rig.close() }
        var isExposed = false
        rig.onReceived = { isExposed = $0.pointee.isExposed }
        rig.send(Array("GET / HTTP/1.1\r\n".utf8))
        try rig.loop.turn { !rig.farInput.isEmpty }
        #expect(isExposed)
        rig.answer([9])
        try rig.loop.turn { rig.nearInput == [9] }
    }

    @Test func whoGoesToOneInTheClearHearsThatItIs() throws {
        let rig = try Self.pair(near: Self.security("r1"), far: nil)
        defer { rig.close() }
        try rig.loop.turn { !rig.farInput.isEmpty }
        rig.answer(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        try rig.loop.turn { rig.nearEnd != nil }
        #expect(!rig.isConnected)
        #expect(rig.near.counters.unsecured[.plain] == 1)
    }

    @Test func aHostDoesNotEncryptToItself() throws {
        let (near, far) = (StreamSecurity(.hosts), StreamSecurity(.hosts))
        let rig = try Self.pair(near: near, far: far)
        defer { rig.close() }
        var isExposed = true
        rig.onReceived = { isExposed = $0.pointee.isExposed }
        rig.send([1, 2, 3])
        try rig.loop.turn { rig.farInput == [1, 2, 3] }
        #expect(!isExposed)
        #expect(rig.near.counters.secured == 0)
        near.ownAddresses = [Endpoint("10.0.0.1:1")!.address]
        #expect(!near.secures(Endpoint("10.0.0.1:99")!))
        #expect(near.secures(Endpoint("10.0.0.2:99")!))
    }

    @Test func aRenewedCertificateIsShownFromThenOn() throws {
        let security = Self.security("r1")
        for serial in ["01", "02"] {
            let rig = try Self.pair(near: security, far: Self.security("c1"))
            defer { rig.close() }
            rig.send([1])
            try rig.loop.turn { rig.farInput == [1] }
            #expect(rig.peer!.pointee.tls?.peer?.serial == serial)
            try security.renew()
        }
    }
}
