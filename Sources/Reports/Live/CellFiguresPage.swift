import MeshBase

/// How attempts of one kind ended at a cell, as a router saw them: counts that only rise, so that a window is the difference of
/// two.
package struct AttemptFigures: Codable, Sendable, Equatable {
    /// Those after which a client would not have been told 5xx; what nobody waited for any more is in neither.
    package var ok: UInt64
    /// Those after which it would, had no other been made.
    package var failed: UInt64
    /// From the sending of an attempt to its answer: `[upper end in microseconds, count]` for each bucket of `DurationHistogram`
    /// that is not empty, the shortest first.
    package var times: [[UInt64]]

    /// So many; none unless told.
    package init(ok: UInt64 = 0, failed: UInt64 = 0, times: [[UInt64]] = []) {
        self.ok = ok
        self.failed = failed
        self.times = times
    }

    /// As `times` has them.
    package static func times(_ durations: DurationHistogram) -> [[UInt64]] {
        durations.buckets.map { [UInt64($0.upTo.nanoseconds / 1_000), UInt64($0.count)] }
    }

    /// All of them.
    package var count: UInt64 { ok &+ failed }
    /// Those that were answered.
    package var answered: UInt64 { times.reduce(0) { $0 &+ ($1.count == 2 ? $1[1] : 0) } }

    /// Adds another's.
    package mutating func add(_ other: AttemptFigures) {
        ok &+= other.ok
        failed &+= other.failed
        times = Self.merged(times, other.times) { $0 &+ $1 }
    }

    /// What came since another, of the same counters; nothing is below zero.
    package func since(_ other: AttemptFigures) -> AttemptFigures {
        AttemptFigures(
            ok: ok - min(other.ok, ok), failed: failed - min(other.failed, failed),
            times: Self.merged(times, other.times) { $0 - min($1, $0) })
    }

    private static func merged(
        _ a: [[UInt64]], _ b: [[UInt64]], _ value: (UInt64, UInt64) -> UInt64
    ) -> [[UInt64]] {
        var counts: [UInt64: (UInt64, UInt64)] = [:]
        for pair in a where pair.count == 2 { counts[pair[0], default: (0, 0)].0 &+= pair[1] }
        for pair in b where pair.count == 2 { counts[pair[0], default: (0, 0)].1 &+= pair[1] }
        return counts.sorted { $0.key < $1.key }.map { [$0.key, value($0.value.0, $0.value.1)] }.filter { $0[1] > 0 }
    }

    /// The time of a rank, 1 for the shortest, in microseconds: within its bucket as if all there were equally far apart.
    package func time(ofRank rank: UInt64) -> Double {
        var before: UInt64 = 0
        for pair in times where pair.count == 2 {
            if before &+ pair[1] >= rank {
                let width =
                    Double(
                        DurationHistogram.width(ofBucketUpTo: .microseconds(Int64(clamping: pair[0])))
                            .nanoseconds) / 1_000
                return Double(pair[0]) - width + width * (Double(rank - before) - 0.5) / Double(pair[1])
            }
            before &+= pair[1]
        }
        return times.last.map { Double($0[0]) } ?? 0
    }
}

/// What a router answers to `GET /v1/figures`: how its attempts at each cell ended.
package struct CellFiguresPage: Codable, Sendable, Equatable {
    /// Of one cell.
    package struct Cell: Codable, Sendable, Equatable {
        /// Calls of services.
        package var services: AttemptFigures
        /// Phases of orders on records.
        package var records: AttemptFigures

        /// So much; nothing unless told.
        package init(services: AttemptFigures = AttemptFigures(), records: AttemptFigures = AttemptFigures()) {
            self.services = services
            self.records = records
        }

        /// Of both kinds.
        package var ok: UInt64 { services.ok &+ records.ok }
        /// Of both kinds.
        package var failed: UInt64 { services.failed &+ records.failed }
        /// Of both kinds.
        package var count: UInt64 { ok &+ failed }

        /// Adds another's.
        package mutating func add(_ other: Cell) {
            services.add(other.services)
            records.add(other.records)
        }

        /// What came since another, of the same counters.
        package func since(_ other: Cell) -> Cell {
            Cell(services: services.since(other.services), records: records.since(other.records))
        }
    }

    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// Its name.
    package var router: String
    /// Different for each life of the process: its counters begin at zero.
    package var boot: String
    /// Requests of clients that were answered.
    package var requests: UInt64
    /// By the name of a cell that was asked.
    package var cells: [String: Cell]

    /// Of one life of a router.
    package init(router: String, boot: String, requests: UInt64, cells: [String: Cell]) {
        self.router = router
        self.boot = boot
        self.requests = requests
        self.cells = cells
    }

    /// What has been counted since another page; all of it where that is of another life.
    package func since(_ other: CellFiguresPage) -> CellFiguresPage {
        guard other.boot == boot else { return self }
        var page = self
        page.requests -= min(other.requests, requests)
        for (name, cell) in cells { page.cells[name] = cell.since(other.cells[name] ?? Cell()) }
        return page
    }
}
