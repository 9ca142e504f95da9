import TLS

/// What a router shows to customers who come over HTTPS.
package enum HTTPSCertificate: Sendable, Equatable {
    /// One that the mesh's own authority vouches for.
    case ofMesh
    /// Files of the user's own (PEM): the certificate with those that vouch for it, and its key.
    case files(certificate: String, key: String)
}

extension HostSecurity {
    /// Streams of customers: those who begin with TLS get it, the others are served as they are.
    ///
    /// - Throws: where the certificate cannot be used.
    func serve(_ choice: HTTPSCertificate, on pool: StreamPool) throws {
        let streams = StreamSecurity(.all)
        switch choice {
        case .ofMesh: streams.make = { [unowned self] in try TLSContext(showing: issue()) }
        case .files(let certificate, let key): streams.make = { try TLSContext(showing: certificate, key: key) }
        }
        try streams.renew()
        secureCustomers(pool, with: streams)
    }
}
