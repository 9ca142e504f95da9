/// What people are told about a process.
package enum ProcessState: String, Sendable, Codable, CaseIterable {
    /// It runs and is not yet known to serve.
    case starting
    case serving
    /// It serves with restrictions: as it says itself, or since not every router reaches it. A router: it does not
    /// reach every cell.
    case degraded
    /// It serves its services; its disk was lost, and its records come back from other cells first.
    case refilling
    /// It runs, and no router reaches it; or, where routers tell nothing, the membership has lost it.
    case unreachable
    /// Stopped by a signal: it neither dies nor answers.
    case paused
    case down
    /// It runs and takes no customers: its region was evacuated.
    case evacuated
    /// It takes no customers, and need not run: it was drained, or was added and is not in use yet.
    case drained
}
