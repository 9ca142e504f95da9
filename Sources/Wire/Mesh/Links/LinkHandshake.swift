import Ciphers
import MeshBase

/// The opening of a mesh connection: both sides prove that they hold the mesh's secret before the first frame.
///
///     opener   -> acceptor: magic, version, length, name of the opener, nonce
///     acceptor -> opener:   magic, version, length, name of the acceptor, nonce, proof over both hellos
///     opener   -> acceptor: proof over both hellos
///
/// A proof is HMAC-SHA256 with the secret over a label, the mesh's name and both hellos, so that it fits one
/// connection, one direction and one mesh only. Nonces come from the caller: this type draws nothing.
package struct LinkHandshake {
    package enum Side: Sendable { case opener, acceptor }

    package enum Failure: Error, Sendable, Equatable {
        case notMesh
        case version(UInt8)
        case badName
        case badProof
    }

    package enum Progress: Equatable {
        case needsMore
        /// The peer's name is proven and `consumed` bytes belonged to the handshake; frames follow.
        case done(peer: String)
    }

    /// No HTTP method begins with this byte, so that one listener tells the two apart by it.
    package static let magic: [UInt8] = [0xCE, 0x4D, 0x46, 0x31]
    package static let version: UInt8 = 1
    package static let nonceSize = 16
    /// Bytes that either side says at most.
    package static let largest = 4 + 1 + 1 + 255 + nonceSize + 32

    /// What the other side calls itself; not proven before the handshake is done. Nil until it has said so.
    package var peer: String? { peerHello.isEmpty ? nil : peerName }

    private let side: Side
    private let secret: [UInt8]
    private let context: [UInt8]
    private let ownHello: [UInt8]
    private var peerHello: [UInt8] = []
    private var peerName = ""

    package init(side: Side, secret: [UInt8], mesh: String, name: String, nonce: [UInt8]) {
        precondition(nonce.count == Self.nonceSize && name.utf8.count <= 255)
        self.side = side
        self.secret = secret
        context = Array(mesh.utf8)
        ownHello = Self.magic + [Self.version, UInt8(name.utf8.count)] + Array(name.utf8) + nonce
    }

    /// What the opener sends first; an acceptor begins with nothing.
    package func begin(into output: inout ByteBuffer) {
        if side == .opener { output.append(ownHello) }
    }

    /// Reads what has arrived, consumes what it understood and appends its answer to `output`.
    package mutating func advance(_ input: inout ByteBuffer, output: inout ByteBuffer) throws(Failure) -> Progress {
        if peerHello.isEmpty {
            guard let hello = try readHello(input.bytes) else { return .needsMore }
            if side == .opener {
                guard input.count >= hello.count + 32 else { return .needsMore }
            }
            peerHello = hello
            peerName = String(decoding: hello[6..<(6 + Int(hello[5]))], as: UTF8.self)
            input.consume(hello.count)
            if side == .acceptor {
                output.append(ownHello)
                output.append(proof(of: .acceptor))
                return try advance(&input, output: &output)
            }
        }
        guard input.count >= 32 else { return .needsMore }
        let expected = proof(of: side == .opener ? .acceptor : .opener)
        guard ConstantTime.areEqual(UnsafeRawBufferPointer(rebasing: input.bytes[..<32]), expected) else {
            throw .badProof
        }
        input.consume(32)
        if side == .opener { output.append(proof(of: .opener)) }
        return .done(peer: peerName)
    }

    private func readHello(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> [UInt8]? {
        for i in 0..<min(4, bytes.count) where bytes[i] != Self.magic[i] { throw .notMesh }
        guard bytes.count >= 6 else { return nil }
        guard bytes[4] == Self.version else { throw .version(bytes[4]) }
        let size = 6 + Int(bytes[5]) + Self.nonceSize
        guard bytes.count >= size else { return nil }
        let isName = bytes[6..<(6 + Int(bytes[5]))].allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard bytes[5] > 0, isName else { throw .badName }
        return Array(bytes[..<size])
    }

    private func proof(of prover: Side) -> [UInt8] {
        let label = prover == .opener ? "cellmesh link opener" : "cellmesh link acceptor"
        var hmac = HMACSHA256(key: secret)
        let hellos = side == .opener ? ownHello + peerHello : peerHello + ownHello
        hmac.update(Array(label.utf8) + [UInt8(context.count & 255)] + context + hellos)
        return hmac.finish()
    }
}
