import MeshBase

/// Which services of a cell fail, and whether one takes others with it (F2): a cascade.
///
/// A service has fallen where more than half of its calls of the last five looks failed. Above three fallen services it is a
/// cascade, until none is left.
struct CascadeWatch: Sendable {
    /// Looks, a second apart, whose calls are judged together.
    static let window = 5
    /// Of fewer calls nothing is said.
    static let least: UInt64 = 10
    /// A service falls where a greater share of its calls fails.
    static let share = 0.5
    /// More services than these are a cascade.
    static let most = 3

    /// By service: what was counted at the last looks, the oldest first.
    private var counts: [[ServiceScores.Counts]]
    /// In the order in which they fell.
    private(set) var fallen: [Int] = []
    private var isCascade = false

    init(services: Int) { counts = Array(repeating: [], count: services) }

    /// Once a second.
    ///
    /// - Parameters:
    ///   - now: what was counted of each service since the start.
    ///   - calls: by service, whom it calls.
    ///   - name: of a service.
    /// - Returns: what has changed; of services that fall at one look those that others call come first.
    mutating func look(
        _ now: [ServiceScores.Counts], calls: (Int) -> [Int], name: (Int) -> String
    ) -> [CascadeNews] {
        var falls: [(service: Int, share: Double, calls: UInt64)] = []
        var news: [CascadeNews] = []
        for service in counts.indices {
            counts[service].append(now[service])
            if counts[service].count > Self.window + 1 { counts[service].removeFirst() }
            let (ok, bad) = difference(service, from: 0, to: counts[service].count - 1)
            let share = bad > 0 ? Double(bad) / Double(ok &+ bad) : 0
            if let place = fallen.firstIndex(of: service) {
                guard share <= Self.share else { continue }
                fallen.remove(at: place)
                news.append(.rose(name(service)))
            } else if ok &+ bad >= Self.least, share > Self.share {
                falls.append((service, share, ok &+ bad))
            }
        }
        while !falls.isEmpty {
            // Whoever calls none of the others; where they call each other in a ring, the first.
            let place =
                falls.firstIndex { fall in
                    !falls.contains { other in
                        other.service != fall.service && calls(fall.service).contains(other.service)
                    }
                } ?? 0
            let fall = falls.remove(at: place)
            let callers = counts.indices.filter { $0 != fall.service && calls($0).contains(fall.service) }
            let through = calls(fall.service).filter { $0 != fall.service && counts.indices.contains($0) }
            news.append(
                .fell(
                    CascadeNews.Fall(
                        service: name(fall.service), share: fall.share, calls: fall.calls,
                        seconds: failing(fall.service) ?? 0, callers: callers.map(name),
                        // A breaker may have spared one that failed before the calls that would prove it.
                        through: (through.first(where: fallen.contains) ?? through.first { failing($0) != nil })
                            .map(name))))
            fallen.append(fall.service)
        }
        if !isCascade, fallen.count > Self.most {
            isCascade = true
            news.append(.begun(services: fallen.map(name)))
        } else if isCascade, fallen.isEmpty {
            isCascade = false
            news.append(.ended)
        }
        return news
    }

    /// What was counted of a service between two looks of the window.
    private func difference(_ service: Int, from: Int, to: Int) -> (ok: UInt64, bad: UInt64) {
        let counts = counts[service]
        return (counts[to].ok &- counts[from].ok, counts[to].bad &- counts[from].bad)
    }

    /// How many looks ago most of a service's calls failed first, within the window; nil where they did at none.
    private func failing(_ service: Int) -> Int? {
        let last = counts[service].count - 1
        let first = (0..<max(last, 0)).first { place in
            let (ok, bad) = difference(service, from: place, to: place + 1)
            return bad > ok
        }
        return first.map { last - 1 - $0 }
    }
}

/// Services of a cell fail, or answer again.
package enum CascadeNews: Sendable, Equatable {
    /// One that has fallen.
    package struct Fall: Sendable, Equatable {
        package var service: String
        /// Of its calls those that failed, 0...1, of how many.
        package var share: Double
        package var calls: UInt64
        /// For so many seconds before it was told, most of its calls had failed.
        package var seconds: Int
        /// The services that call it.
        package var callers: [String]
        /// One that it calls and that fails too; nil where there is none.
        package var through: String?

        package init(
            service: String, share: Double, calls: UInt64, seconds: Int, callers: [String], through: String?
        ) {
            self.service = service
            self.share = share
            self.calls = calls
            self.seconds = seconds
            self.callers = callers
            self.through = through
        }
    }

    case fell(Fall)
    /// Half of its calls or more go well again, or nobody calls it.
    case rose(String)
    /// More services have fallen than three, in this order.
    case begun(services: [String])
    /// None fails any more.
    case ended
}
