/// `route explain -o json` of one customer.
package struct RouteReport: Codable, Sendable, Equatable {
    /// Which cell serves the customers of one router.
    package struct Route: Codable, Sendable, Equatable {
        package var router: String
        /// Nil where it reaches none.
        @Nullable package var serving: String?

        package init(router: String, serving: String?) {
            self.router = router
            self.serving = serving
        }
    }
    /// One cell of the shard.
    package struct Member: Codable, Sendable, Equatable {
        package var cell: String
        package var region: String
        package var zone: String
        /// Nil where the mesh does not run.
        @Nullable package var state: String?

        package init(cell: String, region: String, zone: String, state: String?) {
            self.cell = cell
            self.region = region
            self.zone = zone
            self.state = state
        }
    }

    package var schema = ReportJSON.schema
    package var customer: String
    package var epoch: UInt32
    /// In the customer's order.
    package var shard: [String]
    /// Nil where it is not known, or none does.
    @Nullable package var serving: String?
    /// Which it never leaves.
    @Nullable package var geography: String?
    package var spread: String
    package var cohort: Int
    /// By hand.
    package var pinned: Bool
    package var byRouter: [Route]
    /// `stable joint new`.
    package var phase: String
    /// The cells that it moves to, and those that it has left.
    @Nullable package var joining: [String]?
    @Nullable package var leaving: [String]?
    package var members: [Member]

    package init(customer: String, epoch: UInt32, shard: [String], spread: String, cohort: Int, phase: String) {
        self.customer = customer
        self.epoch = epoch
        self.shard = shard
        self.spread = spread
        self.cohort = cohort
        self.phase = phase
        serving = nil
        geography = nil
        pinned = false
        byRouter = []
        joining = nil
        leaving = nil
        members = []
    }

    private enum CodingKeys: String, CodingKey {
        case schema, customer, epoch, shard, serving, geography, spread, cohort, pinned
        case byRouter = "by_router"
        case phase, joining, leaving, members
    }
}

/// The same of several customers, in the order in which they were asked for.
package struct RoutesReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var customers: [RouteReport]

    package init(customers: [RouteReport]) { self.customers = customers }
}
