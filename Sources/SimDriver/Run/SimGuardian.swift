import MeshBase

/// How far a run has come.
package struct SimProgress: Sendable {
    package enum Phase: String, Sendable {
        case starting, load, healing, verifying
    }
    package var phase: Phase
    /// Virtual time since the start of the mesh.
    package var simulated: TimeAmount
    package var events: UInt64
}

/// Asks now and then whether a run may go on, and stops one that takes too many events.
struct SimGuardian {
    var phase = SimProgress.Phase.starting
    private let eventLimit: UInt64
    private let progress: (SimProgress) -> Bool
    private var nextReport: UInt64
    private(set) var isStopped = false

    /// Events between two reports.
    private static let stride: UInt64 = 4_096

    init(eventLimit: UInt64, progress: @escaping (SimProgress) -> Bool) {
        self.eventLimit = eventLimit
        self.progress = progress
        nextReport = Self.stride
    }

    mutating func mayGoOn(_ now: Instant, _ events: UInt64) -> Bool {
        guard events >= nextReport || events >= eventLimit else { return true }
        nextReport = events + Self.stride
        let current = SimProgress(phase: phase, simulated: now - .zero, events: events)
        if events >= eventLimit || !progress(current) { isStopped = true }
        return !isStopped
    }
}
