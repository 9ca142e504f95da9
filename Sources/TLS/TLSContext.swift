import COpenSSL

/// What the connections of a process have in common: whose certificates it accepts, and which it shows. TLS 1.3 alone
/// (RFC 8446), without resumption and without early data: each connection proves both ends anew.
package final class TLSContext {
    let raw: OpaquePointer

    /// For connections between processes of a mesh: both ends show a certificate.
    ///
    /// - Parameter authorities: whose certificates are accepted; of a mesh whose key changes there are two for a while.
    package convenience init(own: IssuedCertificate, authorities: [CertificateAuthority]) throws(TLSFault) {
        try self.init(own)
        let store = SSL_CTX_get_cert_store(raw)
        for authority in authorities { X509_STORE_add_cert(store, authority.certificate.raw) }
        SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        // Either end is both: a process opens connections and takes them.
        SSL_CTX_set_purpose(raw, X509_PURPOSE_ANY)
    }

    /// For those who come from outside: this end alone shows a certificate.
    package convenience init(showing own: IssuedCertificate) throws(TLSFault) { try self.init(own) }

    /// The same with a certificate of somebody's own, with those that vouch for it, and its key (PEM).
    package convenience init(showing certificate: String, key: String) throws(TLSFault) {
        try self.init(nil)
        ERR_clear_error()
        guard SSL_CTX_use_certificate_chain_file(raw, certificate) == 1 else {
            throw .last("the certificate \(certificate) was not taken")
        }
        guard SSL_CTX_use_PrivateKey_file(raw, key, SSL_FILETYPE_PEM) == 1 else {
            throw .last("the key \(key) was not taken, or is of another certificate")
        }
    }

    /// - Parameter own: nil: it shows nothing.
    init(_ own: IssuedCertificate?) throws(TLSFault) {
        guard let context = SSL_CTX_new(TLS_method()) else { throw .last("TLS did not begin") }
        raw = context
        guard copenssl_only_1_3(context) == 1 else { throw .last("TLS 1.3 is not there") }
        SSL_CTX_set_num_tickets(context, 0)
        copenssl_release_buffers(context)
        guard let own else { return }
        guard SSL_CTX_use_certificate(context, own.certificate.raw) == 1,
            SSL_CTX_use_PrivateKey(context, own.key.raw) == 1, SSL_CTX_check_private_key(context) == 1
        else { throw .last("the certificate of '\(own.certificate.name)' was not taken") }
    }

    deinit { SSL_CTX_free(raw) }
}
