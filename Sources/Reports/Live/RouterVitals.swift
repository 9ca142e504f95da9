import MeshBase

/// What a router answers to `GET /v1/vitals`: 128 KiB at most with 1 000 cells. Counters rise from the start of the process.
/// A member that a router does not tell is absent.
package struct RouterVitals: Codable, Sendable, Equatable {
    /// The longest document, in bytes.
    package static let mostBytes = 128 << 10

    /// Requests of clients, from the start (`RouterCounters`).
    package struct Requests: Codable, Sendable, Equatable {
        /// All of them, and how they ended: below 400, 4xx, 5xx.
        package var total: UInt64
        /// See `total`.
        package var ok: UInt64
        /// See `total`.
        package var refused: UInt64
        /// See `total`.
        package var failed: UInt64
        /// Attempts at cells; what exceeds the requests are retries, hedges and further members of quorums.
        package var attempts: UInt64
        /// Attempts that stood in for one that failed.
        package var retries: UInt64
        /// Shed, by cells as clients were told and by itself.
        package var shed: UInt64

        /// Counts from the start.
        package init(
            total: UInt64 = 0, ok: UInt64 = 0, refused: UInt64 = 0, failed: UInt64 = 0, attempts: UInt64 = 0,
            retries: UInt64 = 0, shed: UInt64 = 0
        ) {
            self.total = total
            self.ok = ok
            self.refused = refused
            self.failed = failed
            self.attempts = attempts
            self.retries = retries
            self.shed = shed
        }
    }

    /// What it saw of the cells: columns in the order of the topology's cells, each as long as the router knows cells.
    package struct Cells: Codable, Sendable, Equatable {
        /// Attempts from the start, and those of which a client would have been told 5xx, had no other been made: no answer in
        /// time, a broken link, a refusal, an answer of 5xx. Who is to blame metrics tell apart, by outcome.
        package var attempts: [UInt64]
        /// See `attempts`.
        package var failed: [UInt64]
        /// Of attempts that were answered in the last 10 s: half of them, and 99 of 100, took no longer, in microseconds;
        /// nil for a cell that answered none.
        package var p50: [Int64?]
        /// See `p50`.
        package var p99: [Int64?]

        /// Columns of one length.
        package init(attempts: [UInt64], failed: [UInt64], p50: [Int64?], p99: [Int64?]) {
            self.attempts = attempts
            self.failed = failed
            self.p50 = p50
            self.p99 = p99
        }

        private enum CodingKeys: String, CodingKey {
            case attempts, failed
            case p50 = "p50_us"
            case p99 = "p99_us"
        }
    }

    /// What customers felt (`ImpactObserver.summary`), since the fault began or of the last one.
    package struct Impact: Codable, Sendable, Equatable {
        /// When it was.
        package var window: ImpactWindow {
            ImpactWindow(isOpen: open, length: windowMilliseconds, ended: endedMilliseconds)
        }
        /// Where it has changed, all figures are of something else.
        package var phase: Int
        /// It goes on.
        package var open: Bool
        /// How long it lasts, or lasted.
        package var windowMilliseconds: Int64
        /// Customers that asked, at their worst.
        package var lost: Int
        /// See `lost`.
        package var degraded: Int
        /// See `lost`.
        package var untouched: Int
        /// Customers of which some request found too few cells for its tier.
        package var noQuorum: Int?
        /// Customers of whom some request was not answered as it should have been; absent where nobody counted.
        package var harmed: Int?
        /// Customers that it had no room for.
        package var overflow: Int
        /// How long ago it ended, in milliseconds; nil while it goes on.
        package var endedMilliseconds: Int64?
        /// The cells that were out while these customers were counted, by their places in the topology.
        package var struck: [Int]?
        /// The cells of which a service had a fault on it meanwhile, as `struck`; absent without one.
        package var impaired: [Int]?
        /// To 10 000 customers: two bits for each, `CustomerMark.observed` in the order of their hashes, four a byte from the
        /// lowest bits on, in base64. Absent while nobody was touched.
        package var marks: String?
        /// To 10 000 customers: 1 for each of `noQuorum`, in two bits as `marks`. Absent without one.
        package var quorumMarks: String?
        /// Above: 64 times `[untouched, degraded, lost]`, by the first six bits of the customer's hash.
        package var cohorts: [[Int]]?

        /// Nobody was seen.
        package init(
            phase: Int = 0, open: Bool = false, windowMilliseconds: Int64 = 0, lost: Int = 0, degraded: Int = 0,
            untouched: Int = 0, overflow: Int = 0
        ) {
            self.phase = phase
            self.open = open
            self.windowMilliseconds = windowMilliseconds
            self.lost = lost
            self.degraded = degraded
            self.untouched = untouched
            self.overflow = overflow
        }

        private enum CodingKeys: String, CodingKey {
            case phase, open, lost, degraded, untouched, harmed, overflow, struck, impaired, marks, cohorts
            case windowMilliseconds = "window_ms"
            case endedMilliseconds = "ended_ms"
            case quorumMarks = "quorum_marks"
            case noQuorum = "no_quorum"
        }
    }

    /// How far the traces are that have ended here; absent where none has.
    package var traces: TraceCursor?
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// Its name; absent in answers of earlier releases, as all but `reached`.
    package var router: String?
    /// Different for each life of the process.
    package var boot: String?
    /// The cells that it takes for healthy, each with the address where it reaches it.
    package var reached: [String: String]
    /// The highest epoch of its placement.
    package var epoch: UInt32?
    /// Requests of clients.
    package var requests: Requests?
    /// From the arrival of a client's request to its answer.
    package var latency: LatencyCounts?
    /// What it saw of the cells.
    package var cells: Cells?
    /// Its gates that are not closed.
    package var gates: [Vitals.Gate]?
    /// Gates that had no room here.
    package var leftOut: Int?
    /// What customers felt.
    package var impact: Impact?
    /// Services whose answers are not whole at present, as `GET /status` tells them.
    package var impaired: [PublicStatus.Service]?
    /// What it calls cells that fail without being down, by their names; absent where none does.
    package var named: [String: CellAnimal]?
    /// Attempts for each request, over the last 10 s (`cellmesh_amplification`).
    package var amplification: Double?
    /// By the id of a fault: what it has struck here.
    package var faults: [String: UInt64]?
    /// What it believes of the mesh.
    package var view: Vitals.View?
    /// What it saw lately of other members, of its gates and its store.
    package var news: [Vitals.News]?
    /// The host it runs on.
    package var host: Vitals.Host?

    private enum CodingKeys: String, CodingKey {
        case schema, router, boot, reached, epoch, requests, latency, cells, gates, impact, impaired, named,
            amplification
        case faults, view, news, traces
        case host
        case leftOut = "left_out"
    }

    /// Of a router of which only its reach is told.
    package init(reached: [String: String]) { self.reached = reached }

    /// With as many gates as have room in a document, then without faults and marks.
    package var bounded: RouterVitals {
        if let most = mostLength, most <= Self.mostBytes { return self }
        var vitals = self
        while ReportJSON.encode(vitals).count > Self.mostBytes {
            if let count = vitals.gates?.count, count > 0 {
                let gone = (count + 1) / 2
                vitals.gates?.removeLast(gone)
                vitals.leftOut = (vitals.leftOut ?? 0) + gone
            } else if vitals.news != nil {
                vitals.news = nil
            } else if vitals.faults != nil {
                vitals.faults = nil
            } else if vitals.impact?.marks != nil {
                vitals.impact?.marks = nil
                vitals.impact?.quorumMarks = nil
            } else {
                break
            }
        }
        return vitals
    }
}
