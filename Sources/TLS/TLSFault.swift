import COpenSSL

/// Why a connection was not made secure, or a certificate not read.
package struct TLSFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// What it means for whoever has to do something about it.
    package enum Kind: String, Sendable, CaseIterable {
        /// The other side says nothing that TLS would.
        case plain
        /// No version of TLS that both speak.
        case version
        /// It has shown no certificate.
        case none
        /// Its certificate is of another mesh, or signed by itself.
        case foreign
        /// Its certificate is no longer good.
        case expired
        /// Its certificate is not good yet.
        case early
        /// It has refused the certificate of this process.
        case refused
        /// Everything else that breaks the protocol.
        case broken
    }

    package var kind: Kind
    package var description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// What the library says of the call that failed last; forgets it.
    static func last(_ what: String) -> TLSFault {
        let code = ERR_get_error()
        ERR_clear_error()
        let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "unknown cause"
        return TLSFault(.broken, "\(what): \(reason)")
    }
}
