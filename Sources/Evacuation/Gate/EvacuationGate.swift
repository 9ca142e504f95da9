import MeshBase
import Topology

/// Whether a stage may stand, by what its moved customers saw.
///
/// The gate is looked at again and again while a stage is watched, and says red only on evidence; a watch that ends
/// without any is green, however few requests there were. Red is:
///
/// - **error rate**: the lower end of Wilson's interval of failed requests exceeds the bound, with three failures at
///   least. The interval is three standard deviations wide on each side, not two: it is looked at many times, and one
///   stage in some hundred would be reversed for nothing otherwise.
/// - **failures in a row**: so many that the bound itself would give them less than once in 10^9 (five for 1 %). Counts
///   from the beginning of a watch dilute an end of all service; this does not.
/// - **targets**: more cells that take over are dead than when the plan began.
/// - **p99**: more than three times what it was before the plan and 250 ms above it, over 200 requests at least on
///   both sides. Load has risen by design, hence the distance.
///
/// Where the region itself no longer serves there is nothing better to go back to: the reasons are told, and the watch
/// goes on to its end and is green.
public struct EvacuationGate: Sendable {
    /// What the gate says.
    public enum Decision: String, Sendable, Codable, CaseIterable {
        /// The stage stands.
        case green
        /// The stage is taken back.
        case red
        /// Look again.
        case undecided
    }

    /// Why a stage is taken back, or would be.
    public enum Reason: String, Sendable, Codable, CaseIterable {
        case errorRate = "error-rate"
        case failuresInARow = "failures-in-a-row"
        case targetsDead = "targets-dead"
        case p99
    }

    /// A duration in a number of requests.
    public struct Latency: Sendable, Equatable {
        /// The 99th percentile.
        public var p99: TimeAmount
        /// Over how many requests.
        public var requests: UInt64
        /// Of requests that were answered, whatever the answer.
        public init(p99: TimeAmount, requests: UInt64) {
            self.p99 = p99
            self.requests = requests
        }
    }

    /// What was counted since the stage's watch began, of customers that have moved, over all routers.
    public struct Observation: Sendable, Equatable {
        /// Requests that ended.
        public var requests: UInt64
        /// Of these, requests that failed for a reason of the mesh.
        public var failures: UInt64
        /// The longest run of failures that has not been ended by a success, over the routers; 0 after a success.
        public var failuresInARow: UInt64
        /// Cells that take over and are dead now.
        public var deadTargets: Int
        /// How many of them were dead when the plan began.
        public var deadTargetsBefore: Int
        /// Names of those that are dead now, as many as are to be told; empty where they are not known.
        public var deadNames: [String]
        /// The moved customers' latency now; nil where unknown.
        public var latency: Latency?
        /// The same customers' latency before the plan began; nil where unknown.
        public var latencyBefore: Latency?
        /// A cell of the region lives, so that going back is possible and worth it.
        public var regionServes: Bool

        /// Nothing has happened unless told otherwise.
        public init(
            requests: UInt64 = 0, failures: UInt64 = 0, failuresInARow: UInt64 = 0, deadTargets: Int = 0,
            deadTargetsBefore: Int = 0, deadNames: [String] = [], latency: Latency? = nil,
            latencyBefore: Latency? = nil, regionServes: Bool = true
        ) {
            self.requests = requests
            self.failures = failures
            self.failuresInARow = failuresInARow
            self.deadTargets = deadTargets
            self.deadTargetsBefore = deadTargetsBefore
            self.deadNames = deadNames
            self.latency = latency
            self.latencyBefore = latencyBefore
            self.regionServes = regionServes
        }
    }

    /// What the gate says, with its figures.
    public struct Verdict: Sendable, Equatable {
        /// What to do.
        public let decision: Decision
        /// What speaks against the stage; where the region is dead, also with a green decision.
        public let reasons: [Reason]
        /// Of failed requests, with its interval.
        public let errors: WilsonInterval
        /// Figure and bound of each reason, or of the error rate where there is none: for people.
        public let text: String
    }

    /// Half the width of the interval, in standard deviations.
    public static let deviations = 3.0
    /// Fewer failures say nothing about a rate.
    public static let fewestFailures: UInt64 = 3
    /// What chance has to stay below for a run of failures to be no accident.
    public static let chance = 1e-9
    /// p99 may be so many times what it was.
    public static let slower = 3.0
    /// p99 may be higher by this, whatever it was.
    public static let slowerBy = TimeAmount.milliseconds(250)
    /// A 99th percentile of fewer requests is not compared.
    public static let fewestLatencies: UInt64 = 200

