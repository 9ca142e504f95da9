import CLibUV
import MeshBase

/// One lookup of a host's addresses, IPv4 and IPv6, on libuv's pool.
///
/// They are tried in the order of the system's resolver (`getaddrinfo`: RFC 6724 and the host's own configuration), which
/// puts last what this host has no way to.
package final class Resolver: LoopRequest {
    private var completion: ((Result<[Endpoint], UVError>) -> Void)?
    private let port: UInt16
    private let question: String

    /// At most this many addresses are reported.
    package static let addressLimit = 16

    /// Asks for the addresses of `host`, a name or an address, and gives them with `port`, each once, in the resolver's
    /// order, without those that hold on one link alone. `completion` is called once, on the loop's thread; with ECANCELED if the lookup was cancelled.
    @discardableResult
    package static func resolve(
        loop: EventLoop, host: String, port: UInt16, completion: @escaping (Result<[Endpoint], UVError>) -> Void
    ) throws(UVError) -> Resolver {
        let resolver = Resolver(loop: loop, host: host, port: port, completion: completion)
        try resolver.start(host)
        return resolver
    }

    /// The same on a loop of its own, for whoever waits; an address needs no lookup. `localhost` is 127.0.0.1 and, behind it,
    /// ::1, whatever this host's files say: it never leads elsewhere.
    package static func addresses(of host: String, port: UInt16 = 0) throws(UVError) -> [Endpoint] {
        if let address = IPAddress(host) { return [Endpoint(address: address, port: port)] }
        if host.lowercased() == "localhost" {
            return [IPAddress.loopback, .loopback6].map { Endpoint(address: $0, port: port) }
        }
        let loop = try EventLoop()
        defer { loop.close() }
        var outcome: Result<[Endpoint], UVError>?
        try resolve(loop: loop, host: host, port: port) { outcome = $0 }
        loop.run()
        guard let outcome else { throw UVError(code: UV_ECANCELED.rawValue, operation: "look up \(host)") }
        return try outcome.get()
    }

    private init(
        loop: EventLoop, host: String, port: UInt16, completion: @escaping (Result<[Endpoint], UVError>) -> Void
    ) {
        self.completion = completion
        self.port = port
        question = "look up \(host)"
        super.init(loop: loop, type: UV_GETADDRINFO)
    }

    private func start(_ host: String) throws(UVError) {
        guard !host.isEmpty, !host.utf8.contains(0) else {
            throw UVError(code: UV_EINVAL.rawValue, operation: question)
        }
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        let status = uv_getaddrinfo(
            loop.raw, pointer(as: uv_getaddrinfo_t.self),
            { request, status, list in
                let resolver = Unmanaged<Resolver>.fromOpaque(request!.pointee.data).takeUnretainedValue()
                resolver.ended()
                resolver.finish(status, list)
                uv_freeaddrinfo(list)
            }, host, nil, &hints)
        try check(status, question)
        began()
    }

    private func finish(_ status: Int32, _ list: UnsafeMutablePointer<addrinfo>?) {
        let completion = completion
        self.completion = nil
        completion?(answer(status, list))
    }

    private func answer(_ status: Int32, _ list: UnsafeMutablePointer<addrinfo>?) -> Result<[Endpoint], UVError> {
        guard status >= 0 else { return .failure(UVError(code: status, operation: question)) }
        var endpoints: [Endpoint] = []
        var next = list
        while let entry = next, endpoints.count < Resolver.addressLimit {
            if let found = Endpoint(UnsafePointer(entry.pointee.ai_addr)), !found.address.isLinkLocal {
                let endpoint = Endpoint(address: found.address, port: port)
                if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
            }
            next = entry.pointee.ai_next
        }
        if endpoints.isEmpty { return .failure(UVError(code: UV_EAI_NODATA.rawValue, operation: question)) }
        return .success(endpoints)
    }
}
