import MeshBase

/// The opening of one end of a mesh link, as every driver keeps it beside the connection: it reads what has arrived, appends
/// what is to be sent, and says when frames follow. Who it fails for closes the connection; nothing else happens.
package struct LinkSession {
    /// For all of the opening, at either end: a process that is stopped accepts and never answers.
    package static let openTimeout = TimeAmount.seconds(2)

    /// Frames follow.
    package private(set) var isOpen = false
    /// What the other end calls itself; proven once the link is open. Nil until it has said so.
    package var peer: String? { handshake.peer }

    private var handshake: LinkHandshake
    /// Who has to be at the other end; nil: whoever proves that he is of the mesh.
    private let meant: String?

    /// The end that has opened the connection.
    /// - Parameters:
    ///   - peer: Who has to be at the other end.
    ///   - nonce: `LinkHandshake.nonceSize` bytes, another one for each link.
    ///   - output: What it says first is appended here.
    package init(
        opening identity: LinkIdentity, to peer: String, nonce: [UInt8], output: inout ByteBuffer
    ) {
        meant = peer
        handshake = LinkHandshake(
            side: .opener, secret: identity.secret, mesh: identity.mesh, name: identity.name, nonce: nonce)
        handshake.begin(into: &output)
    }

    /// The end that has accepted the connection; the other one speaks first.
    package init(accepting identity: LinkIdentity, nonce: [UInt8]) {
        meant = nil
        handshake = LinkHandshake(
            side: .acceptor, secret: identity.secret, mesh: identity.mesh, name: identity.name, nonce: nonce)
    }

    /// Whether a connection whose first byte this is wants to be a link; one that does not may speak HTTP.
    package static func begins(with byte: UInt8) -> Bool { byte == LinkHandshake.magic[0] }

    /// Reads what has arrived, and leaves what belongs to frames.
    /// - Returns: whether the link is open with it.
    package mutating func advance(
        _ input: inout ByteBuffer, output: inout ByteBuffer
    ) throws(LinkHandshake.Failure) -> Bool {
        guard !isOpen else { return true }
        guard case .done(let peer) = try handshake.advance(&input, output: &output) else { return false }
        guard meant == nil || peer == meant else { throw .badName }
        isOpen = true
        return true
    }
}