    /// The bound on the rate of failures, 0...1.
    public let maximumErrorRate: Double
    /// So many failures in a row are evidence, 5...64.
    public let mostInARow: UInt64

    /// - Parameter maximumErrorRate: 0...1; outside it is cut, not a number counts as 0.
    public init(maximumErrorRate: Double) {
        let rate = maximumErrorRate.isNaN ? 0 : min(max(maximumErrorRate, 0), 1)
        self.maximumErrorRate = rate
        var run: UInt64 = 0
        var left = 1.0
        while run < 64 && left > Self.chance {
            left *= rate
            run += 1
        }
        mostInARow = max(run, 5)
    }

    /// The gate of a topology's settings.
    public init(_ settings: EvacuationSettings) { self.init(maximumErrorRate: settings.maximumErrorRate) }

    /// - Parameter watchEnded: the stage was watched for its whole time; nothing is left undecided then.
    public func judge(_ seen: Observation, watchEnded: Bool) -> Verdict {
        let errors = WilsonInterval(count: seen.failures, of: seen.requests, deviations: Self.deviations)
        var reasons: [Reason] = []
        var texts: [String] = []
        let limit = "bound \(Figures.percent(maximumErrorRate))"
        let rate =
            seen.requests == 0
            ? "no request of a moved customer, \(limit)"
            : "errors \(Figures.percent(errors.share)) of \(seen.requests) "
                + "(\(Figures.percent(errors.low)) to \(Figures.percent(errors.high))), \(limit)"
        if seen.failures >= Self.fewestFailures, errors.low > maximumErrorRate {
            reasons.append(.errorRate)
            texts.append(rate)
        }
        if maximumErrorRate < 1, seen.failuresInARow >= mostInARow {
            reasons.append(.failuresInARow)
            texts.append("\(seen.failuresInARow) failures in a row, bound \(mostInARow - 1)")
        }
        if seen.deadTargets > seen.deadTargetsBefore {
            reasons.append(.targetsDead)
            texts.append(
                "\(seen.deadTargets) of the cells that take over \(seen.deadTargets == 1 ? "is" : "are") dead"
                    + (seen.deadNames.isEmpty ? "" : " (\(seen.deadNames.joined(separator: ", ")))")
                    + ", \(seen.deadTargetsBefore) before"
            )
        }
        if let now = seen.latency, let before = seen.latencyBefore, isSlower(now, than: before) {
            reasons.append(.p99)
            texts.append(
                "p99 \(milliseconds(now.p99)), \(milliseconds(before.p99)) before, bound \(milliseconds(bound(before)))"
            )
        }
        let isRed = !reasons.isEmpty && seen.regionServes
        return Verdict(
            decision: isRed ? .red : watchEnded ? .green : .undecided, reasons: reasons, errors: errors,
            text: texts.isEmpty ? rate : texts.joined(separator: "; "))
    }

    /// What the gate goes by, one by one, of what has been seen so far.
    public func figures(_ seen: Observation) -> [EvacuationStatus.Figure] {
        let verdict = judge(seen, watchEnded: false)
        func figure(_ name: String, _ value: String, _ bound: String, _ reason: Reason) -> EvacuationStatus.Figure {
            EvacuationStatus.Figure(name: name, value: value, bound: bound, ok: !verdict.reasons.contains(reason))
        }
        var figures = [
            figure(
                "errors",
                seen.requests == 0
                    ? "no request" : "\(Figures.percent(verdict.errors.share)) of \(seen.requests)",
                Figures.percent(maximumErrorRate), .errorRate),
            figure("failures in a row", "\(seen.failuresInARow)", "\(mostInARow - 1)", .failuresInARow),
            figure("dead targets", "\(seen.deadTargets)", "\(seen.deadTargetsBefore)", .targetsDead),
        ]
        if let now = seen.latency, let before = seen.latencyBefore {
            figures.append(figure("p99", milliseconds(now.p99), milliseconds(bound(before)), .p99))
        }
        return figures
    }

    private func bound(_ before: Latency) -> TimeAmount { max(before.p99 * Self.slower, before.p99 + Self.slowerBy) }

    private func isSlower(_ now: Latency, than before: Latency) -> Bool {
        now.requests >= Self.fewestLatencies && before.requests >= Self.fewestLatencies && now.p99 > bound(before)
    }

    private func milliseconds(_ time: TimeAmount) -> String { "\(time.millisecondsRoundedUp) ms" }
}
