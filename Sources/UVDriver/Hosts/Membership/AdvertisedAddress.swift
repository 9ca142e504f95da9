import CLibUV
import Glibc
import MeshBase

/// The address that the others are told to reach this process at.
package enum AdvertisedAddress {
    /// - Parameters:
    ///   - given: a host name or `A.B.C.D`; nil where nobody chose one.
    ///   - listening: the addresses that are bound, that of gossip first.
    /// - Returns: nil where each bound address can be told as it is.
    /// - Throws: a name that is not known; or every address is bound and the machine's own name leads back to itself.
    package static func choose(_ given: String?, listening: [Endpoint]) throws(HostFailure) -> UInt32? {
        if let given {
            let address = try address(of: given, "--advertise \(given)")
            guard address != 0, address >> 28 != 14, address != .max else {
                throw HostFailure(
                    "--advertise \(given): nobody reaches a member at \(Endpoint(address: address, port: 0).host)")
            }
            return address
        }
        guard listening.contains(where: { $0.address == 0 }) else { return nil }
        if let bound = listening.first?.address, bound != 0 { return bound }
        let name = try hostName()
        let hint = "give --advertise, the address that other hosts reach this one at"
        let own: UInt32
        do throws(HostFailure) { own = try address(of: name, "the own address") } catch {
            throw HostFailure("\(error); \(hint)")
        }
        guard own >> 24 != 127 else {
            throw HostFailure(
                "'\(name)' is \(Endpoint(address: own, port: 0).host), which no other host reaches; \(hint)")
        }
        return own
    }

    /// The first address of a host name, or what `A.B.C.D` says.
    package static func address(of host: String, _ purpose: String) throws(HostFailure) -> UInt32 {
        if let address = Endpoint.parseAddress(host) { return address }
        guard !Endpoint.isIPv6(host) else {
            throw HostFailure("\(purpose): \(Endpoint.onlyIPv4), or a name that has one")
        }
        guard !host.contains(":") else { throw HostFailure("\(purpose): a name or A.B.C.D, without a port") }
        var outcome: Result<[Endpoint], UVError>?
        do throws(UVError) {
            let loop = try EventLoop()
            try Resolver.resolve(loop: loop, host: host, port: 0) { outcome = $0 }
            loop.run()
            loop.close()
        } catch { outcome = .failure(error) }
        switch outcome {
        case .success(let found)? where !found.isEmpty: return found[0].address
        case .failure(let error)?: throw HostFailure("\(purpose): \(error)")
        default: throw HostFailure("\(purpose): \(host) has no IPv4 address")
        }
    }

    private static func hostName() throws(HostFailure) -> String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { throw HostFailure("this machine has no name") }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
