import CLibUV
import MeshBase

/// One lookup of a host's IPv4 addresses, on libuv's pool.
package final class Resolver: LoopRequest {
    private var completion: ((Result<[Endpoint], UVError>) -> Void)?
    private let port: UInt16
    private let question: String

    /// At most this many addresses are reported.
    package static let addressLimit = 16

    /// Asks for the addresses of `host`, a name or `A.B.C.D`, and gives them with `port`, each once, in the resolver's
    /// order. `completion` is called once, on the loop's thread; with ECANCELED if the lookup was cancelled.
    @discardableResult
    package static func resolve(
        loop: EventLoop, host: String, port: UInt16, completion: @escaping (Result<[Endpoint], UVError>) -> Void
    ) throws(UVError) -> Resolver {
        let resolver = Resolver(loop: loop, host: host, port: port, completion: completion)
        try resolver.start(host)
        return resolver
    }

    /// `HOST:PORT` in its parts; nil if there is no host, or the port is not a number from 0 to 65535.
    package static func parse(_ text: String) -> (host: String, port: UInt16)? {
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let port = UInt16(digits),
            !text[..<colon].contains(":")
        else { return nil }
        return (String(text[..<colon]), port)
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
        hints.ai_family = AF_INET
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
            if let found = Endpoint(UnsafePointer(entry.pointee.ai_addr)) {
                let endpoint = Endpoint(address: found.address, port: port)
                if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
            }
            next = entry.pointee.ai_next
        }
        if endpoints.isEmpty { return .failure(UVError(code: UV_EAI_NODATA.rawValue, operation: question)) }
        return .success(endpoints)
    }
}
