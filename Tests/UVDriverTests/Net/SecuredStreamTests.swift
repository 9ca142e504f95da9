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

    /// An opener, an acceptor, and what either has seen.
    private final class Rig {
        let loop: EventLoop
        var near: StreamPool!
        var far: StreamPool!
        var listener: StreamListener!
        var stream: StreamPointer!
        var peer: StreamPointer?
        var nearInput: [UInt8] = []
        var farInput: [UInt8] = []
        var isConnected = false
        var nearEnd: UVError??
        var farEnd: UVError??
        /// What the acceptor does with what comes, first.
        var onReceived: (StreamPointer) -> Void = { _ in }
        private var owners: [StreamHandlers] = []

        init(near nearSecurity: StreamSecurity?, far farSecurity: StreamSecurity?) throws {
            loop = try EventLoop()
            let nearOwner = StreamHandlers(
                on: loop, connected: { [unowned self] _ in isConnected = true },
                received: { [unowned self] stream in
                    nearInput += stream.pointee.input.bytes
                    near.consume(stream, stream.pointee.input.count)
                }, ended: { [unowned self] _, error in nearEnd = .some(error) })
            let farOwner = StreamHandlers(
                on: loop,
                received: { [unowned self] stream in
                    onReceived(stream)
                    farInput += stream.pointee.input.bytes
                    far.consume(stream, stream.pointee.input.count)
                }, ended: { [unowned self] _, error in farEnd = .some(error) })
            owners = [nearOwner, farOwner]
            near = StreamPool(loop: loop, owner: nearOwner, limit: 4, inputLimit: 1 << 20)
            far = StreamPool(loop: loop, owner: farOwner, limit: 4, inputLimit: 1 << 20)
            near.security = nearSecurity
            far.security = farSecurity
            listener = try StreamListener(pool: far, bind: .loopback(0)) { [unowned self] in peer = $0 }
            loop.beforeWaiting { [unowned self] in
                near.flush()
                far.flush()
            }
            stream = near.connect(to: listener.local)
            try loop.turn { peer != nil }
        }

        func send(_ bytes: [UInt8]) {
            stream.pointee.output.append(bytes)
            near.wrote(stream)
        }
        func answer(_ bytes: [UInt8]) {
            peer!.pointee.output.append(bytes)
            far.wrote(peer!)
        }

        func close() {
            near.closeAll()
            far.closeAll()
            listener.close()
            loop.close()
        }
    }

    @Test func bothEndsSpeakOnceBothAreProven() throws {
        let rig = try Rig(near: Self.security("r1"), far: Self.security("c1"))
        defer { rig.close() }
        // Said before there is a key: it waits.
        rig.send(Array("hello".utf8))
        try rig.loop.turn { rig.farInput == Array("hello".utf8) }
        #expect(rig.isConnected)
        #expect(rig.near.peerName(rig.stream) == "c1")
        #expect(rig.far.peerName(rig.peer!) == "r1")
        rig.answer(Array("hi".utf8))
        try rig.loop.turn { rig.nearInput == Array("hi".utf8) }
        #expect(rig.near.counters.secured == 1 && rig.far.counters.secured == 1)
    }

    @Test func muchArrivesWhole() throws {
        let rig = try Rig(near: Self.security("r1"), far: Self.security("c1"))
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
        let rig = try Rig(near: Self.security("r1"), far: Self.security("c1"))
        defer { rig.close() }
        try rig.loop.turn { rig.isConnected }
        rig.answer([UInt8](repeating: 7, count: 100_000))
        rig.far.closeAfterWriting(rig.peer!)
        try rig.loop.turn { rig.nearEnd != nil }
        #expect(rig.nearInput.count == 100_000)
        #expect(rig.nearEnd == .some(nil))
    }

    @Test func anotherSecretIsRefusedByBoth() throws {
        let rig = try Rig(
            near: Self.security("r1", secret: [UInt8](repeating: 1, count: 32)), far: Self.security("c1"))
        defer { rig.close() }
        rig.send([1])
        try rig.loop.turn { rig.nearEnd != nil && rig.farEnd != nil }
        #expect(!rig.isConnected)
        #expect(rig.farInput.isEmpty)
        func refusals(_ pool: StreamPool, _ kind: TLSFault.Kind) -> UInt64 {
            pool.counters.unsecured[TLSFault.Kind.allCases.firstIndex(of: kind)!]
        }
        #expect(refusals(rig.near, .foreign) == 1)
        #expect(refusals(rig.far, .refused) == 1)
    }

    @Test func whoComesInTheClearIsMarkedAndHeard() throws {
        let rig = try Rig(near: nil, far: Self.security("c1"))
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
        let rig = try Rig(near: Self.security("r1"), far: nil)
        defer { rig.close() }
        try rig.loop.turn { !rig.farInput.isEmpty }
        rig.answer(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        try rig.loop.turn { rig.nearEnd != nil }
        #expect(!rig.isConnected)
        #expect(rig.near.counters.unsecured[TLSFault.Kind.allCases.firstIndex(of: .plain)!] == 1)
    }

    @Test func aHostDoesNotEncryptToItself() throws {
        let (near, far) = (StreamSecurity(.hosts), StreamSecurity(.hosts))
        let rig = try Rig(near: near, far: far)
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
        let first = try security.session(.opener)
        try security.renew()
        let second = try security.session(.opener)
        #expect(first.shown?.serial == "01")
        #expect(second.shown?.serial == "02")
    }
}
