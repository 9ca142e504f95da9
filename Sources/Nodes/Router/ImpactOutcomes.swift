/// What became of requests, counted. Only what the mesh is to answer for: a client's own mistake is answered rightly.
package struct ImpactOutcomes: Sendable, Equatable {
    /// How one request ended.
    package enum Outcome: Sendable, Equatable {
        case ok
        /// Answered, after an attempt had been waited for in vain.
        case slow
        /// The service itself failed.
        case serviceFailed
        /// No answer in time, the cell went away, or a write whose outcome is not known.
        case failed
        /// Too few cells answer for the tier of the records.
        case noQuorum
        /// Turned away: no cell of the shard serves, or none accepted it.
        case refused

        /// It tells by itself that something is wrong with the mesh.
        var isFault: Bool { self == .failed || self == .noQuorum || self == .refused }
    }

    package var requests: UInt32 = 0
    package var slow: UInt32 = 0
    package var failed: UInt32 = 0
    package var noQuorum: UInt32 = 0
    package var refused: UInt32 = 0

    package init() {}

    /// Those that were not answered as they should have been.
    package var harmed: UInt32 { failed &+ noQuorum &+ refused }

    mutating func add(_ outcome: Outcome) {
        requests &+= 1
        switch outcome {
        case .ok: break
        case .slow: slow &+= 1
        case .serviceFailed, .failed: failed &+= 1
        case .noQuorum: noQuorum &+= 1
        case .refused: refused &+= 1
        }
    }

    /// Leaves what came after these were counted.
    mutating func subtract(_ earlier: ImpactOutcomes) {
        requests &-= earlier.requests
        slow &-= earlier.slow
        failed &-= earlier.failed
        noQuorum &-= earlier.noQuorum
        refused &-= earlier.refused
    }
}
