/// What a run saw from second to second: `series.json` of a report. A figure for each period, of the requests that ended in
/// it; latencies are milliseconds from the instant for which a request was meant, and null where there is none.
package struct RunSeries: Codable, Sendable, Equatable {
    /// The figures of all requests, of one cell or of one service, a figure for each period.
    package struct Columns: Codable, Sendable, Equatable {
        /// That ended.
        package var requests: [UInt64] = []
        /// Answered as the mesh means to.
        package var ok: [UInt64] = []
        /// Refused, to keep room for what matters more.
        package var shed: [UInt64] = []
        /// Latencies; see `RunSeries`.
        package var p50: [Double?] = []
        /// See `p50`.
        package var p90: [Double?] = []
        /// See `p50`.
        package var p99: [Double?] = []

        /// Without a period.
        package init() {}

        private enum CodingKeys: String, CodingKey {
            case requests, ok, shed
            case p50 = "p50_ms"
            case p90 = "p90_ms"
            case p99 = "p99_ms"
        }
    }

    /// What the machine and the load generator did meanwhile.
    package struct Noise: Codable, Sendable, Equatable {
        /// How late a timer was, the worst of the period, in milliseconds.
        package var late: [Double] = []
        /// How late requests were taken up, the 99th percentile in milliseconds.
        package var lag: [Double?] = []
        /// Requests that could not be sent.
        package var dropped: [UInt64] = []

        /// Without a period.
        package init() {}

        private enum CodingKeys: String, CodingKey {
            case late = "late_ms"
            case lag = "lag_ms"
            case dropped
        }
    }

    package var schema = ReportJSON.schema
    /// When the first period began, RFC 3339; empty where nobody has said.
    package var begun = ""
    /// The length of a period in milliseconds: 1000, or more where there were too many of them.
    package var period: Int64 = 1_000
    /// Of all requests.
    package var all = Columns()
    /// By the cell that answered; what nobody answered is in none.
    package var cells: [String: Columns] = [:]
    /// By service; `records` for those.
    package var services: [String: Columns] = [:]
    /// Numbers of the customers of whom requests failed, for each period; nil where there were too many of them to keep.
    package var failing: [[Int]]?
    /// See `Noise`.
    package var noise = Noise()

    /// Without a period.
    package init() {}

    /// How many periods there are.
    package var count: Int { all.requests.count }

    private enum CodingKeys: String, CodingKey {
        case schema, begun
        case period = "period_ms"
        case all, cells, services, failing, noise
    }
}

/// How quiet the machine was while a run measured.
package struct RunNoise: Codable, Sendable, Equatable {
    /// How late a timer of 10 ms was in the load generator, in milliseconds.
    package var lateP99 = 0.0
    /// The worst of them.
    package var lateMost = 0.0
    /// How late the load generator took requests up, 99th percentile in milliseconds.
    package var lagP99 = 0.0
    /// Requests that it could not send.
    package var dropped: UInt64 = 0
    /// How often the clock was set meanwhile, by more than 100 ms.
    package var clockJumps = 0
    /// Share of the time of all cores that went to other machines; nil where the system does not say.
    @Nullable package var steal: Double?
    /// Share of the time in which somebody waited for a core; nil where the system does not say.
    @Nullable package var pressure: Double?

    /// A quiet machine.
    package init() {
        steal = nil
        pressure = nil
    }

    private enum CodingKeys: String, CodingKey {
        case lateP99 = "late_p99_ms"
        case lateMost = "late_max_ms"
        case lagP99 = "lag_p99_ms"
        case dropped
        case clockJumps = "clock_jumps"
        case steal, pressure
    }
}
