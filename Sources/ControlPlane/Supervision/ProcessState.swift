import Membership

/// What people are told about a process.
package enum ProcessState: String, Sendable, Codable, CaseIterable {
    /// It runs and is not yet known to serve.
    case starting
    case serving
    /// It serves, and says itself that it does so with restrictions.
    case degraded
    /// It serves its services; its disk was lost, and its records come back from other cells first.
    case refilling
    /// It runs, and the membership suspects it or holds it for dead.
    case unreachable
    /// Stopped by a signal: it neither dies nor answers.
    case paused
    case down
    /// It runs and takes no customers: its region was evacuated.
    case evacuated
}

/// What is known of a process when its state is derived.
package struct ProcessFacts: Sendable, Equatable {
    package var isRunning = false
    /// It has reported that it serves.
    package var isReady = false
    /// It has been told to end.
    package var isEnding = false
    /// It was paused from here, or is stopped whoever did it.
    package var isStopped = false
    /// What the control plane's own member believes; nil where it has not heard of it.
    package var status: MemberStatus?
    /// What the member says of itself.
    package var reported: MemberMetadata.State?
    package var isEvacuated = false

    package init() {}

    /// The state, by falling precedence: what the process table says, then the membership, then the process itself.
    package var state: ProcessState {
        guard isRunning, !isEnding else { return .down }
        if isStopped { return .paused }
        guard isReady, let status else { return .starting }
        guard status == .alive else { return .unreachable }
        if isEvacuated || reported == .evacuated { return .evacuated }
        switch reported {
        case .some(.degraded): return .degraded
        case .some(.refilling): return .refilling
        case .some(.starting): return .starting
        default: return .serving
        }
    }
}
