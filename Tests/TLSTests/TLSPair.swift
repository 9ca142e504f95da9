import MeshBase

@testable import TLS

/// Two ends in memory.
struct TLSPair {
    static let secret = (UInt8(0)..<32).map { $0 }
    static let now: Int64 = 1_900_000_000
    let opener: TLSSession
    let acceptor: TLSSession

    init(_ opener: TLSContext, _ acceptor: TLSContext) throws {
        self.opener = try TLSSession(opener, .opener)
        self.acceptor = try TLSSession(acceptor, .acceptor)
    }

    /// A context of a process of a mesh.
    static func context(
        _ name: String, secret: [UInt8] = secret, mesh: String = "m", from: Int64? = nil, until: Int64? = nil
    ) throws -> TLSContext {
        let authority = try CertificateAuthority(secret: secret, mesh: mesh)
        return try TLSContext(own: issue(name, authority, from: from, until: until), authorities: [authority])
    }

    static func issue(
        _ name: String, _ authority: CertificateAuthority, from: Int64? = nil, until: Int64? = nil
    ) throws -> IssuedCertificate {
        // The library asks the system's clock.
        try authority.issue(
            CertificateAuthority.Order(
                name: name, notBefore: from ?? 0, notAfter: until ?? 4_000_000_000, serial: [1, 2, 3]))
    }

    /// Carries bytes to and fro until nothing more is said. What went wrong at either end.
    func shakeHands() -> (opener: TLSFault?, acceptor: TLSFault?) {
        var faults: (opener: TLSFault?, acceptor: TLSFault?)
        for _ in 0..<8 {
            faults.opener = faults.opener ?? step(opener)
            carry(opener, acceptor)
            faults.acceptor = faults.acceptor ?? step(acceptor)
            carry(acceptor, opener)
        }
        return faults
    }

    private func step(_ session: TLSSession) -> TLSFault? {
        do throws(TLSFault) {
            if try session.shakeHands() {
                // An end hears only now that its certificate was refused.
                var nothing = ByteBuffer()
                try session.read(into: &nothing)
            }
            return nil
        } catch { return error }
    }

    func carry(_ from: TLSSession, _ to: TLSSession, bytesAtOnce: Int = .max) {
        var bytes = ByteBuffer()
        from.drain(into: &bytes)
        while !bytes.isEmpty {
            let count = min(bytesAtOnce, bytes.count)
            to.feed(UnsafeRawBufferPointer(rebasing: bytes.bytes[..<count]))
            bytes.consume(count)
        }
    }

    func send(_ text: [UInt8], from: TLSSession, to: TLSSession, bytesAtOnce: Int = .max) throws -> [UInt8] {
        try text.withUnsafeBytes { try from.write($0) }
        carry(from, to, bytesAtOnce: bytesAtOnce)
        var plain = ByteBuffer()
        try to.read(into: &plain)
        return Array(plain.bytes)
    }
}
