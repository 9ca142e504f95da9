import MeshBase
import Reports
import Telemetry

/// What a process has seen in the last seconds and others would want to know at once: told with its vitals, so that who accused whom,
/// and how many confirmed it, is on the screen while it happens.
struct RecentNews {
    private var ring: [(news: Vitals.News, at: Instant)] = []
    private var number: UInt64 = 0

    /// Of members what is believed of them, of links who is passed over; what comes with each request or each look is left out.
    static func isNews(_ event: TelemetryEvent) -> Bool {
        switch event.type {
        case "member": ["suspect", "dead", "left", "alive"].contains(event.action)
        case "link": event.action == "demoted" || event.action == "returned"
        case "breaker", "ejection", "store", "degradation": true
        default: false
        }
    }

    mutating func note(_ event: TelemetryEvent, now: Instant) {
        guard Self.isNews(event) else { return }
        number += 1
        if ring.count >= Vitals.News.most { ring.removeFirst() }
        ring.append((Vitals.News(n: number, event: EventRecord(event)), now))
    }

    /// Nil where there is nothing.
    func recent(now: Instant) -> [Vitals.News]? {
        let fresh = ring.filter { now - $0.at <= .milliseconds(Vitals.News.lifetime) }.map(\.news)
        return fresh.isEmpty ? nil : fresh
    }
}

extension EventRecord {
    /// As the log has it.
    init(_ event: TelemetryEvent) {
        var attributes: [String: Value] = [:]
        for attribute in event.attributes {
            attributes[attribute.name] =
                switch attribute.value {
                case .string(let text): .text(text)
                case .integer(let number): .integer(number)
                case .number(let number): .number(number)
                case .boolean(let flag): .flag(flag)
                }
        }
        self.init(
            time: Timestamp.string(event.time, .nanoseconds), type: event.type, action: event.action, id: event.id,
            attributes: attributes)
    }
}
