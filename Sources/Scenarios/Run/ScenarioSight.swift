import MeshBase
import Reports

/// What is seen of a mesh at one moment, as far as a scenario asks.
package struct ScenarioSight: Sendable {
    /// Who is in the mesh, as far as customers are told by it: the same until somebody moves or comes.
    package struct Shape: Sendable, Equatable {
        /// Names of cells, in the order of the feed's columns.
        package var cells: [String]
        package var customers: Int
        /// Of each customer its cells by their places, in the order of the marks; empty where they are not told one by one.
        package var shards: [[Int]]

        package init(cells: [String] = [], customers: Int = 0, shards: [[Int]] = []) {
            self.cells = cells
            self.customers = customers
            self.shards = shards
        }
    }

    /// Nobody looks any more: this is what was seen last, and nothing of it is known to be so still.
    package var isStale = false
    /// Milliseconds since 1970, by the clock of whoever looked; 0 where nobody says.
    package var t: Int64 = 0
    package var shape = Shape()
    /// Everything serves that should.
    package var isWhole = false
    /// Cells that take customers and do not serve.
    package var down: [String] = []
    /// Cells that say that they are degraded.
    package var degraded: [String] = []
    /// What became of customers since somebody came to harm last.
    package var impact = FeedImpact()
    /// Routers, and those of them that do not serve, by name.
    package var routers: Set<String> = []
    package var routersOut: Set<String> = []
    /// Faults in force, by id.
    package var faults: [String: FeedFault] = [:]
    /// How many views of the membership agree, of how many; nil where nobody says.
    package var views: (agree: Int, of: Int)?
    /// Attempts for a request, by layer.
    package var amplification: [String: Double] = [:]
    /// Gates that let nothing through.
    package var openBreakers: [String] = []
    /// What faults have struck so far, by id; nil where the fault does not tell.
    package var hits: [String: UInt64] = [:]
    /// Of the placement; 0 where nobody says.
    package var epoch: UInt64 = 0
    /// Of the fullest pool, 0...1.
    package var utilisation: Double?
    /// Requests that wait in queues.
    package var waiting: Int?

    package init() {}

    /// Breakers that are not closed, for people: `2 breakers are not closed: r1/us-east-1/records, r1/us-east-2/records`. Nil of none.
    package static func told(breakers: some Collection<String>) -> String? {
        guard !breakers.isEmpty else { return nil }
        let names = breakers.sorted()
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        return "\(Wording.plural(names.count, "breaker")) \(names.count == 1 ? "is" : "are") not closed: "
            + names.prefix(3).joined(separator: ", ") + more
    }
}

/// What was found once the load had ended and its writes had been read back.
package struct ScenarioFound: Sendable {
    /// Acknowledged writes of what is kept.
    package var acknowledged = 0
    /// Those that were not there.
    package var lost = 0
    /// Those that could not be read.
    package var unverified = 0
    /// What oracles say that must hold, by name, with what they say where it does not.
    package var violations: [(oracle: String, isViolated: Bool, detail: String)] = []
    /// Whether anything was read back: a load without writes has nothing to lose.
    package var isVerified = false

    package init() {}
}
