import Reports

/// What the name of a gate in the feed says: `us-east-2/checkout/shipping` in a cell, `r1/r1/checkout@us-east-2` of a router
/// before a cell, which `breaker ls` calls `r1/us-east-2/checkout`.
struct TopGate {
    /// As commands take it.
    var name: String
    /// Whose calls it is about, and of what.
    var label: String
    /// The cell that it is in or before; nil where the name says none.
    var cell: String?
    /// The service that is called; nil where the name says none.
    var service: String?

    init(_ breaker: FeedBreaker, routers: [String]) {
        let parts = breaker.name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else {
            (name, label) = (breaker.name, breaker.name)
            return
        }
        if let sign = parts[2].lastIndex(of: "@") {
            service = String(parts[2][..<sign])
            cell = String(parts[2][parts[2].index(after: sign)...])
            name = "\(parts[0])/\(cell ?? "")/\(service ?? "")"
            label = "\(parts[0])>\(service ?? "")"
        } else {
            service = parts[2]
            cell = routers.contains(parts[0]) ? parts[1] : parts[0]
            name = breaker.name
            label = "\(routers.contains(parts[0]) ? parts[0] : parts[1])>\(parts[2])"
        }
    }
}
