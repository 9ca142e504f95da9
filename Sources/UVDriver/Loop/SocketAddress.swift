import CLibUV
import Glibc
import MeshBase

extension Endpoint {
    /// The endpoint of an IPv4 socket address.
    @inline(__always)
    package init(_ address: sockaddr_in) {
        self.init(v4: UInt32(bigEndian: address.sin_addr.s_addr), port: UInt16(bigEndian: address.sin_port))
    }

    /// The endpoint of an IPv6 socket address, without its zone; an IPv4 peer of a socket that serves both is IPv4.
    package init(_ address: sockaddr_in6) {
        let (high, low) = withUnsafeBytes(of: address.sin6_addr) {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(
            address: IPAddress(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low)),
            port: UInt16(bigEndian: address.sin6_port))
    }

    /// The endpoint behind a `sockaddr` that libuv handed over; nil unless it is IPv4 or IPv6.
    @inline(__always)
    package init?(_ address: UnsafePointer<sockaddr>?) {
        guard let address else { return nil }
        switch Int32(address.pointee.sa_family) {
        case AF_INET: self.init(cuv_sockaddr_in(address).pointee)
        case AF_INET6: self.init(cuv_sockaddr_in6(address).pointee)
        default: return nil
        }
    }

    /// What `read` writes into the address that it is given, of the size that it is given.
    ///
    /// - Throws: the negative errno that it returns.
    init(
        _ operation: @autoclosure () -> String,
        reading read: (UnsafeMutablePointer<sockaddr>, inout Int32) -> Int32
    ) throws(UVError) {
        var storage = sockaddr_storage()
        var size = Int32(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { read(cuv_storage_sockaddr($0), &size) }
        try check(status, operation())
        let endpoint = withUnsafeMutablePointer(to: &storage) { Endpoint(UnsafePointer(cuv_storage_sockaddr($0))) }
        guard let endpoint else { throw UVError(code: UV_EAFNOSUPPORT.rawValue, operation: operation()) }
        self = endpoint
    }

    /// Where a socket is bound.
    init(localOf descriptor: Int32) throws(UVError) {
        try self.init("read the address of a socket") { address, size in
            var length = socklen_t(size)
            return getsockname(descriptor, address, &length) == 0 ? 0 : -errno
        }
    }

    package var socketAddress: sockaddr_in {
        var result = sockaddr_in()
        result.sin_family = sa_family_t(AF_INET)
        result.sin_port = port.bigEndian
        result.sin_addr.s_addr = (address.v4 ?? 0).bigEndian
        return result
    }

    /// An IPv4 address in its IPv6 form, as a socket that serves both wants it.
    package var socketAddress6: sockaddr_in6 {
        var result = sockaddr_in6()
        result.sin6_family = sa_family_t(AF_INET6)
        result.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &result.sin6_addr) {
            $0.storeBytes(of: address.high.bigEndian, as: UInt64.self)
            $0.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return result
    }

    /// Calls `body` with this endpoint as the C library wants it; the pointer is valid during the call.
    ///
    /// - Parameter isForBoth: the socket is an IPv6 one.
    @inline(__always)
    package func withSocketAddress<Result>(
        isForBoth: Bool = false, _ body: (UnsafePointer<sockaddr>) -> Result
    ) -> Result {
        if address.isIPv4, !isForBoth { return withUnsafePointer(to: socketAddress) { body(cuv_sockaddr($0)) } }
        return withUnsafePointer(to: socketAddress6) { body(cuv_sockaddr6($0)) }
    }
}
