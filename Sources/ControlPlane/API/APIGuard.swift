import Ciphers
import MeshBase

/// Who may talk to the API: programs on this machine that hold the token, and no web page.
///
/// The Host field defeats DNS rebinding (a foreign name that resolves to 127.0.0.1), Origin defeats cross-site requests,
/// the token other users of the machine.
package struct APIGuard: Sendable {
    package enum Refusal: Error, Sendable, Equatable {
        /// 403: the Host field names another server.
        case host
        /// 403: sent by a page of another server.
        case origin
        /// 401: no token, or another one.
        case token
        /// 403: a pass that does not suffice for a change, without its key, or for what passes never do.
        case pass
    }

    private let hosts: [String]
    private let authorization: [UInt8]

    /// - Parameters:
    ///   - address: where the API listens.
    package init(address: Endpoint, token: String) {
        var hosts = [address.description, "localhost:\(address.port)"]
        // Bound to every address: those of the loopback that it serves are meant too.
        if address.address.isUnspecified {
            for loopback in [IPAddress.loopback, .loopback6] where address.address.serves(loopback) {
                hosts.append(Endpoint(address: loopback, port: address.port).description)
            }
        }
        self.hosts = hosts
        authorization = Array("Bearer \(token)".utf8)
    }

    /// - Parameters:
    ///   - authority: of a target in absolute form; nil where it has none. It is meant in place of the Host field, which has
    ///     to name this server as well.
    ///   - origin: nil where the field is absent.
    package func checkSource(host: String, authority: String? = nil, origin: String?) throws(Refusal) {
        guard isOwn(host), isOwn(authority ?? host) else { throw .host }
        guard let origin else { return }
        let scheme = "http://"
        guard origin.lowercased().hasPrefix(scheme), isOwn(String(origin.dropFirst(scheme.count))) else {
            throw .origin
        }
    }

    /// Addresses are compared as such: an IPv6 one may be written in several ways.
    private func isOwn(_ host: String) -> Bool {
        hosts.contains(Endpoint(host)?.description ?? host.lowercased())
    }

    /// The scheme's name is compared without regard to case (RFC 9110, 11.1).
    package func checkToken(_ value: UnsafeRawBufferPointer) throws(Refusal) {
        var value = Array(value)
        for index in value.indices.prefix(6) where value[index] >= 65 && value[index] <= 90 { value[index] += 32 }
        var expected = authorization
        for index in expected.indices.prefix(6) where expected[index] >= 65 && expected[index] <= 90 {
            expected[index] += 32
        }
        guard ConstantTime.areEqual(value, expected) else { throw .token }
    }
}
