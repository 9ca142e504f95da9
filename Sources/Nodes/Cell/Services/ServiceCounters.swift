import MeshBase

/// Counters of one service; they only rise.
package struct ServiceCounters: Sendable {
    package var calls: UInt64 = 0
    package var ok: UInt64 = 0
    package var failed: UInt64 = 0
    /// Of `failed`: answers below 500, which are their clients' own errors.
    package var clientErrors: UInt64 = 0
    /// Calls without a worker, by why.
    package private(set) var refusals = PoolRefusals()
    package var rejected: UInt64 { refusals.total }
    /// Of `rejected`: the cell held as many bytes as it may.
    package var noMemory: UInt64 { refusals[.memory] }
    /// Refused while there was room, which is kept for what matters more.
    package var shed: UInt64 = 0
    /// Refused as the feature that it belongs to is given up.
    package var givenUp: UInt64 = 0
    package var timedOut: UInt64 = 0
    package var callTimeouts: UInt64 = 0
    /// Of `timedOut`: calls whose time was up before a worker began on them.
    package var expired: UInt64 = 0
    /// Given up by their callers: withdrawn from the queue, or worked on for nothing.
    package var cancelled: UInt64 = 0
    package var fallbacks: UInt64 = 0
    package var compensations: UInt64 = 0
    /// Of `compensations`: what was done stays done.
    package var compensationsFailed: UInt64 = 0
    /// Groups of calls by their end: all answered, some were replaced, the caller failed.
    package var joinsComplete: UInt64 = 0
    package var joinsPartial: UInt64 = 0
    package var joinsFailed: UInt64 = 0
    /// Time of workers that nobody waited for, by reason.
    package private(set) var extra = SIMD4<Int64>.zero

    package func extraWork(_ why: ExtraWork) -> TimeAmount { TimeAmount(nanoseconds: extra[why.rawValue]) }

    mutating func count(_ why: ExtraWork, _ time: TimeAmount) { extra[why.rawValue] &+= time.nanoseconds }

    mutating func count(_ outcome: ServiceOutcome) {
        switch outcome {
        case .ok: ok += 1
        case .failed, .dependency, .noProgram, .programLost: failed += 1
        case .faulted(let status), .answered(let status):
            failed += 1
            if status < 500 { clientErrors += 1 }
        case .rejected(let why): refusals[why] += 1
        case .shed: shed += 1
        case .givenUp: givenUp += 1
        case .timedOut: timedOut += 1
        case .cancelled: cancelled += 1
        }
    }

    /// What counts for the service's health: a client's error was answered as it should be, and what was shed, given up or
    /// withdrawn says nothing.
    var health: ServiceScores.Counts {
        .init(calls: calls, ok: ok &+ clientErrors, bad: failed &- clientErrors &+ timedOut &+ rejected)
    }
}
