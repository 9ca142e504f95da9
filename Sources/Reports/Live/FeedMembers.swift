import MeshBase
import Sharding

/// Rates and percentiles of the whole mesh over the last 10 s, as its routers count them. Nil is unknown: idle is not healthy.
package struct FeedMesh: Codable, Sendable, Equatable {
    /// Requests of clients, a second.
    @Nullable package var rps: Double?
    /// Share of them that did not fail with 5xx, 0...1; nil without a request.
    @Nullable package var ok: Double?
    /// Failed with 5xx, a second.
    @Nullable package var err: Double?
    /// From the arrival of a request to its answer, in milliseconds.
    @Nullable package var p50: Double?
    /// See `p50`.
    @Nullable package var p99: Double?
    /// Shed, a second.
    @Nullable package var shed: Double?
    /// Share of attempts that stood in for one that failed, 0...1.
    @Nullable package var retry: Double?
    /// Processes that believe the same of the mesh, the largest group of them, of all that told.
    package var views: [Int]
    /// How the mesh is as a whole; absent in recordings of earlier releases.
    package var headline: FeedHeadline?

    /// Nothing is known.
    package init() { (rps, ok, err, p50, p99, shed, retry, views) = (nil, nil, nil, nil, nil, nil, nil, [0, 0]) }
}

/// A router: customers come through it, so that one which is out is news though all cells serve.
package struct FeedRouter: Codable, Sendable, Equatable {
    /// As of the shape.
    package var name: String
    /// As a cell's; `unknown` where nobody says.
    package var state: FeedCellState
    /// What the process table says.
    package var process: ProcessWitness
    /// Seconds since it has told anything, 0 while it does; nil where it never has.
    @Nullable package var age: Int?
    /// Requests of clients a second, over the last 10 s; nil where it tells nothing.
    @Nullable package var rps: Double?
    /// Share of them that did not fail with 5xx, 0...1; nil without a request.
    @Nullable package var ok: Double?

    /// Nothing is known but this.
    package init(
        name: String, state: FeedCellState = .unknown, process: ProcessWitness = .unknown, age: Int? = nil,
        rps: Double? = nil, ok: Double? = nil
    ) {
        self.name = name
        self.state = state
        self.process = process
        (self.age, self.rps, self.ok) = (age, rps, ok)
    }
}

/// Attempts for each call, at one layer.
package struct FeedAmplification: Codable, Sendable, Equatable {
    /// `router`, or `cells`: the worst of their edges.
    package var layer: String
    /// 1 is none.
    package var ratio: Double

    /// One layer.
    package init(layer: String, ratio: Double) {
        self.layer = layer
        self.ratio = ratio
    }
}

