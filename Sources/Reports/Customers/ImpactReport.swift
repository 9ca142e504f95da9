/// What customers felt lately, over all routers.
package struct ImpactReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var customers = 0
    package var lost = 0
    package var degraded = 0
    package var untouched = 0
    /// The longest window of any router.
    package var windowMilliseconds: Int64 = 0
    /// Routers that answered, of those that were asked.
    package var routers = 0
    package var of = 0

    private enum CodingKeys: String, CodingKey {
        case schema, customers, lost, degraded, untouched, routers, of
        case windowMilliseconds = "window_ms"
    }

    /// The answer of one router.
    package struct Part: Decodable, Sendable {
        package var customers: Int
        package var lost: Int
        package var degraded: Int
        package var untouched: Int
        package var windowMilliseconds: Int64

        private enum CodingKeys: String, CodingKey {
            case customers, lost, degraded, untouched
            case windowMilliseconds = "window_ms"
        }
    }

    /// - Parameters:
    ///   - parts: the answers; nil for a router that gave none.
    package init(parts: [Part?]) {
        of = parts.count
        for part in parts.compactMap({ $0 }) {
            routers += 1
            customers = Self.sum(customers, part.customers)
            lost = Self.sum(lost, part.lost)
            degraded = Self.sum(degraded, part.degraded)
            untouched = Self.sum(untouched, part.untouched)
            windowMilliseconds = max(windowMilliseconds, part.windowMilliseconds)
        }
    }

    /// Numbers from the network may be anything.
    private static func sum(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(max(0, b))
        return overflow ? .max : sum
    }
}
