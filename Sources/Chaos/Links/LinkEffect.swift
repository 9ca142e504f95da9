import MeshBase
import Topology

/// What becomes of the bytes that one node sends to another: every fault on this path, made one.
///
/// Faults compose like boxes in a row. Delays add, each drawn for itself. Shares of loss, duplication and resets combine
/// as independent events, 1 - (1-a)(1-b). The smallest bandwidth counts. Where one fault cuts, nothing passes.
package struct LinkEffect: Sendable, Equatable {
    /// Each delays on its own: they add up.
    package private(set) var delays: [Delay] = []
    /// Ratio of datagrams and segments lost, 0...1; independent losses are composed.
    package private(set) var loss = 0.0
    /// Ratio of datagrams sent twice, 0...1.
    package private(set) var duplication = 0.0
    /// Ratio of writes that reset the connection, 0...1.
    package private(set) var resets = 0.0
    /// Bytes a second; nil: without a limit.
    package private(set) var bandwidth: Int?
    /// Nothing passes.
    package private(set) var isCut = false

    /// Nothing happens to what passes.
    package init() {}

    /// Nothing happens to what passes.
    package static let none = LinkEffect()
    /// Whether everything passes as it is.
    package var isNone: Bool { self == .none }

    /// Composes one more fault with those in it; see docs/faults.md.
    package mutating func add(_ fault: Fault) {
        switch fault.kind {
        case .latency: if let delay = fault.delay { delays.append(delay) }
        case .loss: loss = Self.either(loss, fault.rate ?? 0)
        case .duplicate: duplication = Self.either(duplication, fault.rate ?? 0)
        case .reset: resets = Self.either(resets, fault.rate ?? 1)
        case .bandwidth: if let limit = fault.bandwidth { bandwidth = min(bandwidth ?? limit, limit) }
        case .blackhole, .partition: isCut = true
        case .errors, .hang: break
        }
    }

    /// What the topology says of a path: a fault that never ends.
    package mutating func add(_ quality: Links.Quality) {
        if quality.latency > .zero || quality.jitter > .zero {
            delays.append(Delay(base: quality.latency, jitter: quality.jitter))
        }
        loss = Self.either(loss, quality.loss)
    }

    private static func either(_ a: Double, _ b: Double) -> Double { min(max(1 - (1 - a) * (1 - b), 0), 1) }
}
