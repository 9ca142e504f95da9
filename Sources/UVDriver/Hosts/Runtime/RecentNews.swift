import MeshBase
import Nodes
import Reports
import Telemetry

/// What a process has seen in the last seconds and others would want to know at once: told with its vitals, so that who accused whom,
/// and how many confirmed it, is on the screen while it happens.
struct RecentNews {
    private var ring: [(news: Vitals.News, at: Instant)] = []
    private var number: UInt64 = 0

    /// Of members what is believed of them, of links who is passed over; what comes with each request or each look is left out.
    static func isNews(_ event: EventLine) -> Bool {
        switch event.type {
        case "member": ["suspect", "dead", "left", "alive"].contains(event.action)
        case "link": event.action == "demoted" || event.action == "returned"
        case "breaker", "ejection", "store", "degradation": true
        default: false
        }
    }

    /// - Parameter time: nanoseconds since 1970.
    mutating func note(_ event: EventLine, at time: Int64, now: Instant) {
        guard Self.isNews(event) else { return }
        number += 1
        if ring.count >= Vitals.News.most { ring.removeFirst() }
        ring.append((Vitals.News(n: number, event: event.record(at: Timestamp.string(time, .nanoseconds))), now))
    }

    /// Nil where there is nothing.
    func recent(now: Instant) -> [Vitals.News]? {
        let fresh = ring.filter { now - $0.at <= .milliseconds(Vitals.News.lifetime) }.map(\.news)
        return fresh.isEmpty ? nil : fresh
    }
}
