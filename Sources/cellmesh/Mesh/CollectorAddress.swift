import ArgumentParser
import MeshBase
import Reports
import UVDriver

/// Where a collector of the OpenTelemetry protocol takes traces over HTTP.
struct CollectorAddress {
    /// As it was written, with the path.
    let text: String
    private let place: HostPort
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
        guard let place = HostPort(authority, usualPort: Self.usualPort), place.port > 0,
            path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") })
        else {
            let problem = AddressProblem.endpoint(authority).map { ": \($0)" }
            throw ValidationError("'\(url)' is no address such as http://127.0.0.1:4318\(problem ?? "")")
        }
        self.place = place
        self.path = path.isEmpty || path == "/" ? "/v1/traces" : String(path)
        text = "http://\(place)\(self.path)"
        guard allowRemote || place.host.lowercased() == "localhost" || place.address?.isLoopback == true else {
            throw ValidationError(
                "'\(place.host)' is not this machine: traces tell names of customers and services; --allow-remote sends them there"
            )
        }
    }

    /// Of a name's addresses the first that takes a connection.
    ///
    /// - Throws: where the name has no address.
    func resolved() throws -> Endpoint {
        guard let endpoints = try? Resolver.addresses(of: place.host, port: place.port),
            let endpoint = AddressChoice.reached(endpoints)
        else { throw CommandFailure("'\(place.host)' has no address", hint: "--endpoint http://HOST:PORT") }
        return endpoint
    }

    /// - Parameter limit: for the request and its answer.
    func post(_ request: OTLPRequests.Request, to endpoint: Endpoint, within limit: TimeAmount) -> OTLPDelivery.Answer {
        var outgoing = HTTPOutgoing(.post, endpoint, path, host: "\(place)", body: request.body)
        outgoing.set("Content-Type", "application/json")
        switch BlockingHTTPClient.send(outgoing, timeout: limit) {
        case .success(let answer): return .status(answer.status, retryAfter: answer.retryAfter, body: answer.body)
        case .failure(let error): return .lost("\(error)")
        }
    }
}
