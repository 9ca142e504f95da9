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
    /// Ratio of datagrams lost beside them.
    package private(set) var datagramLoss = 0.0
    /// Ratio of datagrams sent twice, 0...1.
    package private(set) var duplication = 0.0
    /// Ratio of writes that reset the connection, 0...1.
    package private(set) var resets = 0.0
    /// Bytes a second; nil: without a limit.
    package private(set) var bandwidth: Int?
    /// Ratio of datagrams that are late by up to `reorderBy`, 0...1.
    package private(set) var reorder = 0.0
    /// Of several the longest.
    package private(set) var reorderBy = TimeAmount.zero
    /// Nothing passes.
    package private(set) var isCut = false
    /// Everything waits until the fault has ended.
    package private(set) var isClogged = false

    /// Nothing happens to what passes.
    package init() {}

    /// Nothing happens to what passes.
    package static let none = LinkEffect()
    /// Whether everything passes as it is.
    package var isNone: Bool { self == .none }

    /// Composes one more fault with those in it; see docs/faults.md.
    package mutating func add(_ fault: FaultAction.Wire) {
        switch fault {
        case .latency(let delay): delays.append(delay)
        case .loss(let rate): loss = Self.either(loss, rate)
        case .datagramLoss(let rate): datagramLoss = Self.either(datagramLoss, rate)
        case .duplicate(let rate): duplication = Self.either(duplication, rate)
        case .reorder(let rate, let amount):
            reorder = Self.either(reorder, rate)
            reorderBy = max(reorderBy, amount)
        case .reset(let rate): resets = Self.either(resets, rate)
        case .bandwidth(let limit): bandwidth = min(bandwidth ?? limit, limit)
        case .blackhole, .partition: isCut = true
        case .clog: isClogged = true
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
