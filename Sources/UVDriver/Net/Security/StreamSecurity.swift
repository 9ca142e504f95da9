import MeshBase
import TLS

/// How the streams of pools are secured: to which ends, and with what. One of a process, shared by its pools.
package final class StreamSecurity {
    package enum Rule: String, Sendable, CaseIterable {
        /// Between processes of different hosts: what stays on a host goes in the clear.
        case hosts
        /// Between all processes, also of one host.
        case all
    }

    package let rule: Rule
    /// Addresses of this host; the loopback is always among them.
    package var ownAddresses: Set<IPAddress> = []
    /// Makes what connections have in common, once the first one needs it.
    package var make: () throws -> TLSContext = { throw TLSFault(.broken, "there is no certificate") }
    private var made: TLSContext?
    /// What is read and not deciphered yet; of one read at a time, and only where something is encrypted.
    private var buffer: UnsafeMutableRawBufferPointer?

    package init(_ rule: Rule) { self.rule = rule }

    deinit { buffer?.deallocate() }

    var scratch: UnsafeMutableRawBufferPointer {
        if let buffer { return buffer }
        let made = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        buffer = made
        return made
    }

    /// Whether a connection to this end is encrypted.
    func secures(_ endpoint: Endpoint) -> Bool {
        rule == .all || !(endpoint.address.isLoopback || ownAddresses.contains(endpoint.address))
    }

    /// One end of a new connection.
    func session(_ side: TLSSession.Side) throws -> TLSSession {
        let context = try made ?? make()
        made = context
        return try TLSSession(context, side)
    }

    /// Streams that begin from now on show another certificate. Those that are open keep what they began with.
    ///
    /// - Throws: where none can be made; the old one stays.
    package func renew() throws { made = try make() }
}
