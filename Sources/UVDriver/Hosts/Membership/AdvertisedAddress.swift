import CLibUV
import Glibc
import MeshBase

/// The address that the others are told to reach this process at.
package enum AdvertisedAddress {
    /// - Parameters:
    ///   - given: a host name or an address; nil where nobody chose one.
    ///   - listening: the addresses that are bound, that of gossip first.
    /// - Returns: nil where each bound address can be told as it is.
    /// - Throws: a name that is not known; every address is bound and the machine's own name leads back to itself; or what is
    ///   bound does not serve the family of what would be told.
    package static func choose(_ given: String?, listening: [Endpoint]) throws(HostFailure) -> IPAddress? {
        if let given {
            let found = try addresses(of: given, "--advertise \(given)")
            let address = found.first { isServed($0, by: listening) } ?? found[0]
            guard address.isOfOneHost else {
                throw HostFailure("--advertise \(given): nobody reaches a member at \(address)")
            }
            return address
        }
        guard listening.contains(where: \.address.isUnspecified) else { return nil }
        if let bound = listening.first?.address, !bound.isUnspecified {
            for open in listening where open.address.isUnspecified && !open.address.serves(bound) {
                throw HostFailure(
                    "others are told \(bound), where gossip is bound, and \(open) serves the other family alone: bind [::],"
                        + " which serves both, or give --advertise")
            }
            return bound
        }
        return try own(listening)
    }

    /// Of the machine's own name: the first address that what is bound serves, and that leads elsewhere than to itself.
    private static func own(_ listening: [Endpoint]) throws(HostFailure) -> IPAddress {
        let name = try hostName()
        let hint = "give --advertise, the address that other hosts reach this one at"
        let found: [IPAddress]
        do throws(HostFailure) { found = try addresses(of: name, "the own address") } catch {
            throw HostFailure("\(error); \(hint)")
        }
        let served = found.filter { isServed($0, by: listening) }
        if let own = served.first(where: { !$0.isLoopback }) { return own }
        guard let first = served.first else {
            throw HostFailure("'\(name)' is \(found[0]), of a family that is not bound; bind [::], or \(hint)")
        }
        throw HostFailure("'\(name)' is \(first), which no other host reaches; \(hint)")
    }

    private static func isServed(_ address: IPAddress, by listening: [Endpoint]) -> Bool {
        listening.allSatisfy { !$0.address.isUnspecified || $0.address.serves(address) }
            && listening.first.map { $0.address.serves(address) } ?? true
    }

    /// The address of a host name that this machine has, or what an address says.
    ///
    /// - Parameter option: by which the host was given.
    package static func bound(_ host: String, option: String) throws(HostFailure) -> IPAddress {
        let found = try addresses(of: host, "\(option) \(host)")
        return AddressChoice.own(found.map { Endpoint(address: $0, port: 0) })?.address ?? found[0]
    }

    /// The addresses of a host name, one at least, or what an address says.
    static func addresses(of host: String, _ purpose: String) throws(HostFailure) -> [IPAddress] {
        // As people write it in front of a port.
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        if let problem = AddressProblem.host(bare) { throw HostFailure("\(purpose): \(problem)") }
        if let address = IPAddress(bare) { return [address] }
        guard !host.contains(":") else { throw HostFailure("\(purpose): a name or an address, without a port") }
        do throws(UVError) { return try Resolver.addresses(of: host).map(\.address) } catch {
            throw HostFailure("\(purpose): \(error)")
        }
    }

    private static func hostName() throws(HostFailure) -> String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { throw HostFailure("this machine has no name") }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
