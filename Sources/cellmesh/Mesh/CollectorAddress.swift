import ArgumentParser
import MeshBase
import Reports
import UVDriver

/// Where a collector of the OpenTelemetry protocol takes traces over HTTP.
struct CollectorAddress {
    /// As it was written, with the path.
    let text: String
    private let host: String
    private let port: UInt16
    private let path: String

    /// Where collectors listen for HTTP.
    private static let usualPort: UInt16 = 4_318

    /// - Throws: where it is no such address, or is another machine's and that is not allowed.
    init(_ url: String, allowRemote: Bool) throws {
        let scheme = "http://"
        guard url.lowercased().hasPrefix(scheme) else {
            throw ValidationError("--endpoint begins with http://, such as http://127.0.0.1:4318")
        }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        let written = authority.contains(":") ? String(authority) : "\(authority):\(Self.usualPort)"
        guard let (host, port) = Resolver.parse(written), port > 0, !host.contains("@"),
            path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") })
        else { throw ValidationError("'\(url)' is no address such as http://127.0.0.1:4318") }
        self.host = host
        self.port = port
        self.path = path.isEmpty || path == "/" ? "/v1/traces" : String(path)
        text = "http://\(host):\(port)\(self.path)"
        guard allowRemote || host == "localhost" || Endpoint.parseAddress(host).map({ $0 >> 24 == 127 }) == true else {
            throw ValidationError(
                "'\(host)' is not this machine: traces tell names of customers and services; --allow-remote sends them there"
            )
        }
    }

    /// - Throws: where the name has no address.
    func resolved() throws -> Endpoint {
        if host == "localhost" { return .loopback(port) }
        if let address = Endpoint.parseAddress(host) { return Endpoint(address: address, port: port) }
        let loop = try EventLoop()
        var found: Result<[Endpoint], UVError>?
        _ = try Resolver.resolve(loop: loop, host: host, port: port) { found = $0 }
        loop.run()
        loop.close()
        guard case .success(let endpoints)? = found, let endpoint = endpoints.first else {
            throw CommandFailure("'\(host)' has no address", hint: "--endpoint http://HOST:PORT")
        }
        return endpoint
    }

    /// - Parameter limit: for the request and its answer.
    func post(_ request: OTLPRequests.Request, to endpoint: Endpoint, within limit: TimeAmount) -> OTLPDelivery.Answer {
        var outgoing = HTTPOutgoing(.post, endpoint, path, host: "\(host):\(port)", body: request.body)
        outgoing.set("Content-Type", "application/json")
        switch BlockingHTTPClient.send(outgoing, timeout: limit) {
        case .success(let answer): return .status(answer.status, retryAfter: answer.retryAfter, body: answer.body)
        case .failure(let error): return .lost("\(error)")
        }
    }
}
