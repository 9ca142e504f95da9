/// A stretch of a request's time in one process: the request itself, an attempt at a cell or a call, the work of a service.
package struct TraceSpan: Sendable, Equatable {
    /// As OpenTelemetry has them.
    package enum Kind: Int, Sendable {
        /// In a process: nobody else takes part.
        case `internal` = 1
        /// What a process did for a request that came in.
        case server = 2
        /// What it asked somebody else for.
        case client = 3
    }

    package var id: UInt64
    /// Nil for the first of a trace.
    package var parent: UInt64?
    /// The process.
    package var node: String
    package var kind: Kind
    /// The service, `records`, or the cell that was asked.
    package var name: String
    /// NODE/FROM/TO, NODE/SERVICE, or the node alone.
    package var gate: String
    /// From 1; nil for what is no attempt.
    package var attempt: Int?
    /// How it was begun, where it is an attempt: `started`, `retried` or `hedged`.
    package var start = ""
    /// Milliseconds since 1970.
    package var began: Double
    /// Nil where it has not ended, as far as is known.
    package var ended: Double?
    /// How it ended, in a word or a few: `ok`, `failed: timeout`, an HTTP status; empty where it has not.
    package var outcome = ""
    /// The status that a client was answered with; 0 elsewhere.
    package var status = 0
    package var isFailed = false
    /// Ids of the faults in force on its path meanwhile, in their order.
    package var faults: [String] = []
    /// What was decided in it, in order of time.
    package var decisions: [TracePage.Decision] = []

    package init(
        id: UInt64, parent: UInt64?, node: String, kind: Kind, name: String, gate: String, attempt: Int? = nil,
        began: Double
    ) {
        self.id = id
        self.parent = parent
        self.node = node
        self.kind = kind
        self.name = name
        self.gate = gate
        self.attempt = attempt
        self.began = began
    }

    /// Milliseconds that it took; 0 where that is not known.
    package var duration: Double { max((ended ?? began) - began, 0) }

    /// Whether any of it lies in this stretch; nil for one without an end.
    package func overlaps(from: Double, to: Double?) -> Bool {
        from <= (ended ?? .infinity) && began <= (to ?? .infinity)
    }
}
