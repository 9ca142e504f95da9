import Reports
import Sharding

/// `blast-radius -o json`: what is predicted, and with `--actual` what traffic saw beside it.
struct BlastRadiusDocument: Encodable {
    var report: BlastRadiusReport
    var observed: Observed?

    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(observed, forKey: .observed)
    }
    private enum CodingKeys: String, CodingKey { case observed }

    struct Observed: Encodable {
        var customers: Int
        var lost: Int
        var degraded: Int
        var untouched: Int
        var windowMilliseconds: Int
        var open: Bool
        /// Of those that were seen.
        var predicted: BlastRadiusReport.Counts
        var different: Int
        var cells: [String]
        var outcomes: ObservedImpact.Outcomes
        /// Nil without a request.
        @Nullable var failureRate: Double?
        var total: ObservedImpact.Outcomes
        var overflow: Int
        var routers: [ObservedImpact.Router]
        var silent: [String]
        var unexpected: Int
        var deviations: [Deviation]

        private enum CodingKeys: String, CodingKey {
            case customers, lost, degraded, untouched
            case windowMilliseconds = "window_ms"
            case open, predicted, different, cells, outcomes
            case failureRate = "failure_rate"
            case total, overflow, routers, silent, unexpected, deviations
        }
    }

    struct Deviation: Encodable {
        var customer: String
        var predicted: String
        var observed: String
        var outcomes: ObservedImpact.Outcomes
    }
}

extension BlastRadiusDocument.Observed {
    init(_ observed: BlastRadiusView.Observation) {
        let impact = observed.impact
        let comparison = observed.comparison
        self.init(
            customers: impact.customers, lost: impact.counts.lost, degraded: impact.counts.degraded,
            untouched: impact.counts.untouched, windowMilliseconds: impact.windowMilliseconds, open: impact.isOpen,
            predicted: comparison.counts, different: comparison.different, cells: impact.cells,
            outcomes: impact.outcomes,
            failureRate: impact.outcomes.requests == 0
                ? nil : Double(impact.outcomes.harmed) / Double(impact.outcomes.requests),
            total: impact.total, overflow: impact.overflow, routers: impact.routers, silent: impact.silent,
            unexpected: comparison.deviations.count,
            deviations: comparison.deviations.prefix(ImpactComparison.mostNamed).map {
                BlastRadiusDocument.Deviation(
                    customer: $0.title, predicted: $0.predicted.rawValue, observed: $0.observed.effect.rawValue,
                    outcomes: $0.observed.outcomes)
            })
    }
}
