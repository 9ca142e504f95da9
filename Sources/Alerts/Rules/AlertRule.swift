import MeshBase

/// When somebody should look. The rules of this table are what the control plane goes by, and what Prometheus is given.
package struct AlertRule: Sendable, Equatable {
    /// How much it matters.
    package enum Severity: String, Sendable {
        /// Somebody should look now.
        case page
        /// Somebody should look today.
        case ticket
    }

    /// Such as `CellDown`.
    package let name: String
    /// What it looks at.
    package let signal: AlertSignal
    /// It fires above this.
    package let bound: Double
    /// For so long without a break before it fires.
    package let holds: TimeAmount
    /// How much it matters.
    package let severity: Severity
    /// One sentence; `%s` stands for the subject.
    package let summary: String

    /// All rules, in the order in which they are told.
    package static let all: [AlertRule] = [
        AlertRule(
            name: "PoolUtilisation", signal: .utilisation, bound: 0.8, holds: .seconds(30), severity: .ticket,
            summary: "%s is used by more than 80 %"),
        AlertRule(
            name: "RetryRate", signal: .retries, bound: 0.1, holds: .seconds(30), severity: .ticket,
            summary: "more than a tenth of the attempts at %s are retries or hedges"),
        AlertRule(
            name: "CircuitOpen", signal: .openBreakers, bound: 0, holds: .zero, severity: .ticket,
            summary: "the breaker %s lets nothing through"),
        AlertRule(
            name: "Amplification", signal: .amplification, bound: 1.5, holds: .seconds(30), severity: .ticket,
            summary: "the layer %s makes more than 1.5 attempts for each call"),
        AlertRule(
            name: "CellDown", signal: .cellsOut, bound: 0, holds: .seconds(10), severity: .page,
            summary: "%s is to serve customers and does not"),
        AlertRule(
            name: "RouterDown", signal: .routersOut, bound: 0, holds: .seconds(10), severity: .page,
            summary: "%s takes no requests: whoever comes through it is refused"),
        AlertRule(
            name: "WitnessesDiffer", signal: .differentWitnesses, bound: 0, holds: .seconds(10), severity: .page,
            summary: "process table, membership and routers say different things of %s"),
        AlertRule(
            name: "CustomersDiffer", signal: .differentCustomers, bound: 0, holds: .seconds(5), severity: .page,
            summary: "customers fare otherwise than their shards predict"),
        AlertRule(
            name: "NoQuorum", signal: .customersWithoutQuorum, bound: 0, holds: .seconds(5), severity: .page,
            summary: "customers find too few cells for their records"),
        AlertRule(
            name: "EvacuationGate", signal: .failingGate, bound: 0, holds: .zero, severity: .page,
            summary: "a figure of the evacuation's gate is beyond its bound"),
        burn("1h", 14.4, .hours(1), .minutes(5), .page), burn("6h", 6, .hours(6), .minutes(30), .page),
        burn("1d", 3, .hours(24), .hours(2), .ticket), burn("3d", 1, .hours(72), .hours(6), .ticket),
    ]

    private static func burn(
        _ window: String, _ factor: Double, _ long: TimeAmount, _ short: TimeAmount, _ severity: Severity
    ) -> AlertRule {
        AlertRule(
            name: "SLOBurn\(window)", signal: .burn(long: long, short: short), bound: factor, holds: .zero,
            severity: severity,
            summary: "requests fail \(factor == factor.rounded() ? String(Int(factor)) : String(factor)) times "
                + "faster than the objective allows, over \(window)")
    }

    /// The sentence about a subject.
    package func summary(of subject: String) -> String {
        var sentence = summary
        if let place = sentence.firstRange(of: "%s") { sentence.replaceSubrange(place, with: subject) }
        return sentence
    }
}

/// What requests are held to.
package struct AlertObjective: Sendable, Equatable {
    /// The share of requests that may fail with 5xx, above 0 and at most 1.
    package let allowed: Double

    /// What holds where nobody declares one: 99.9 % succeed.
    package static let usual = AlertObjective(allowed: 0.001)

    /// What a mesh declares; `usual` where it declares nothing.
    ///
    /// - Parameter declared: `MeshTopology.strictestErrorRate`.
    package init(declared: Double?) { self = declared.map { AlertObjective(allowed: $0) } ?? .usual }

    /// - Parameter allowed: what is outside of 0.000001...1 is cut.
    package init(allowed: Double) { self.allowed = allowed.isNaN ? 0.001 : min(max(allowed, 1e-6), 1) }
}
