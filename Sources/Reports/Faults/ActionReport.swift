import Sharding

/// The body of `POST /v1/kill|pause|resume|restart`.
package struct ActionRequest: Codable, Sendable, Equatable {
    package var targets: [String]
    /// After how long it heals by itself; nil: never.
    package var leaseMilliseconds: Int64?
    /// The prediction that it stands on (`PredictionReport`); nil for none.
    package var prediction: String?

    private enum CodingKeys: String, CodingKey {
        case targets, prediction
        case leaseMilliseconds = "for_ms"
    }

    package init(targets: [String], leaseMilliseconds: Int64? = nil) {
        self.targets = targets
        self.leaseMilliseconds = leaseMilliseconds
    }
}

/// What was done: `kill -o json`, `pause`, `resume`, `restart`, and what the API answers.
package struct ActionReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var targets: [ActionOutcome]
    /// What commands predicted of it; absent where it harms nobody, and in the API.
    package var prediction: BlastRadiusReport?

    package init(targets: [ActionOutcome]) { self.targets = targets }
}

/// What was done to one target of a command.
package struct ActionOutcome: Codable, Sendable, Equatable {
    /// `us-east-1`.
    package var name: String
    /// The process that it was done to, or the new one after a restart; nil where there is none.
    @Nullable package var pid: Int32?
    /// `killed already-down paused already-paused resumed not-paused not-running restarted failed`.
    package var action: String
    /// The state afterwards.
    package var state: ProcessState
    /// Why it failed, or what will follow by itself.
    package var detail: String?

    package init(name: String, pid: Int32?, action: String, state: ProcessState, detail: String? = nil) {
        self.name = name
        self.pid = pid
        self.action = action
        self.state = state
        self.detail = detail
    }

    package var failed: Bool { action == "failed" }
}
