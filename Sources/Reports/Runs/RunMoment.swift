/// Something that happened while a run was under way.
package struct RunMoment: Codable, Sendable, Equatable {
    /// What part it has in an incident. The order is that in which they follow from each other.
    package enum Class: String, Codable, Sendable, CaseIterable, Comparable {
        case cause, detection, impact, recovery
        /// Of no incident, or of none that is known.
        case change

        package static func < (a: Class, b: Class) -> Bool { a.order < b.order }
        private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Since the run began, in milliseconds; negative before.
    package var at: Double
    package var `class`: Class
    /// To what it happened, such as `us-east-1`.
    package var subject: String
    /// In a few words.
    package var what: String
    /// How many processes tell of it; 0 for what the control plane or the load itself knows.
    package var tellers: Int

    package init(at: Double, _ class: Class, _ subject: String, _ what: String, tellers: Int = 0) {
        self.at = at
        self.class = `class`
        self.subject = subject
        self.what = what
        self.tellers = tellers
    }

    private enum CodingKeys: String, CodingKey {
        case at = "at_ms"
        case `class`, subject, what, tellers
    }
}

/// One thing that befell the mesh, from its cause to its end. Moments are milliseconds since the run began.
package struct RunIncident: Codable, Sendable, Equatable {
    /// What it befell.
    package var subjects: [String]
    /// What was done, or happened, in a few words.
    package var what: String
    package var cause: Double
    /// When the first process noticed; nil where none did.
    @Nullable package var detection: Double?
    /// When the first request failed; nil where none did.
    @Nullable package var impact: Double?
    /// When what befell it was over and all requests were answered again; nil where that was not seen.
    @Nullable package var recovery: Double?
    /// Requests that failed between cause and recovery, or the end.
    package var failed: UInt64

    package init(
        subjects: [String], what: String, cause: Double, detection: Double?, impact: Double?, recovery: Double?,
        failed: UInt64
    ) {
        self.subjects = subjects
        self.what = what
        self.cause = cause
        self.failed = failed
        self.detection = detection
        self.impact = impact
        self.recovery = recovery
    }

    private enum CodingKeys: String, CodingKey {
        case subjects, what
        case cause = "cause_ms"
        case detection = "detection_ms"
        case impact = "impact_ms"
        case recovery = "recovery_ms"
        case failed
    }
}
