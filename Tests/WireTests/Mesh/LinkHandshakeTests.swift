import MeshBase
import Testing

@testable import Wire

@Suite struct LinkHandshakeTests {
    /// One side, and what it has received and not yet understood.
    struct Peer: ~Copyable {
        var handshake: LinkHandshake
        var input = ByteBuffer()
        var output = ByteBuffer()
        var peer: String?

        init(
            _ side: LinkHandshake.Side, secret: UInt8 = 1, mesh: String = "m", name: String? = nil, nonce: UInt8? = nil
        ) {
            handshake = LinkHandshake(
                side: side, secret: Array(repeating: secret, count: 32), mesh: mesh,
                name: name ?? (side == .opener ? "router-1" : "cell-1"),
                nonce: Array(repeating: nonce ?? (side == .opener ? 10 : 20), count: LinkHandshake.nonceSize))
            handshake.begin(into: &output)
        }

        /// What it says to these bytes.
        mutating func receive(_ bytes: [UInt8]) throws(LinkHandshake.Failure) -> [UInt8] {
            input.append(bytes)
            if case .done(let name) = try handshake.advance(&input, output: &output) { peer = name }
            return take()
        }
        mutating func take() -> [UInt8] {
            let bytes = Array(output.bytes)
            output.removeAll()
            return bytes
        }
    }

    private let helloSize = 6 + "router-1".utf8.count + LinkHandshake.nonceSize

    @Test func bothSidesLearnWhoThePeerIs() throws {
        var opener = Peer(.opener)
        var acceptor = Peer(.acceptor)
        let answer = try acceptor.receive(opener.take())
        let proof = try opener.receive(answer)
        #expect(opener.peer == "cell-1" && acceptor.peer == nil)
        #expect(try acceptor.receive(proof + [7, 8]).isEmpty)
        #expect(acceptor.peer == "router-1")
        // What follows the proof is the first frame's.
        #expect(Array(acceptor.input.bytes) == [7, 8])
        #expect(answer.count <= LinkHandshake.largest && helloSize + proof.count <= LinkHandshake.largest)
    }

    @Test func byteByByteItIsTheSame() throws {
        var opener = Peer(.opener)
        var acceptor = Peer(.acceptor)
        var toAcceptor = opener.take()
        var toOpener: [UInt8] = []
        while !toAcceptor.isEmpty || !toOpener.isEmpty {
            if !toAcceptor.isEmpty { toOpener += try acceptor.receive([toAcceptor.removeFirst()]) }
            if !toOpener.isEmpty { toAcceptor += try opener.receive([toOpener.removeFirst()]) }
        }
        #expect(opener.peer == "cell-1" && acceptor.peer == "router-1")
    }

    @Test func anotherSecretOrMeshIsRefusedByEitherSide() throws {
        for wrong in [true, false] {
            var opener = Peer(.opener, secret: wrong ? 2 : 1, mesh: wrong ? "m" : "other")
            var acceptor = Peer(.acceptor)
            let answer = try acceptor.receive(opener.take())
            #expect(throws: LinkHandshake.Failure.badProof) { try opener.receive(answer) }
            #expect(opener.peer == nil && opener.take().isEmpty)
            // An opener that does not look at the acceptor's proof fares no better.
            #expect(throws: LinkHandshake.Failure.badProof) { try acceptor.receive(Array(answer.suffix(32))) }
            #expect(acceptor.peer == nil)
        }
    }

    @Test func itsOwnWordsAreNoProof() throws {
        // An opener whose hello is sent back to it.
        var opener = Peer(.opener)
        let hello = opener.take()
        #expect(throws: LinkHandshake.Failure.badProof) {
            try opener.receive(hello + [UInt8](repeating: 0, count: 32))
        }
        // An acceptor whose proof is sent back to it, by one who copied its hello's form.
        var acceptor = Peer(.acceptor)
        let answer = try acceptor.receive(hello)
        #expect(throws: LinkHandshake.Failure.badProof) { try acceptor.receive(Array(answer.suffix(32))) }
        // The same nonce and name on both sides make the hellos equal, not the proofs.
        var twin = Peer(.opener, name: "x", nonce: 5)
        var mirror = Peer(.acceptor, name: "x", nonce: 5)
        let said = try mirror.receive(twin.take())
        #expect(throws: LinkHandshake.Failure.badProof) { try mirror.receive(Array(said.suffix(32))) }
    }

    @Test func anOldConversationIsWorthNothing() throws {
        var opener = Peer(.opener)
        var acceptor = Peer(.acceptor)
        let hello = opener.take()
        let answer = try acceptor.receive(hello)
        let proof = try opener.receive(answer)
        // To an acceptor with a new nonce, and to an opener with a new one.
        var later = Peer(.acceptor, nonce: 21)
        _ = try later.receive(hello)
        #expect(throws: LinkHandshake.Failure.badProof) { try later.receive(proof) }
        var another = Peer(.opener, nonce: 11)
        #expect(throws: LinkHandshake.Failure.badProof) { try another.receive(answer) }
    }

    @Test func whatIsNoHelloIsRefusedAtItsFirstByte() {
        for (bytes, failure): ([UInt8], LinkHandshake.Failure) in [
            (Array("GET / HTTP/1.1\r\n".utf8), .notMesh), ([0xCE, 0x4D, 0x46, 0x32], .notMesh),
            (LinkHandshake.magic + [2, 1], .version(2)), (LinkHandshake.magic + [0, 1], .version(0)),
            (LinkHandshake.magic + [1, 0] + [UInt8](repeating: 0, count: 16), .badName),
            (LinkHandshake.magic + [1, 2, 0x61, 0x0A] + [UInt8](repeating: 0, count: 16), .badName),
        ] {
            for side in [LinkHandshake.Side.opener, .acceptor] {
                var peer = Peer(side)
                _ = peer.take()
                let padding = side == .opener ? [UInt8](repeating: 0, count: 32) : []
                #expect(throws: failure) { try peer.receive(bytes + padding) }
                #expect(peer.take().isEmpty)
            }
        }
    }

    /// No part of a conversation is enough, and no bit of it may differ.
    @Test func everyTruncationWaitsAndEveryFlippedBitIsRefused() throws {
        var opener = Peer(.opener)
        var acceptor = Peer(.acceptor)
        let hello = opener.take()
        let answer = try acceptor.receive(hello)
        let proof = try opener.receive(answer)
        for count in answer.indices {
            var cut = Peer(.opener)
            _ = cut.take()
            #expect(try cut.receive(Array(answer[..<count])).isEmpty)
            #expect(cut.peer == nil)
        }
        for bit in 0..<answer.count * 8 {
            var flipped = answer
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            var peer = Peer(.opener)
            _ = peer.take()
            // A longer name makes it wait for more, everything else is refused.
            _ = try? peer.receive(flipped)
            #expect(peer.peer == nil && peer.take().isEmpty, "bit \(bit) of the answer")
        }
        for bit in 0..<(hello.count + proof.count) * 8 {
            var words = hello + proof
            words[bit / 8] ^= 1 << UInt8(bit % 8)
            var peer = Peer(.acceptor)
            _ = try? peer.receive(words)
            #expect(peer.peer == nil, "bit \(bit) of hello and proof")
        }
    }
}
