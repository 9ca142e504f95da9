/// The body of `POST /v1/kill|pause|resume|restart`.
package struct ActionRequest: Codable, Sendable, Equatable {
    package var targets: [String]
    /// After how long it heals by itself; nil: never.
    package var leaseMilliseconds: Int64?

    private enum CodingKeys: String, CodingKey {
        case targets
        case leaseMilliseconds = "for_ms"
    }

    package init(targets: [String], leaseMilliseconds: Int64? = nil) {
        self.targets = targets
        self.leaseMilliseconds = leaseMilliseconds
    }
}

/// What was done.
package struct ActionReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var targets: [ActionOutcome]

    package init(targets: [ActionOutcome]) { self.targets = targets }
}
