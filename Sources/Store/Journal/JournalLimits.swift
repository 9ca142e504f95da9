/// The bounds of a journal.
package struct JournalLimits: Sendable, Equatable {
    /// Events kept; the oldest go first.
    package var events = 100_000
    /// Most rows among processes, leases and intents each; one more is refused.
    package var rows = 10_000

    package init() {}
}
