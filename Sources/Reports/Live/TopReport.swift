import Evacuation

/// `top -o json`: a document each tick, with the rows of the view that was asked for.
package struct TopReport: Encodable, Sendable, Equatable {
    /// One cell; figures are null where nothing is known.
    package struct Cell: Encodable, Sendable, Equatable {
        /// Its name.
        package var name: String
        /// `us-east/a`.
        package var zone: String
        /// A word of `FeedHello.states`.
        package var state: String
        /// What the three witnesses say.
        package var process = "unknown"
        /// See `process`.
        package var gossip = "unknown"
        /// See `process`.
        package var traffic = "unknown"
        /// A word of `FeedHello.conditions`.
        package var condition = "none"
        /// Since when it is in its state, in milliseconds since 1970; null where nobody knows.
        @Nullable package var since: Int64?
        /// Attempts of routers a second, and the share that failed, 0...1; over 10 s.
        @Nullable package var rps: Double?
        /// See `rps`.
        @Nullable package var err: Double?
        /// Answers over the last 10 s, in milliseconds: of the router that asks it most, and of the worst.
        @Nullable package var p50: Double?
        /// See `p50`.
        @Nullable package var p99: Double?
        /// Of its capacity, by its fullest pool.
        @Nullable package var util: Double?
        /// Calls that wait for a worker.
        @Nullable package var waiting: Int?
        /// Who told last that it is suspect or dead, four at most.
        package var accusers: [String] = []
        /// Customers that have it first in their shard; null where shards are not told.
        @Nullable package var customers: Int?
        /// In words.
        package var note = ""

        /// Nothing is known of it.
        package init(name: String, zone: String, state: String) {
            self.name = name
            self.zone = zone
            self.state = state
            (since, rps, err, p50, p99, util, waiting, customers) = (nil, nil, nil, nil, nil, nil, nil, nil)
        }

        private enum CodingKeys: String, CodingKey {
            case name, zone, state, process, gossip, traffic, condition
            case since = "since_ms"
            case rps, err
            case p50 = "p50_ms"
            case p99 = "p99_ms"
            case util, waiting, accusers, customers, note
        }
    }
    /// One customer: `unseen untouched degraded lost`, or `-` where nobody is touched.
    package struct Customer: Encodable, Sendable, Equatable {
        /// Its name.
        package var name: String
        /// By the blast radius of what is out.
        package var predicted: String
        /// The worst that any router saw.
        package var observed: String
        /// The first of its cells that serves; `nobody` where none does.
        package var servedBy: String
        /// Its cells, in its order.
        package var shard: [String]

        /// One customer.
        package init(name: String, predicted: String, observed: String, servedBy: String, shard: [String]) {
            self.name = name
            self.predicted = predicted
            self.observed = observed
            self.servedBy = servedBy
            self.shard = shard
        }

        private enum CodingKeys: String, CodingKey {
            case name, predicted, observed, shard
            case servedBy = "served_by"
        }
    }
    /// One service.
    package struct Service: Encodable, Sendable, Equatable {
        /// Its name.
        package var name: String
        /// Whom it calls.
        package var calls: [String]
        /// Gates before it that are not closed.
        package var open: Int

        /// One service.
        package init(name: String, calls: [String], open: Int) {
            self.name = name
            self.calls = calls
            self.open = open
        }
    }

    /// `cellmesh/1`.
    package let schema = ReportJSON.schema
    /// The mesh's name.
    package var mesh: String
    /// Milliseconds since 1970, UTC.
    package var at: Int64
    /// `serving degraded down unknown`.
    package var state: String
    /// Cells that serve.
    package var serving: Int
    /// Cells that are to serve.
    package var of: Int
    /// Cells of regions that were left, and cells that no customer uses.
    package var evacuated = 0
    /// See `evacuated`.
    package var drained = 0
    /// As of `FeedHeadline`.
    package var why: [String] = []
    /// The control plane has told nothing newer for a while.
    package var isStale: Bool
    /// As of the feed's `mesh`.
    package var requests: FeedMesh
    /// As of the feed; null where it says nothing of them.
    @Nullable package var routers: [FeedRouter]?
    /// As of the feed.
    package var amplification: [FeedAmplification]
    /// As of the feed, without its marks.
    package var impact: FeedImpact
    /// In force.
    package var faults: [FeedFault] = []
    /// That are not closed.
    package var breakers: [FeedBreaker] = []
    /// Under way, or the last one.
    @Nullable package var evacuation: EvacuationStatus?
    /// Of `cells` and `members`; each list is absent where another was asked for.
    package var cells: [Cell]?
    /// Of `customers`.
    package var customers: [Customer]?
    /// Of `services`.
    package var services: [Service]?
    /// Of `traces`.
    package var traces: [TracesReport.Row]?

    private enum CodingKeys: String, CodingKey {
        case schema, mesh, at, state, serving, of, evacuated, drained, why
        case isStale = "stale"
        case requests, routers, amplification, impact, faults, breakers, evacuation, cells, customers, services, traces
    }

    /// One tick.
    package init(
        mesh: String, at: Int64, state: String, serving: Int, of: Int, isStale: Bool, requests: FeedMesh,
        amplification: [FeedAmplification], impact: FeedImpact
    ) {
        self.mesh = mesh
        self.at = at
        self.state = state
        self.serving = serving
        self.of = of
        self.isStale = isStale
        self.requests = requests
        self.amplification = amplification
        self.impact = impact
        (routers, evacuation) = (nil, nil)
    }
}
