/// Counters of a cell; they only rise.
package struct CellCounters: Sendable {
    package var frames: UInt64 = 0
    package var httpCalls: UInt64 = 0
    /// Of these: requests whose `traceparent` cannot be read; they go on without it.
    package var tracesMalformed: UInt64 = 0
    package var unexpectedFrames: UInt64 = 0
    package var pings: UInt64 = 0
    /// Calls that routers gave up while they were under way.
    package var cancels: UInt64 = 0
    /// Calls that routers gave up and that had ended already, or go to their end under an idempotency key.
    package var cancelsLate: UInt64 = 0
    package var refused: UInt64 = 0
    /// Of these: orders of the store whose values the cell had no memory for.
    package var noMemory: UInt64 = 0
    /// Words to routers about what their calls need.
    package var hintsTold: UInt64 = 0
    /// Calls that came before the cell had started.
    package var notReady: UInt64 = 0
    package var recordOrders: UInt64 = 0
    package var recordFailures: UInt64 = 0
    package var staleEpochs: UInt64 = 0
    /// Requests of customers whose shard the cell is not in, by the epoch that both agree on.
    package var notMember: UInt64 = 0
    /// Entries of the placement that the store has taken over.
    package var entriesInstalled: UInt64 = 0
    /// Records dropped because they belong to other cells now.
    package var recordsDropped: UInt64 = 0
    /// Tombstones dropped because every member had them.
    package var tombstonesSwept: UInt64 = 0
    /// Cohorts in which a record had another value here than elsewhere at the same version.
    package var damagedCohorts: UInt64 = 0
    /// Records' orders refused because the store has no vote.
    package var withoutVote: UInt64 = 0
    /// Questions to other cells that they did not answer in time.
    package var refillTimeouts: UInt64 = 0
    /// Questions to other cells that their links could not take.
    package var refillUnsent: UInt64 = 0
}
