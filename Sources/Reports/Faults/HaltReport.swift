/// The body of `POST /v1/halt`.
package struct HaltRequest: Codable, Sendable, Equatable {
    /// The longest reason, in characters.
    package static let longestReason = 200

    /// Why; nil for no reason given.
    package var reason: String?
    /// Faults are let in again, instead.
    package var release: Bool?

    /// Ends all that was injected, or lets it in again.
    package init(reason: String? = nil, release: Bool? = nil) {
        self.reason = reason
        self.release = release
    }
}

/// A halt that is in force: `status -o json` has it as `halt`.
package struct Halt: Codable, Sendable, Equatable {
    /// When it was called, RFC 3339.
    package var since: String
    /// Why; nil where nobody said.
    @Nullable package var reason: String?

    /// In force since then.
    package init(since: String, reason: String?) {
        self.since = since
        self.reason = reason
    }
}

/// `halt -o json`: what a halt, or its release, has done.
package struct HaltReport: Codable, Sendable, Equatable {
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// In force now; nil where none is.
    @Nullable package var halt: Halt?
    /// It was so before.
    package var already: Bool
    /// It is written down, and survives the control plane.
    package var kept: Bool
    /// Faults that it has ended.
    package var ended: [FaultReport]
    /// Paused processes that go on by it.
    package var resumed: [String]
    /// What it has told to end, in words: the drill or game day that ran, and the monkey.
    package var stopped: [String]
    /// Processes that stay down until somebody restarts them: drained cells, and what did not start again.
    package var down: [String]

    /// Nothing was done by it unless told.
    package init(
        halt: Halt?, already: Bool, kept: Bool = true, ended: [FaultReport] = [], resumed: [String] = [],
        stopped: [String] = [], down: [String] = []
    ) {
        self.halt = halt
        self.already = already
        self.kept = kept
        self.ended = ended
        self.resumed = resumed
        self.stopped = stopped
        self.down = down
    }
}
