/// `GET /v1/traces/ID`: of a process its own part, of a control plane all that it has gathered.
package enum ToldTrace: Decodable, Sendable {
    case own(TracePage)
    case kept([TracePage])

    package init(from decoder: any Decoder) throws {
        if let kept = try? KeptTracePage(from: decoder) {
            self = .kept(kept.parts)
        } else {
            self = .own(try TracePage(from: decoder))
        }
    }
}

/// Collects the parts of one trace from those who have them. What a process tells itself is newer than what was gathered of it.
package struct TraceParts: Sendable {
    private let id: String
    /// By the process whose part it is.
    package private(set) var pages: [(node: String, page: TracePage)] = []
    /// Node and the name under which it keeps the part.
    private var known: Set<String> = []

    /// - Parameter id: of the request.
    package init(id: String) { self.id = id }

    /// Names of attempts that parts speak of.
    package var attempts: [String] {
        var found: [String] = []
        for (_, page) in pages { for name in page.attempts where !found.contains(name) { found.append(name) } }
        return found
    }

    /// Adds what was told of the trace, or of one of its attempts; what is of another time is left out.
    package mutating func add(_ told: [ToldTrace]) {
        for case .own(let page) in told { add(page) }
        // First where the request came in, so that it is known which attempts are its own.
        var kept: [TracePage] = []
        for case .kept(let pages) in told { kept += pages }
        for page in kept where page.head.trace == id { add(page) }
        for page in kept where page.head.trace != id { add(page) }
    }

    private mutating func add(_ page: TracePage) {
        var page = page
        let name = page.head.trace
        if name != id {
            guard GatheredTrace.belongs(page, to: pages.map(\.page)) else { return }
            page.head.trace = id
        }
        guard known.insert("\(page.head.node) \(name)").inserted else { return }
        pages.append((page.head.node, page))
    }
}