/// Predicted beside observed.
package struct FeedImpact: Codable, Sendable, Equatable {
    /// Customers by what is left of their shards.
    package struct Counts: Codable, Sendable, Equatable {
        /// No cell of the shard serves.
        package var lost: Int
        /// Some do.
        package var degraded: Int
        /// All do.
        package var untouched: Int
        /// Of the lost and degraded: too few are left for the tier of their records; nil where nobody counted.
        @Nullable package var noQuorum: Int?
        /// Of whom some request was not answered as it should have been, whatever is left of their shards, or of whom a service would
        /// refuse all; absent where nobody counted.
        package var harmed: Int?

        private enum CodingKeys: String, CodingKey {
            case lost, degraded, untouched, harmed
            case noQuorum = "no_quorum"
        }

        /// Nobody.
        package init(lost: Int = 0, degraded: Int = 0, untouched: Int = 0, noQuorum: Int? = nil) {
            self.lost = lost
            self.degraded = degraded
            self.untouched = untouched
            self.noQuorum = noQuorum
        }

        /// For people; with those whose records have no quorum, of whom the lost are some.
        package var sentence: String {
            let lacking = noQuorum.flatMap {
                $0 > 0 ? " (\(Wording.count($0)) without a quorum for their records)" : nil
            }
            return "\(Wording.count(lost)) lost, \(Wording.count(degraded)) degraded\(lacking ?? ""), "
                + "\(Wording.count(untouched)) untouched"
        }

        /// Whether more are lost than of another, or as many and more degraded.
        package func isWorse(than other: Counts) -> Bool { (lost, degraded) > (other.lost, other.degraded) }

        /// One customer more; who was not seen counts nowhere.
        package mutating func count(_ mark: CustomerMark) {
            switch mark {
            case .lost: lost += 1
            case .degraded: degraded += 1
            case .untouched: untouched += 1
            case .unseen: break
            }
        }
    }

    /// Some router's fault goes on.
    package var open: Bool
    /// When it began, in milliseconds since 1970; nil where none was seen.
    @Nullable package var since: Int64?
    /// When it was over and all cells that it struck served again, in milliseconds since 1970: the figures are of the last
    /// one. Absent until then.
    package var ended: Int64?
    /// Customers that asked since.
    package var seen: Int
    /// Over all customers: the blast radius of the cells that were out since the fault began, by the placement in force then; of
    /// services that do not answer whole who has a cell of `impaired` is degraded.
    package var predicted: Counts
    /// The same of those that were seen; nil where there are too many to tell one by one.
    @Nullable package var ofThoseSeen: Counts?
    /// What the routers saw of each at its worst since the fault began.
    package var observed: Counts
    /// Customers that were seen to fare otherwise than predicted; nil as `ofThoseSeen`.
    @Nullable package var different: Int?
    /// To 10 000 customers: four bits for each in the order of their hashes, two a byte from the lower ones on, in base64:
    /// predicted in the lower two (`CustomerMark`), observed in the upper two. Nil where nobody is touched.
    @Nullable package var marks: String?
    /// Cells that were out since, by their places in the shape: `predicted` is theirs and those of `impaired`. Absent without one.
    package var struck: [Int]?
    /// Cells of which some service did not answer whole since, by their places in the shape; absent without one.
    package var impaired: [Int]?
    /// Above 10 000: 64 times, by the first six bits of the hash, `[untouched, degraded, lost]` as observed.
    package var cohorts: [[Int]]?

    /// Customers have moved since the fault began: what was predicted by the placement in force then. Absent where they have not.
    package var before: Before?

    /// A prediction by a placement that is in force no more.
    package struct Before: Codable, Sendable, Equatable {
        /// The highest epoch of that placement.
        package var epoch: UInt32
        /// As `blast-radius` has it.
        package var report: BlastRadiusReport

        /// By the placement of an epoch.
        package init(epoch: UInt32, report: BlastRadiusReport) {
            self.epoch = epoch
            self.report = report
        }
    }

    private enum CodingKeys: String, CodingKey {
        case open, since, ended, seen, predicted, observed, different, marks, struck, impaired, cohorts, before
        case ofThoseSeen = "of_those_seen"
    }

    /// Nobody is touched.
    package init(predicted: Counts = Counts(), observed: Counts = Counts()) {
        open = false
        seen = 0
        self.predicted = predicted
        self.observed = observed
        (since, ofThoseSeen, different, marks) = (nil, nil, nil, nil)
    }
}

/// A gate that is not closed.
package struct FeedBreaker: Codable, Sendable, Equatable {
    /// `NODE/FROM/TO`.
    package var name: String
    /// As `BreakersReport.Gate.state`.
    package var state: String
    /// Since when, in milliseconds since 1970.
    package var since: Int64
    /// Share of failures of `calls`, 0...1.
    @Nullable package var failure: Double?
    /// Calls of its window.
    package var calls: Int

    /// One gate.
    package init(name: String, state: String, since: Int64, failure: Double?, calls: Int) {
        self.name = name
        self.state = state
        self.since = since
        self.failure = failure
        self.calls = calls
    }
}

