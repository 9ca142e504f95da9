/// `HOST:PORT`, of which the host is a name, an IPv4 address, or an IPv6 address in brackets. The only reader of that form.
public struct HostPort: Hashable, Sendable, CustomStringConvertible {
    /// The name, which may end with a dot, or the address without brackets.
    public let host: String
    public let port: UInt16
    /// Nil where the host is a name, which has to be looked up.
    public let address: IPAddress?

    /// Parses `NAME:PORT`, `A.B.C.D:PORT` and `[IPV6]:PORT`; ports are numbers from 0 to 65535 without leading zeros.
    public init?(_ text: some StringProtocol) {
        self.init(text, usualPort: nil)
    }

    /// - Parameter usualPort: the port that is meant where none is written; nil where one has to be.
    public init?(_ text: some StringProtocol, usualPort: UInt16?) {
        guard let parts = Self.parts(text) else { return nil }
        guard let written = parts.port else {
            guard let usualPort else { return nil }
            self.init(parts.host, parts.isBracketed, usualPort)
            return
        }
        guard let port = DecimalText.number(written, most: 65_535) else { return nil }
        self.init(parts.host, parts.isBracketed, UInt16(port))
    }

    private init?(_ host: String, _ isBracketed: Bool, _ port: UInt16) {
        address = IPAddress(host)
        // Brackets are for IPv6 alone: also for an IPv4 address that is written so.
        guard isBracketed ? address != nil && host.contains(":") : Self.isName(host) else { return nil }
        self.host = address?.description ?? host
        self.port = port
    }

    /// The host of a text whose port may be wrong or absent: a name, or an address without brackets; nil where it is neither.
    public static func host(of text: some StringProtocol) -> String? {
        guard let parts = parts(text) else { return nil }
        return HostPort(parts.host, parts.isBracketed, 0)?.host
    }

    /// The host, whether it stood in brackets, and what follows the colon behind it; nil where there is no host.
    static func parts(_ text: some StringProtocol) -> (host: String, isBracketed: Bool, port: String?)? {
        let text = String(text)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            let host = String(text[text.index(after: text.startIndex)..<end])
            return (host, true, rest.isEmpty ? nil : String(rest.dropFirst()))
        }
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        guard halves.count <= 2, !halves[0].isEmpty else { return nil }
        return (String(halves[0]), false, halves.count == 2 ? String(halves[1]) : nil)
    }

    /// What the system's resolver may be asked: no part of an address, of a URL, and no white space.
    static func isName(_ text: String) -> Bool {
        text.utf8.count <= 1_024 && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"[]%/@?#:\\".utf8.contains($0) }
    }

    /// Nil where the host is a name.
    public var endpoint: Endpoint? { address.map { Endpoint(address: $0, port: port) } }

    /// As it is read: an IPv6 address in brackets.
    public var description: String { "\(address?.host ?? host):\(port)" }
}
