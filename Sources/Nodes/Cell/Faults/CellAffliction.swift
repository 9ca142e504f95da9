import Chaos
import MeshBase

/// The faults that lie on a cell as a whole, and what they have struck.
struct CellAffliction {
    private(set) var effect = CellEffect.none
    /// Whether anything is done to what the cell does: a sound cell asks for this alone.
    private(set) var isActive = false
    private(set) var counters = CellFaultCounters()
    /// Since when it flaps.
    private var since = Instant.zero
    private var random: Generator

    init(seed: UInt64, node: UInt64) { random = Generator(seed: seed, concern: "cell.faults", node: node) }

    /// Replaces the faults in force.
    mutating func replace(_ effect: CellEffect, now: Instant) {
        if effect.turn != self.effect.turn { since = now }
        self.effect = effect
        isActive = !effect.isNone
    }

    /// Whether nothing is answered now; what is asked counts as struck.
    mutating func swallows(now: Instant) -> Bool {
        guard isActive, effect.isMute(age: now - since) else { return false }
        counters.mute &+= 1
        return true
    }

    /// Whether what is asked now fails; one draw.
    mutating func lies() -> Bool {
        guard effect.lies > 0, effect.lies >= 1 || random.chance(effect.lies) else { return false }
        counters.failed &+= 1
        return true
    }

    /// Work or an order was late.
    mutating func slowed(_ count: UInt64) { counters.slow &+= count }
}

/// What faults on a cell have done to what it was asked; they only rise.
package struct CellFaultCounters: Sendable, Equatable {
    /// Frames and requests that were read and not answered.
    package var mute: UInt64 = 0
    /// Calls and batches of orders that were late.
    package var slow: UInt64 = 0
    /// Requests that failed.
    package var failed: UInt64 = 0
    /// Work that was refused while memory was held.
    package var starved: UInt64 = 0

    /// None.
    package init() {}
}
