import COpenSSL
import Ciphers

/// Who vouches for the processes of a mesh.
///
/// Its key follows from the mesh's secret: every process that holds the secret has the same authority, makes its own
/// certificate, and accepts those of the others. No certificate has to be brought anywhere, and whoever does not hold the
/// secret can make none that is accepted.
package final class CertificateAuthority {
    package let mesh: String
    private let key: PrivateKey
    /// Its own certificate, which it signed itself.
    package let certificate: Certificate

    /// - Parameters:
    ///   - secret: 32 bytes that every process of the mesh holds.
    ///   - mesh: its label on the wire.
    package init(secret: [UInt8], mesh: String) throws(TLSFault) {
        self.mesh = mesh
        key = try .derived(
            from: HKDF.key(
                from: secret, salt: Array(mesh.utf8), purpose: Array("cellmesh certificate authority".utf8)))
        let draft = try CertificateDraft(key: key)
        draft.setSerial([1])
        try draft.setName("cellmesh \(mesh)".shortened)
        draft.setValidity(from: 0, until: Self.endOfTime)
        draft.setIssuer(nil)
        try draft.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
        try draft.add(NID_key_usage, "critical,keyCertSign,cRLSign")
        try draft.add(NID_subject_key_identifier, "hash")
        certificate = try draft.signed(by: key)
    }

    /// 9999-12-31T23:59:59Z: no good end is known (RFC 5280, 4.1.2.5).
    private static let endOfTime: Int64 = 253_402_300_799

    /// What a certificate is for.
    package struct Order: Sendable {
        /// The process.
        package var name: String
        /// What clients may call it, besides.
        package var hosts: [String] = ["localhost"]
        package var addresses: [String] = ["127.0.0.1"]
        /// The first and the last second at which it is good, since 1970.
        package var notBefore: Int64
        package var notAfter: Int64
        /// Random; of 1...20 bytes.
        package var serial: [UInt8]

        package init(name: String, notBefore: Int64, notAfter: Int64, serial: [UInt8]) {
            self.name = name
            self.notBefore = notBefore
            self.notAfter = notAfter
            self.serial = serial
        }
    }

    /// A new key and the certificate for it.
    package func issue(_ order: Order) throws(TLSFault) -> IssuedCertificate {
        let own = try PrivateKey.new()
        let draft = try CertificateDraft(key: own)
        draft.setSerial(order.serial)
        try draft.setName(order.name.shortened)
        draft.setValidity(from: order.notBefore, until: order.notAfter)
        draft.setIssuer(certificate)
        try draft.add(NID_basic_constraints, "critical,CA:FALSE")
        try draft.add(NID_key_usage, "critical,digitalSignature")
        try draft.add(NID_ext_key_usage, "serverAuth,clientAuth")
        try draft.add(NID_authority_key_identifier, "keyid:always")
        let names = order.hosts.map { "DNS:\($0)" } + order.addresses.map { "IP:\($0)" }
        if !names.isEmpty { try draft.add(NID_subject_alt_name, names.joined(separator: ",")) }
        return IssuedCertificate(certificate: try draft.signed(by: key), key: own)
    }
}

/// A certificate and its private key, which are used together.
package final class IssuedCertificate {
    package let certificate: Certificate
    let key: PrivateKey

    init(certificate: Certificate, key: PrivateKey) {
        self.certificate = certificate
        self.key = key
    }
}

extension String {
    /// A common name has at most 64 characters (RFC 5280, appendix A).
    fileprivate var shortened: String { String(decoding: utf8.prefix(64), as: UTF8.self) }
}
