import CLibUV
import Glibc
import MeshBase

extension Endpoint {
    /// The endpoint of an IPv4 socket address.
    @inline(__always)
    package init(_ address: sockaddr_in) {
        self.init(address: UInt32(bigEndian: address.sin_addr.s_addr), port: UInt16(bigEndian: address.sin_port))
    }

    /// The endpoint behind a `sockaddr` that libuv handed over; nil unless it is IPv4.
    @inline(__always)
    package init?(_ address: UnsafePointer<sockaddr>?) {
        guard let address, Int32(address.pointee.sa_family) == AF_INET else { return nil }
        self.init(cuv_sockaddr_in(address).pointee)
    }

    /// Where a socket is bound.
    init(localOf descriptor: Int32) throws(UVError) {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = getsockname(descriptor, cuv_mutable_sockaddr(&address), &size) == 0 ? 0 : -errno
        if status < 0 { throw UVError(code: status, operation: "read the address of a socket") }
        self.init(address)
    }

    @inline(__always)
    package var socketAddress: sockaddr_in {
        var result = sockaddr_in()
        result.sin_family = sa_family_t(AF_INET)
        result.sin_port = port.bigEndian
        result.sin_addr.s_addr = address.bigEndian
        return result
    }

    /// Calls `body` with this endpoint as the C library wants it; the pointer is valid during the call.
    @inline(__always)
    package func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
        withUnsafePointer(to: socketAddress) { body(cuv_sockaddr($0)) }
    }
}
