import COpenSSL
import Glibc

/// A certificate (X.509, RFC 5280). Immutable; given back with the last reference.
package final class Certificate {
    let raw: OpaquePointer

    init(_ raw: OpaquePointer) { self.raw = raw }
    deinit { X509_free(raw) }

    /// What its owner is called: the common name.
    package var name: String {
        var text = [UInt8](repeating: 0, count: 256)
        let count = text.withUnsafeMutableBytes {
            X509_NAME_get_text_by_NID(
                X509_get_subject_name(raw), NID_commonName, $0.baseAddress!.assumingMemoryBound(to: CChar.self), 256)
        }
        return String(decoding: text.prefix(max(Int(count), 0)), as: UTF8.self)
    }

    /// The number that its authority gave it, in hexadecimal.
    package var serial: String {
        guard let number = ASN1_INTEGER_to_BN(X509_get_serialNumber(raw), nil) else { return "" }
        defer { BN_free(number) }
        guard let text = BN_bn2hex(number) else { return "" }
        defer { CRYPTO_free(text, #file, #line) }
        return String(cString: text).lowercased()
    }

    /// The first instant at which it is good, in seconds since 1970.
    package var notBefore: Int64 { Self.seconds(X509_get0_notBefore(raw)) }
    /// The last one.
    package var notAfter: Int64 { Self.seconds(X509_get0_notAfter(raw)) }

    /// As text (RFC 7468).
    package var pem: String {
        guard let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(bio) }
        guard PEM_write_bio_X509(bio, raw) == 1 else { return "" }
        var bytes = [UInt8](repeating: 0, count: copenssl_pending(bio))
        let count = bytes.withUnsafeMutableBytes { BIO_read(bio, $0.baseAddress, Int32($0.count)) }
        return String(decoding: bytes.prefix(max(Int(count), 0)), as: UTF8.self)
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var broken = tm()
        guard ASN1_TIME_to_tm(time, &broken) == 1 else { return 0 }
        return Int64(timegm(&broken))
    }
}
