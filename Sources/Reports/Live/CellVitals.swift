import MeshBase

/// What a cell answers to `GET /v1/vitals`: 8 KiB at most. Counters rise from the start of the process; whoever compares two
/// answers sees the time between. A member that a cell does not tell is absent, which is nothing known and no zero.
package struct CellVitals: Codable, Sendable, Equatable {
    /// The longest document, in bytes.
    package static let mostBytes = 8 << 10

    /// How the cell is, as it says itself.
    package struct Condition: Codable, Sendable, Equatable {
        /// `healthy degraded unhealthy critical` (`CellHealthReport.state`).
        package var health: String
        /// `CellHealthReport.isReady`.
        package var ready: Bool
        /// `normal minor moderate critical emergency`, the level in force (`DegradationPage`).
        package var level: String
        /// `unborn refilling accepted votes` (`StoreLife`); nil without a store.
        package var store: String?
        /// The store's last order failed (`StoreTrouble.broken`).
        package var storeBroken: Bool?
        /// It does not live by its own probes (`/livez` answers 503); absent where it does.
        package var lifeless: Bool?
        /// Why it is not healthy, cut at `Vitals.longestReason`; nil if it is.
        package var why: String?
        /// Calls that were put off and wait (`cellmesh_queue_depth`); nil without a queue.
        package var waitingJobs: Int?

        /// A cell that is well.
        package init(
            health: String = "healthy", ready: Bool = true, level: String = "normal", store: String? = nil,
            storeBroken: Bool? = nil, why: String? = nil, waitingJobs: Int? = nil
        ) {
            self.health = health
            self.ready = ready
            self.level = level
            self.store = store
            self.storeBroken = storeBroken
            self.why = why.map { String($0.prefix(Vitals.longestReason)) }
            self.waitingJobs = waitingJobs
        }

        private enum CodingKeys: String, CodingKey {
            case health, ready, level, store, why, lifeless
            case storeBroken = "store_broken"
            case waitingJobs = "waiting_jobs"
        }
    }

    /// What it did, from its start.
    package struct Traffic: Codable, Sendable, Equatable {
        /// Calls of services by routers and clients, and orders on records.
        package var requests: UInt64
        /// Of these: failed.
        package var failed: UInt64
        /// Refused while there was room, for what matters more (`cellmesh_shed_total`, all classes).
        package var shed: UInt64
        /// Calls between its services, without repeats, and attempts at them: retries and hedges are the difference
        /// (`cellmesh_attempts_total`).
        package var calls: UInt64
        /// See `calls`.
        package var attempts: UInt64
        /// From a request's arrival to its answer.
        package var latency: LatencyCounts

        /// Counts from the start.
        package init(
            requests: UInt64 = 0, failed: UInt64 = 0, shed: UInt64 = 0, calls: UInt64 = 0, attempts: UInt64 = 0,
            latency: LatencyCounts = LatencyCounts()
        ) {
            self.requests = requests
            self.failed = failed
            self.shed = shed
            self.calls = calls
            self.attempts = attempts
            self.latency = latency
        }
    }

    /// The pool of one service (`cellmesh_pool_*`, `cellmesh_service_*_total`).
    package struct Pool: Codable, Sendable, Equatable {
        /// Its name.
        package var service: String
        /// Workers in use, all of them, and calls that wait for one.
        package var busy: Int
        /// See `busy`.
        package var workers: Int
        /// See `busy`.
        package var waiting: Int
        /// Calls from the start, those that failed, and those that found no worker.
        package var calls: UInt64
        /// See `calls`.
        package var failed: UInt64
        /// See `calls`.
        package var refused: UInt64

        /// One pool as it is.
        package init(
            service: String, busy: Int, workers: Int, waiting: Int = 0, calls: UInt64 = 0, failed: UInt64 = 0,
            refused: UInt64 = 0
        ) {
            self.service = service
            self.busy = busy
            self.workers = workers
            self.waiting = waiting
            self.calls = calls
            self.failed = failed
            self.refused = refused
        }

        /// The fuller comes first where not all can be told.
        var fullness: Double { workers > 0 ? Double(busy + waiting) / Double(workers) : 0 }
    }

    /// How far the traces are that have ended here; absent where none has.
    package var traces: TraceCursor?
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// Its name; absent in answers of earlier releases, as all that is not about records.
    package var cell: String?
    /// Different for each life of the process.
    package var boot: String?
    /// Use of its fullest pool or of what it is known to carry, a ratio of its capacity (`CellNode.utilisation`).
    package var utilisation: Double
    /// Its store takes no more writes (`StoreTrouble.full`).
    package var isStoreFull: Bool
    /// Records written that the cell lacked, and compared and found right (`CellNode.filledRecords`, `verifiedRecords`).
    package var filled: UInt64
    /// See `filled`.
    package var verified: UInt64
    /// Cohorts in which a record of one version had two values.
    package var damaged: UInt64
    /// Records that some member may not have yet; nil where no tier leaves hints.
    package var hints: Int?
    /// How long the oldest hint has waited, in milliseconds.
    package var oldestHint: Int64?
    /// How well it is, 0...1; nil of cells of earlier releases.
    package var healthScore: Double?
    /// The word for its score: `healthy degraded unhealthy critical`.
    package var health: String?
    /// Of its services, those that fail.
    package var services: [StatusReport.FailingService]?
    /// The highest epoch of its placement.
    package var epoch: UInt32?
    /// How it is.
    package var condition: Condition?
    /// What it did.
    package var traffic: Traffic?
    /// Calls that wait for a place in any of its pools; nil of cells of earlier releases.
    package var waiting: Int?
    /// Its pools, in the order of its services; the fullest where not all have room. Absent of what is brief.
    package var pools: [Pool]?
    /// Gates between its services that are not closed.
    package var gates: [Vitals.Gate]?
    /// Pools and gates that had no room here.
    package var leftOut: Int?
    /// Orders that wait for the store (`cellmesh_store_waiting`).
    package var storeWaiting: Int?
    /// How late the loop's turns begin, in milliseconds, at worst since it was last asked (the probe of the loop).
    package var loopLag: Double?
    /// Attempts for each call between its services, over the last 10 s (`cellmesh_amplification`).
    package var amplification: Double?
    /// By the id of a fault: packets, writes and calls that it has struck here (`WireLayer`, `ServiceFaultCounters`).
    package var faults: [String: UInt64]?
    /// What it believes of the mesh.
    package var view: Vitals.View?
    /// What it saw lately of other members, of its gates and its store.
    package var news: [Vitals.News]?
    /// Who its store is, as 16 hexadecimal digits at most; absent without one.
    package var storeID: String?
    /// Records of which it had nothing though its store said that it had all, as the comparison with others has found in this
    /// life; absent without a store.
    package var lacked: UInt64?
    /// How long ago the oldest of them was written, in milliseconds; absent without one.
    package var lackedAge: Int64?
    /// The host it runs on.
    package var host: Vitals.Host?

    private enum CodingKeys: String, CodingKey {
        case schema, cell, boot, utilisation, filled, verified, damaged, hints, epoch, condition, traffic, pools, gates
        case amplification, faults, view, host, health, services, waiting, news, traces
        case lacked
        case lackedAge = "lacked_age_ms"
        case storeID = "store_id"
        case healthScore = "health_score"
        case isStoreFull = "store_full"
        case oldestHint = "oldest_hint_ms"
        case leftOut = "left_out"
        case storeWaiting = "store_waiting"
        case loopLag = "loop_lag_ms"
    }

    /// Of a cell of which only its records are told.
    package init(
        utilisation: Double, isStoreFull: Bool, filled: UInt64, verified: UInt64, damaged: UInt64, hints: Int? = nil,
        oldestHint: Int64? = nil
    ) {
        self.utilisation = utilisation
        self.isStoreFull = isStoreFull
        self.filled = filled
        self.verified = verified
        self.damaged = damaged
        self.hints = hints
        self.oldestHint = oldestHint
    }

    /// What the state of the mesh is made of, without what only a look at the cell itself shows: pools one by one, and how long
    /// its calls took.
    package var brief: CellVitals {
        var vitals = self
        vitals.pools = nil
        vitals.traffic?.latency = LatencyCounts()
        return vitals
    }

    /// With as many pools, gates and faults as have room in a document: the fullest pools, and gates as they come.
    package var bounded: CellVitals {
        if let most = mostLength, most <= Self.mostBytes { return self }
        var vitals = self
        while ReportJSON.encode(vitals).count > Self.mostBytes {
            let rows = (pools: vitals.pools?.count ?? 0, gates: vitals.gates?.count ?? 0)
            if rows.gates > 4, rows.gates >= rows.pools {
                vitals.gates?.removeLast((rows.gates + 3) / 4)
            } else if rows.pools > 0 {
                let order = vitals.pools.map { pools in
                    pools.indices.sorted { (pools[$1].fullness, $0) < (pools[$0].fullness, $1) }
                }
                let kept = (order ?? []).dropLast((rows.pools + 3) / 4).sorted()
                vitals.pools = vitals.pools.map { pools in kept.map { pools[$0] } }
            } else if vitals.news != nil {
                vitals.news = nil
            } else if vitals.faults != nil {
                vitals.faults = nil
            } else {
                break
            }
            let left = (vitals.pools?.count ?? 0) + (vitals.gates?.count ?? 0)
            vitals.leftOut = (vitals.leftOut ?? 0) + rows.pools + rows.gates - left
        }
        return vitals
    }
}

extension CellVitals {
    /// As `StatusReport.Cell.trouble` has it.
    package var storeTrouble: String? {
        condition?.storeBroken == true ? "store-broken" : isStoreFull ? "store-full" : nil
    }
}
