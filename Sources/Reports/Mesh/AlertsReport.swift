/// `alerts -o json` and `GET /v1/alerts`: every rule, and what is above its bound.
package struct AlertsReport: Codable, Sendable, Equatable {
    /// How far an alert has come.
    package enum State: String, Codable, Sendable {
        /// Above its bound, not for long enough yet.
        case pending
        /// For long enough.
        case firing
    }

    /// One subject that is above the bound of a rule.
    package struct Alert: Codable, Sendable, Equatable {
        /// A cell, a gate, a layer, or `mesh`.
        package var subject: String
        /// How far it has come.
        package var state: State
        /// The figure.
        package var value: Double
        /// When it began to fire, in milliseconds since 1970; nil while it waits.
        @Nullable package var since: Int64?
        /// One sentence.
        package var summary: String

        /// One alert.
        package init(subject: String, state: State, value: Double, since: Int64?, summary: String) {
            self.subject = subject
            self.state = state
            self.value = value
            self.since = since
            self.summary = summary
        }
    }

    /// One rule.
    package struct Rule: Codable, Sendable, Equatable {
        /// Such as `CellDown`.
        package var name: String
        /// `page` or `ticket`.
        package var severity: String
        /// It fires above this.
        package var bound: Double
        /// For so long, in milliseconds.
        package var holdsMilliseconds: Int64
        /// What is above its bound.
        package var alerts: [Alert]

        private enum CodingKeys: String, CodingKey {
            case name, severity, bound
            case holdsMilliseconds = "for_ms"
            case alerts
        }

        /// One rule with what is above its bound.
        package init(name: String, severity: String, bound: Double, holdsMilliseconds: Int64, alerts: [Alert]) {
            self.name = name
            self.severity = severity
            self.bound = bound
            self.holdsMilliseconds = holdsMilliseconds
            self.alerts = alerts
        }
    }

    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// By what the windows of burn rates were divided.
    package var scale: Double
    /// All of them.
    package var rules: [Rule]

    /// What an evaluator says.
    package init(scale: Double, rules: [Rule]) {
        self.scale = scale
        self.rules = rules
    }

    /// What fires, with the rule's name.
    package var firing: [(rule: Rule, alert: Alert)] {
        rules.flatMap { rule in rule.alerts.filter { $0.state == .firing }.map { (rule, $0) } }
    }
}
