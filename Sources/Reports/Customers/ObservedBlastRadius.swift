import Sharding

/// `blast-radius -o json`: what is predicted, and with `--actual` what traffic saw beside it.
package struct ObservedBlastRadius: Encodable, Sendable, Equatable {
    package var report: BlastRadiusReport
    /// Customers have moved since: the highest epoch of the placement that all counts are by; absent where it is the one in force.
    package var epoch: UInt32?
    /// Cells of which some service does not answer whole: their customers are counted as degraded; absent without one.
    package var impaired: [String]?
    /// Absent where traffic was not asked.
    package var observed: Observed?

    package init(
        report: BlastRadiusReport, epoch: UInt32? = nil, impaired: [String]? = nil, observed: Observed? = nil
    ) {
        self.report = report
        self.epoch = epoch
        self.impaired = impaired
        self.observed = observed
    }

    package func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(epoch, forKey: .epoch)
        try container.encodeIfPresent(impaired, forKey: .impaired)
        try container.encodeIfPresent(observed, forKey: .observed)
    }
    private enum CodingKeys: String, CodingKey { case epoch, impaired, observed }

    /// What the routers saw of a fault.
    package struct Observed: Codable, Sendable, Equatable {
        /// Customers that asked, and how their shards stood and services answered them.
        package var customers = 0
        package var lost = 0
        package var degraded = 0
        package var untouched = 0
        /// Customers of whom some request found too few cells for its records.
        package var noQuorum = 0
        package var windowMilliseconds = 0
        /// It goes on.
        package var open = false
        /// Of those that were seen.
        package var predicted = BlastRadiusReport.Counts()
        /// Of those that were seen: customers with too few cells left for their records.
        package var predictedNoQuorum = 0
        /// Customers whose shard was seen in another state than predicted.
        package var different = 0
        /// The cells that were out for some router.
        package var cells: [String] = []
        /// The cells of which a service had a fault on it for some router; absent without one.
        package var impaired: [String]?
        /// How requests ended while they were.
        package var outcomes = ImpactPage.Outcomes()
        /// Nil without a request.
        @Nullable package var failureRate: Double?
        /// Of the whole window.
        package var total = ImpactPage.Outcomes()
        /// Customers that a router had no room for.
        package var overflow = 0
        package var routers: [Router] = []
        /// Routers that run and did not answer.
        package var silent: [String] = []
        /// As `different`; `deviations` has the worst hit of them.
        package var unexpected = 0
        package var deviations: [Deviation] = []
        /// Customers have moved since they were counted: nil where they have not; `predicted` is what was foretold when the fault began
        /// (`foretold`), or is not known any more (`unknown`) and zero.
        package var moved: Moved?

        /// What is known of a prediction for customers that have moved since.
        package enum Moved: String, Codable, Sendable { case foretold, unknown }

        package init() { failureRate = nil }

        private enum CodingKeys: String, CodingKey {
            case customers, lost, degraded, untouched
            case noQuorum = "no_quorum"
            case windowMilliseconds = "window_ms"
            case open, predicted
            case predictedNoQuorum = "predicted_no_quorum"
            case different, cells, impaired, outcomes
            case failureRate = "failure_rate"
            case total, overflow, routers, silent, unexpected, deviations, moved
        }
    }

    /// One router: the cells that were out for it while it counted customers.
    package struct Router: Codable, Sendable, Equatable {
        package var name: String
        package var cells: [String]
        /// Those of which a service had a fault on it; absent without one.
        package var impaired: [String]?

        package init(name: String, cells: [String], impaired: [String]? = nil) {
            self.name = name
            self.cells = cells
            self.impaired = impaired
        }
    }

    /// A customer that fared otherwise than predicted.
    package struct Deviation: Codable, Sendable, Equatable {
        package var customer: String
        /// `lost degraded untouched`.
        package var predicted: String
        package var observed: String
        package var outcomes: ImpactPage.Outcomes

        package init(customer: String, predicted: String, observed: String, outcomes: ImpactPage.Outcomes) {
            self.customer = customer
            self.predicted = predicted
            self.observed = observed
            self.outcomes = outcomes
        }
    }
}
