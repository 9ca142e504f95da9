import MeshBase

/// What each kind of breaker made of a trace.
package struct BreakerLabReport: Sendable, Equatable, Encodable {
    /// One kind, over all runs.
    package struct Row: Sendable, Equatable, Encodable {
        /// Which one.
        package let kind: BreakerLab.Kind
        /// Median over the runs that saw it; nil: none did.
        package let detected: TimeAmount?
        /// Openings without a reason, of all runs.
        package let falseTrips: Int
        /// Of the requests before the trouble, those that were refused, 0...1.
        package let falsePositiveRate: Double
        /// Requests of a run that were refused and would have succeeded, on average.
        package let lost: Double
        /// Requests of a run that were let through and failed, on average.
        package let passedFailures: Double
        /// Once the target is well for good, until the breaker is closed for good: median, and further quantiles; nil where
        /// it was not closed by the end.
        package let recovered: TimeAmount?
        /// The same for 90 % of the runs.
        package let recovered90: TimeAmount?
        /// The same for 99 % of the runs.
        package let recovered99: TimeAmount?
        /// Runs at whose end it was not closed.
        package let neverRecovered: Int
        /// Of a run, on average.
        package let cascadesPrevented: Double
        /// Openings an hour.
        package let openings: Double
        /// Nanoseconds of a request's check and result; nil where nobody has measured it.
        package var check: Double?
        /// Of the first run, second by second.
        package let admitted: [Double]

        init(_ kind: BreakerLab.Kind, _ runs: [BreakerRun.Findings], rate: Double) {
            func mean(_ value: (BreakerRun.Findings) -> Int) -> Double {
                Double(runs.reduce(0) { $0 + value($1) }) / Double(max(runs.count, 1))
            }
            let recoveries = Quantiles(runs.compactMap(\.recovered))
            self.kind = kind
            detected = Quantiles(runs.compactMap(\.detected))(0.5)
            falseTrips = runs.reduce(0) { $0 + $1.falseTrips }
            falsePositiveRate = mean(\.calm) > 0 ? mean(\.calmRefused) / mean(\.calm) : 0
            lost = mean(\.lost)
            passedFailures = mean(\.passedFailures)
            recovered = recoveries(0.5)
            recovered90 = recoveries(0.9)
            recovered99 = recoveries(0.99)
            neverRecovered = runs.count - recoveries.count
            cascadesPrevented = mean { max($0.cascadesWithout - $0.cascades, 0) }
            openings = mean(\.offered) > 0 ? mean(\.openings) / (mean(\.offered) / rate) * 3_600 : 0
            admitted = runs.first?.admitted ?? []
        }

        private enum CodingKeys: String, CodingKey {
            case kind, lost = "lost_requests"
            case detected = "detected_ms"
            case falseTrips = "false_trips"
            case falsePositiveRate = "false_positive_rate"
            case passedFailures = "passed_failures"
            case recovered = "recovered_ms"
            case recovered90 = "recovered_p90_ms"
            case recovered99 = "recovered_p99_ms"
            case neverRecovered = "never_recovered"
            case cascadesPrevented = "cascades_prevented"
            case openings = "openings_per_hour"
            case check = "check_ns"
        }

        package func encode(to encoder: any Encoder) throws {
            var document = encoder.container(keyedBy: CodingKeys.self)
            try document.encode(kind, forKey: .kind)
            try document.encode(detected?.milliseconds, forKey: .detected)
            try document.encode(falseTrips, forKey: .falseTrips)
            try document.encode(falsePositiveRate, forKey: .falsePositiveRate)
            try document.encode(lost, forKey: .lost)
            try document.encode(passedFailures, forKey: .passedFailures)
            try document.encode(recovered?.milliseconds, forKey: .recovered)
            try document.encode(recovered90?.milliseconds, forKey: .recovered90)
            try document.encode(recovered99?.milliseconds, forKey: .recovered99)
            try document.encode(neverRecovered, forKey: .neverRecovered)
            try document.encode(cascadesPrevented, forKey: .cascadesPrevented)
            try document.encode(openings, forKey: .openings)
            try document.encode(check, forKey: .check)
        }
    }

    /// Figures published for a large mesh of the seeds, to be read beside one's own.
    package struct Reference: Sendable, Equatable, Encodable {
        /// Median of a recovery.
        package let recovered = TimeAmount.seconds(32)
        /// 90 % of the recoveries took no longer.
        package let recovered90 = TimeAmount.seconds(89)
        /// 99 % of them took no longer.
        package let recovered99 = TimeAmount.seconds(234)
        /// Share of requests, 0...1.
        package let falsePositiveRate = 0.0003
        /// Of 2 847 breakers at 1 157 407 requests a second.
        package let openings = 847.0
        /// How many there were.
        package let breakers = 2_847
        /// Of a day.
        package let cascadesPrevented = 23.0
        /// Nanoseconds of a decision.
        package let check = 1_200_000.0

        private enum CodingKeys: String, CodingKey {
            case recovered = "recovered_ms"
            case recovered90 = "recovered_p90_ms"
            case recovered99 = "recovered_p99_ms"
            case falsePositiveRate = "false_positive_rate"
            case openings = "openings_per_hour"
            case breakers
            case cascadesPrevented = "cascades_prevented_per_day"
            case check = "check_ns"
        }

        package func encode(to encoder: any Encoder) throws {
            var document = encoder.container(keyedBy: CodingKeys.self)
            try document.encode(recovered.milliseconds, forKey: .recovered)
            try document.encode(recovered90.milliseconds, forKey: .recovered90)
            try document.encode(recovered99.milliseconds, forKey: .recovered99)
            try document.encode(falsePositiveRate, forKey: .falsePositiveRate)
            try document.encode(openings, forKey: .openings)
            try document.encode(breakers, forKey: .breakers)
            try document.encode(cascadesPrevented, forKey: .cascadesPrevented)
            try document.encode(check, forKey: .check)
        }
    }

    /// What was tried.
    package let settings: BreakerLab.Settings
    /// A row for each kind.
    package var kinds: [Row]
    /// To be read beside them.
    package let reference = Reference()

    private enum CodingKeys: String, CodingKey {
        case schema, shape, recovery, profile, seed, from, rate, baseline, runs, kinds, reference
    }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode(settings.shape, forKey: .shape)
        try document.encode(settings.recovery, forKey: .recovery)
        try document.encode(settings.profile, forKey: .profile)
        try document.encode(settings.seed, forKey: .seed)
        try document.encode(settings.from, forKey: .from)
        try document.encode(settings.rate, forKey: .rate)
        try document.encode(settings.baseline, forKey: .baseline)
        try document.encode(settings.runs, forKey: .runs)
        try document.encode(kinds, forKey: .kinds)
        try document.encode(reference, forKey: .reference)
    }
}