/// A fault in force.
package struct FeedFault: Codable, Sendable, Equatable {
    /// As of `FaultReport`.
    package var id: String
    /// As of `FaultReport`.
    package var kind: String
    /// As of `FaultReport`.
    package var targets: [String]
    /// When it began, in milliseconds since 1970; nil where nobody says.
    @Nullable package var since: Int64?
    /// When its lease ends, in milliseconds since 1970; nil where nobody says.
    @Nullable package var until: Int64?
    /// Packets, writes and calls that it has struck; nil where no process says, 0 where it hits nothing.
    @Nullable package var hits: UInt64?
    /// What it does, with its figures: `latency 30 ms ± 3.00 ms` (`FaultReport.what`); absent where only its kind is known.
    package var what: String?

    /// One fault.
    package init(
        id: String, kind: String, targets: [String], since: Int64? = nil, until: Int64?, hits: UInt64? = nil,
        what: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.targets = targets
        self.since = since
        self.until = until
        self.hits = hits
        self.what = what
    }
}

/// A claim of a drill, as far as it has come.
package struct FeedClaim: Codable, Sendable, Equatable {
    /// What is claimed.
    package var name: String
    /// As of `DrillClaim`: `met`, `deviated` or `undecided`.
    package var verdict: String
    /// What was seen, and the bound.
    package var text: String

    /// One claim.
    package init(name: String, verdict: String, text: String) {
        self.name = name
        self.verdict = verdict
        self.text = text
    }
}

/// A drill that runs, or has ended a moment ago.
package struct FeedDrill: Codable, Sendable, Equatable {
    /// Its name.
    package var name: String
    /// The step under way, such as `baseline` or `method`.
    package var step: String
    /// When it began, in milliseconds since 1970.
    package var since: Int64
    /// As of `DrillReport`, or `refused`; nil while it runs.
    @Nullable package var outcome: String?
    /// What was done last, or why it has ended so; absent where nobody says.
    package var detail: String?
    /// Those that are decided already, the first ones; absent where nobody says.
    package var claims: [FeedClaim]?
    /// The id of its report; absent while it runs, and where none is kept.
    package var report: String?

    /// One drill.
    package init(
        name: String, step: String, since: Int64, outcome: String? = nil, detail: String? = nil,
        claims: [FeedClaim]? = nil, report: String? = nil
    ) {
        self.name = name
        self.step = step
        self.since = since
        self.outcome = outcome
        self.detail = detail
        self.claims = claims
        self.report = report
    }

    /// Claims in one document at most.
    package static let mostClaims = 12
    /// Characters of a claim's name, of its text and of a detail at most.
    package static let longestText = 120
}

/// Something that is on, by whom and why: the monkey, or the halt.
package struct FeedSwitch: Codable, Sendable, Equatable {
    /// When it was turned on, in milliseconds since 1970.
    package var since: Int64
    /// Why, or what it does next.
    package var text: String

    /// On since then.
    package init(since: Int64, text: String) {
        self.since = since
        self.text = text
    }
}

/// An alert that fires.
package struct FeedAlert: Codable, Sendable, Equatable {
    /// Such as `PoolUtilisation`.
    package var name: String
    /// Of what: a cell, an edge.
    package var subject: String
    /// When it began to fire, in milliseconds since 1970.
    package var since: Int64
    /// The figure that made it fire.
    package var value: Double

    /// One alert.
    package init(name: String, subject: String, since: Int64, value: Double) {
        self.name = name
        self.subject = subject
        self.since = since
        self.value = value
    }
}

/// The load generator that runs beside the mesh.
package struct FeedLoad: Codable, Sendable, Equatable {
    /// Requests a second that it is to send.
    package var rate: Double
    /// Requests sent, answered without a failure, and those that it could not send in time.
    package var sent: UInt64
    /// See `sent`.
    package var ok: UInt64
    /// See `sent`.
    package var dropped: UInt64
    /// How late it sends, in milliseconds.
    package var lag: Double

    /// One run.
    package init(rate: Double, sent: UInt64, ok: UInt64, dropped: UInt64, lag: Double) {
        self.rate = rate
        self.sent = sent
        self.ok = ok
        self.dropped = dropped
        self.lag = lag
    }
}
