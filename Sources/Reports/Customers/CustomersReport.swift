/// `customers -o json`: customers by name, with what was predicted for each and what became of it.
package struct CustomersReport: Codable, Sendable, Equatable {
    /// One customer.
    package struct Row: Codable, Sendable, Equatable {
        package var customer: String
        /// The names of its cells, the preferred one first.
        package var shard: [String]
        /// `untouched degraded lost`, with `cells` out; `unknown` where customers have moved since, and nobody keeps it.
        package var predicted: String
        /// The same, as the worst that any router saw; null for who has not asked while these cells were out.
        @Nullable package var observed: String?
        /// It fared otherwise than predicted.
        package var different: Bool
        /// How its requests ended; null where `observed` is.
        @Nullable package var outcomes: ImpactPage.Outcomes?

        package init(
            customer: String, shard: [String], predicted: String, observed: String?, different: Bool,
            outcomes: ImpactPage.Outcomes?
        ) {
            self.customer = customer
            self.shard = shard
            self.predicted = predicted
            self.different = different
            self.observed = observed
            self.outcomes = outcomes
        }
    }

    package var schema = ReportJSON.schema
    package var mesh: String
    /// Customers of the mesh.
    package var of: Int
    /// The cells that are out, or were last.
    package var cells: [String] = []
    /// The cells of which some service does not answer whole; absent without one.
    package var impaired: [String]?
    /// How long ago that was over, in milliseconds; absent while it goes on, and where there was nothing.
    package var endedMilliseconds: Int?
    /// How many there are of what was asked for.
    package var matching = 0
    /// These, or the first of them.
    package var customers: [Row] = []
    /// Behind which the next page begins; null at the end.
    @Nullable package var next: String?

    private enum CodingKeys: String, CodingKey {
        case schema, mesh, of, cells, impaired
        case endedMilliseconds = "ended_ms"
        case matching, customers, next
    }

    package init(mesh: String, of: Int) {
        self.mesh = mesh
        self.of = of
        next = nil
    }
}
