/// Workers shared out over the endpoints of a process (C14). A critical one has the larger of a tenth of all and 1.5
/// times what it keeps busy; the others have the rest by their share of the traffic, at least two each. The queue of
/// each holds twice its workers.
public struct PoolAllocation: Sendable, Equatable {
    /// What is known of an endpoint.
    public struct Endpoint: Sendable, Equatable {
        /// Of the endpoint.
        public var name: String
        /// It gets its share before all that are not.
        public var isCritical: Bool
        /// Requests in work at once on average: rate x time of one (Little's law). 0 or more.
        public var concurrency: Double
        /// Requests a second, or any other measure of its part of all. 0 or more.
        public var traffic: Double

        /// An endpoint, its mean concurrency and its share of the traffic, both at least 0.
        public init(_ name: String, isCritical: Bool, concurrency: Double, traffic: Double) {
            self.name = name
            self.isCritical = isCritical
            self.concurrency = concurrency.isFinite ? max(concurrency, 0) : 0
            self.traffic = traffic.isFinite ? max(traffic, 0) : 0
        }
    }
    /// What an endpoint has.
    public struct Share: Sendable, Equatable {
        /// Of the endpoint.
        public let name: String
        /// At least 2.
        public let workers: Int
        /// Twice the workers.
        public let queue: Int
    }

    /// In the order they were given.
    public let shares: [Share]
    /// Workers to be shared out.
    public let total: Int

    /// - Parameter total: workers there are, at least 1 (less is 1).
    public init(total: Int, endpoints: [Endpoint]) {
        let total = max(total, 1)
        self.total = total
        let floor = (total + 9) / 10
        // Rounded up: 1.5 times of what is needed is a margin, and rounding down would take from it.
        let critical = endpoints.map {
            $0.isCritical ? max(floor, Int(min($0.concurrency * 1.5, 1e9).rounded(.up)), 1) : 0
        }
        let rest = max(total - critical.reduce(0, +), 0)
        let others = endpoints.map { $0.isCritical ? 0 : $0.traffic }
        let traffic = others.reduce(0, +)
        shares = endpoints.indices.map { index in
            let workers =
                endpoints[index].isCritical
                ? critical[index]
                : max(2, traffic > 0 ? Int(Double(rest) * others[index] / traffic) : 0)
            return Share(name: endpoints[index].name, workers: workers, queue: workers * 2)
        }
    }

    /// Workers given out.
    public var sum: Int { shares.reduce(0) { $0 + $1.workers } }
    /// How many more were given out than there are, where they are; lint `allocation-above-total`.
    public var excess: Int { max(sum - total, 0) }
}
