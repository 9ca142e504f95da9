import Foundation
import Testing

/// A plain blocking client on one connection: what the tests send is exactly what they say.
final class HTTPProbe {
    private let descriptor: Int32

    struct Answer {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    /// Connects to `http://A.B.C.D:PORT` or `http://[IPV6]:PORT`.
    init(_ url: String) throws {
        let text = url.replacingOccurrences(of: "http://", with: "")
        let colon = try #require(text.lastIndex(of: ":"))
        let host = text[..<colon].trimmingCharacters(in: ["[", "]"])
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        try #require(getaddrinfo(host, String(text[text.index(after: colon)...]), &hints, &list) == 0, "\(url)")
        defer { freeaddrinfo(list) }
        let address = try #require(list).pointee
        descriptor = socket(address.ai_family, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        try #require(connect(descriptor, address.ai_addr, address.ai_addrlen) == 0, "cannot connect to \(url)")
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
    func send(_ text: String) { send(Array(text.utf8)) }

    /// All that arrives until the peer closes, the time limit passes or `enough` bytes are there.
    func receive(enough: Int = .max) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < enough {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    /// One request on a connection of its own.
    static func request(
        _ method: String, _ url: String, _ path: String, headers: [String] = [], body: String = "",
        hostField: String = "mesh"
    ) throws -> Answer {
        let probe = try HTTPProbe(url)
        var text = "\(method) \(path) HTTP/1.1\r\nHost: \(hostField)\r\nConnection: close\r\n"
        for header in headers { text += header + "\r\n" }
        if !body.isEmpty || method == "PUT" || method == "POST" { text += "Content-Length: \(body.utf8.count)\r\n" }
        probe.send(text + "\r\n" + body)
        return try #require(parse(probe.receive()), "no answer to \(method) \(path)")
    }

    static func parse(_ bytes: [UInt8]) -> Answer? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        return Answer(status: status, headers: headers, body: String(text[end.upperBound...]))
    }
}
