import COpenSSL
import Glibc

/// A certificate before it is signed.
final class CertificateDraft {
    private var raw: OpaquePointer?
    private var issuer: Certificate?

    init(key: PrivateKey) throws(TLSFault) {
        raw = X509_new()
        guard let raw, X509_set_version(raw, 2) == 1, X509_set_pubkey(raw, key.raw) == 1 else {
            throw .last("no certificate was begun")
        }
    }

    deinit { X509_free(raw) }

    func setSerial(_ bytes: [UInt8]) {
        let number = BN_bin2bn(bytes, Int32(bytes.count), nil)
        defer { BN_free(number) }
        BN_to_ASN1_INTEGER(number, X509_get_serialNumber(raw))
    }

    func setName(_ name: String) throws(TLSFault) {
        let subject = X509_get_subject_name(raw)
        let bytes = Array(name.utf8)
        guard
            X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0) == 1
        else { throw .last("the name '\(name)' does not stand in a certificate") }
    }

    /// - Parameters:
    ///   - first: seconds since 1970.
    func setValidity(from first: Int64, until last: Int64) {
        ASN1_TIME_set(X509_getm_notBefore(raw), time_t(first))
        ASN1_TIME_set(X509_getm_notAfter(raw), time_t(last))
    }

    /// - Parameter certificate: nil: it vouches for itself. Set after the name.
    func setIssuer(_ certificate: Certificate?) {
        issuer = certificate
        X509_set_issuer_name(raw, X509_get_subject_name(certificate?.raw ?? raw))
    }

    /// An extension in the library's own text form.
    func add(_ kind: Int32, _ value: String) throws(TLSFault) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer?.raw ?? raw, raw, nil, nil, 0)
        guard let part = X509V3_EXT_conf_nid(nil, &context, kind, value) else {
            throw .last("'\(value)' does not stand in a certificate")
        }
        defer { X509_EXTENSION_free(part) }
        guard X509_add_ext(raw, part, -1) == 1 else { throw .last("'\(value)' was not put into a certificate") }
    }

    /// Ed25519 hashes by itself: no digest is named.
    func signed(by key: PrivateKey) throws(TLSFault) -> Certificate {
        guard let certificate = raw, X509_sign(certificate, key.raw, nil) > 0 else {
            throw .last("a certificate was not signed")
        }
        raw = nil
        return Certificate(certificate)
    }
}
