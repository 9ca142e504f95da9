import MeshBase
import Resilience

/// Requests of customers on the way between two placements, and those of them that the mesh failed.
package struct MovedOutcomes: Sendable {
    package private(set) var requests: UInt64 = 0
    package private(set) var failures: UInt64 = 0
    /// Failures since the last success.
    package private(set) var failuresInARow: UInt64 = 0

    mutating func note(failed: Bool) {
        requests += 1
        if failed {
            failures += 1
            failuresInARow += 1
        } else {
            failuresInARow = 0
        }
    }
}

/// Counters of a router; they only rise.
package struct RouterCounters: Sendable {
    /// Of customers, as are the answers: what looks after them (`X-Check: 1`) is in the figures alone.
    package var requests: UInt64 = 0
    package var responses2xx: UInt64 = 0
    package var responses4xx: UInt64 = 0
    package var responses5xx: UInt64 = 0
    package var attempts: UInt64 = 0
    package var failovers: UInt64 = 0
    package var attemptTimeouts: UInt64 = 0
    package var attemptResets: UInt64 = 0
    /// Frames that a link was too full for, or that found it gone.
    package var unsent: UInt64 = 0
    /// Values of cells for which there was no room.
    package var valuesRefused: UInt64 = 0
    package var refusals: UInt64 = 0
    package var lateFrames: UInt64 = 0
    package var abandoned: UInt64 = 0
    /// Cells told that nobody waits any longer for a call of theirs.
    package var cancels: UInt64 = 0
    /// Such words that a link was too full for, or that found it gone.
    package var cancelsUnsent: UInt64 = 0
    package var noQuorum: UInt64 = 0
    /// Requests that too few cells answered, and for which two others were asked whether the customer has moved.
    package var othersAsked: UInt64 = 0
    /// Records refused because no cell that answers has what the client's session has seen.
    package var sessionsBehind: UInt64 = 0
    /// Requests that asked for more than the tier gives, or for what cannot be: refused before anything was done.
    package var levelsRefused: UInt64 = 0
    /// Reads that were answered with siblings.
    package var conflictsShown: UInt64 = 0
    /// Conditions that were refused: of keys without siblings, of reads, or naming nothing that was given out for the key.
    package var conditionsRefused: UInt64 = 0
    /// Requests whose id is longer than idempotency keys are, and stood for one.
    package var idsShortened: UInt64 = 0
    /// Requests whose `traceparent` cannot be read: they go on without it.
    package var tracesMalformed: UInt64 = 0
    /// Sessions that this mesh has not given out, or for another customer.
    package var sessionsRefused: UInt64 = 0
    /// Phases and attempts that went on in a newer epoch.
    package var epochRestarts: UInt64 = 0
    /// Requests sent again to a cell that was told of a newer entry first.
    package var entriesTold: UInt64 = 0
    package var writeBacks: UInt64 = 0
    package var overloaded: UInt64 = 0
    /// Requests that cells shed, as their clients were told, by class.
    package var shed = PriorityCounts()
    /// Requests that the router held back by itself, as most of them are refused, by class.
    package var throttled = PriorityCounts()
    /// Phases of records in which cells were asked whose gates let nothing through, as the others are too few.
    package var gatesOverruled: UInt64 = 0
    /// Pings of cells that were not heard otherwise.
    package var pings: UInt64 = 0
    /// Pings that a link was too full for, or that found it gone.
    package var pingsUnsent: UInt64 = 0
    /// Times that a cell was called a zombie, a flapper, a liar or a slowpoke.
    package var named: UInt64 = 0
    /// Cells that did not answer in time and are passed over.
    package var demotions: UInt64 = 0
    /// Demoted cells that answered again.
    package var returns: UInt64 = 0

    mutating func count(status: UInt16) {
        switch status {
        case 200..<400: responses2xx += 1
        case 400..<500: responses4xx += 1
        default: responses5xx += 1
        }
    }
}
