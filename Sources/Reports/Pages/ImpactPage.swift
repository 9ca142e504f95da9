/// `GET /v1/impact/customers/N` of a router: what it saw of a fault, customer by customer.
package struct ImpactPage: Decodable, Sendable, Equatable {
    /// How requests ended.
    package struct Outcomes: Codable, Sendable, Equatable {
        package var requests: Int
        package var slow: Int
        package var failed: Int
        package var noQuorum: Int
        package var refused: Int

        package init(requests: Int = 0, slow: Int = 0, failed: Int = 0, noQuorum: Int = 0, refused: Int = 0) {
            self.requests = requests
            self.slow = slow
            self.failed = failed
            self.noQuorum = noQuorum
            self.refused = refused
        }

        private enum CodingKeys: String, CodingKey {
            case requests, slow, failed
            case noQuorum = "no_quorum"
            case refused
        }
    }

    /// `[hash in hexadecimal, 0 untouched | 1 degraded | 2 lost, requests, slow, failed, no quorum, refused]`.
    package struct Row: Decodable, Sendable, Equatable {
        package var customer: String
        package var impact: Int
        package var outcomes: Outcomes

        package init(customer: String, impact: Int, outcomes: Outcomes) {
            self.customer = customer
            self.impact = impact
            self.outcomes = outcomes
        }

        package init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            customer = try row.decode(String.self)
            impact = try row.decode(Int.self)
            outcomes = Outcomes(
                requests: try row.decode(Int.self), slow: try row.decode(Int.self), failed: try row.decode(Int.self),
                noQuorum: try row.decode(Int.self), refused: try row.decode(Int.self))
        }
    }

    /// Where it has changed between two pages, the first is of something else.
    package var phase: Int
    /// The cells that were out for it while it counted.
    package var cells: [String]
    /// The cells of which a service had a fault on it meanwhile; absent in answers of earlier releases.
    package var impaired: [String]?
    package var windowMilliseconds: Int
    package var open: Bool
    /// How long ago it ended, in milliseconds; nil while it goes on.
    package var endedMilliseconds: Int?
    /// Customers have moved since it ended.
    package var moved: Bool?
    /// Customers that it had no room for.
    package var overflow: Int
    /// Of the whole window.
    package var total: Outcomes
    package var seen: [Row]
    /// Where the next page begins; absent at the end.
    package var next: Int?

    private enum CodingKeys: String, CodingKey {
        case phase, cells, impaired, open, overflow, total, seen, next
        case moved
        case windowMilliseconds = "window_ms"
        case endedMilliseconds = "ended_ms"
    }

    /// When it was.
    package var window: ImpactWindow {
        ImpactWindow(isOpen: open, length: Int64(windowMilliseconds), ended: endedMilliseconds.map { Int64($0) })
    }
}
