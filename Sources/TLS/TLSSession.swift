import COpenSSL
import MeshBase

/// One end of a secure connection, apart from any socket: bytes of the network go in and come out, bytes of the
/// application come out and go in.
///
/// Confined to one thread. After a fault it is of no more use; what `drain` gives then tells the other side why.
package final class TLSSession {
    package enum Side: Sendable { case opener, acceptor }

    package let side: Side
    private let raw: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    /// Both ends have proved themselves.
    package private(set) var isOpen = false
    /// The other side has said that nothing more comes.
    package private(set) var hasEnded = false
    private var saidGoodbye = false

    package init(_ context: TLSContext, _ side: Side) throws(TLSFault) {
        guard let raw = SSL_new(context.raw), let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem())
        else { throw .last("no secure connection was begun") }
        (self.raw, self.incoming, self.outgoing, self.side) = (raw, incoming, outgoing, side)
        SSL_set_bio(raw, incoming, outgoing)
        switch side {
        case .opener: SSL_set_connect_state(raw)
        case .acceptor: SSL_set_accept_state(raw)
        }
    }

    // Both buffers end with it.
    deinit { SSL_free(raw) }

    /// What the other side calls itself, by its certificate; nil for one without.
    package var peer: Certificate? { SSL_get1_peer_certificate(raw).map(Certificate.init) }

    /// Bytes have come from the network.
    package func feed(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        // Memory takes all, or the process ends.
        BIO_write(incoming, bytes.baseAddress, Int32(bytes.count))
    }

    /// Takes the next step towards each other.
    ///
    /// - Returns: whether both ends have proved themselves.
    package func shakeHands() throws(TLSFault) -> Bool {
        guard !isOpen else { return true }
        let status = SSL_do_handshake(raw)
        if status == 1 {
            isOpen = true
        } else if SSL_get_error(raw, status) != SSL_ERROR_WANT_READ {
            throw fault("the connection was not secured")
        }
        return isOpen
    }

    /// Appends what the application of the other side has written.
    package func read(into plain: inout ByteBuffer) throws(TLSFault) {
        while !hasEnded {
            let room = plain.reserve(4_096)
            let count = SSL_read(raw, room.baseAddress, Int32(min(room.count, 1 << 30)))
            if count > 0 {
                plain.commit(Int(count))
                continue
            }
            switch SSL_get_error(raw, count) {
            case SSL_ERROR_WANT_READ: return
            case SSL_ERROR_ZERO_RETURN: hasEnded = true
            default: throw fault("what came was not read")
            }
        }
    }

    /// Takes bytes of the application, for the network. Not before both ends have proved themselves.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(TLSFault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 20))
            let count = SSL_write(raw, part.baseAddress, Int32(part.count))
            guard count > 0 else { throw fault("what was to go was not written") }
            rest = rest.dropFirst(Int(count))
        }
    }

    /// Nothing more will be written.
    package func sayGoodbye() {
        guard isOpen, !saidGoodbye else { return }
        saidGoodbye = true
        SSL_shutdown(raw)
        ERR_clear_error()
    }

    /// Appends what has to go to the network.
    package func drain(into cipher: inout ByteBuffer) {
        while true {
            let waiting = copenssl_pending(outgoing)
            guard waiting > 0 else { return }
            let room = cipher.reserve(waiting)
            let count = BIO_read(outgoing, room.baseAddress, Int32(waiting))
            guard count > 0 else { return }
            cipher.commit(Int(count))
        }
    }

    private func fault(_ what: String) -> TLSFault {
        let code = ERR_peek_error()
        let verdict = SSL_get_verify_result(raw)
        let kind: TLSFault.Kind =
            switch verdict {
            case Int(X509_V_OK): Self.kind(of: ERR_GET_REASON(code))
            case Int(X509_V_ERR_CERT_HAS_EXPIRED): .expired
            case Int(X509_V_ERR_CERT_NOT_YET_VALID): .early
            default: .foreign
            }
        let reason =
            verdict == Int(X509_V_OK)
            ? ERR_reason_error_string(code).map { String(cString: $0) } ?? "it ended in the middle"
            : String(cString: X509_verify_cert_error_string(verdict))
        ERR_clear_error()
        return TLSFault(kind, "\(what): \(reason)")
    }

    private static func kind(of reason: Int32) -> TLSFault.Kind {
        switch reason {
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_WRONG_VERSION_NUMBER: .plain
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: .version
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED: .none
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
            SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            .refused
        default: .broken
        }
    }
}
