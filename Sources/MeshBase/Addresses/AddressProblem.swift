/// What is wrong with a text that is no address, for those who meant an IPv6 one: a sentence without a full stop.
public enum AddressProblem {
    /// Link-local addresses and zones.
    public static let linkLocal =
        "a link-local address holds on one link, and its zone on one host: give a global address or a unique local one "
        + "(fd00::/8)"

    /// Of a text in place of `HOST:PORT`; nil where it was not meant as IPv6.
    public static func endpoint(_ text: some StringProtocol) -> String? {
        if let parts = HostPort.parts(text), parts.isBracketed {
            if let problem = host(parts.host) { return problem }
            guard parts.host.contains(":"), let address = IPAddress(parts.host) else {
                return "'\(parts.host)' is no IPv6 address"
            }
            return parts.port.map { "'\($0)' is no port: a number from 0 to 65535" }
                ?? "a port follows the brackets: [\(address)]:7000"
        }
        if let problem = host(text) { return problem }
        if text.hasPrefix("[") { return "an IPv6 address stands between brackets: [::1]:7000" }
        return isMeantAsIPv6(text) ? "an IPv6 address stands in brackets, and its port behind them: [::1]:7000" : nil
    }

    /// Of a text in place of a name or an address without a port; nil where nothing is known to be wrong.
    public static func host(_ text: some StringProtocol) -> String? {
        let bare = text.prefix { $0 != "%" }
        guard let address = IPAddress.six(bare) else { return nil }
        return address.isLinkLocal || bare.count < text.count ? linkLocal : nil
    }

    /// Two colons at least, and what could begin such an address.
    private static func isMeantAsIPv6(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count > 2 && (parts[0].isEmpty || UInt16(parts[0], radix: 16) != nil)
    }
}
