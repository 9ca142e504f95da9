import MeshBase
import Resilience

/// Breakers of one node that are held by hand, by what follows the node in the name of their gate: `us-east-1/checkout` in
/// a router, `checkout/payment` in a cell.
package struct HeldBreakers: Sendable {
    /// How one is held.
    package struct Hold: Sendable, Equatable {
        package var mode: BreakerEntry.Mode
        /// The same set again is another hold: a breaker is to be closed once more.
        package var set: WallTime?
        package var until: WallTime
    }

    /// A gate whose hold is not as it was.
    package struct Change: Sendable, Equatable {
        /// `FROM/TO`.
        package var gate: String
        /// Nil: its policy decides again.
        package var hold: Hold?
    }

    private let prefix: String
    private var holds: [String: Hold] = [:]

    /// None is held.
    package init(node: String) { prefix = node + "/" }

    package var isEmpty: Bool { holds.isEmpty }

    /// How a gate is held that is made now; nil where it is not.
    package func hold(_ gate: String) -> Hold? { holds[gate] }

    /// Takes over settings that are in force.
    ///
    /// - Returns: gates that are held otherwise than before, by name.
    package mutating func update(_ settings: SettingsDocument) -> [Change] {
        var next: [String: Hold] = [:]
        for entry in settings.breakers where entry.gate.hasPrefix(prefix) {
            next[String(entry.gate.dropFirst(prefix.count))] = Hold(
                mode: entry.mode, set: entry.set, until: entry.until)
        }
        var changes: [Change] = []
        for (gate, hold) in next where holds[gate] != hold { changes.append(Change(gate: gate, hold: hold)) }
        for gate in holds.keys where next[gate] == nil { changes.append(Change(gate: gate, hold: nil)) }
        holds = next
        return changes.sorted { $0.gate < $1.gate }
    }
}

extension Breaker {
    /// Holds it by hand, or lets its policy decide again.
    ///
    /// - Parameters:
    ///   - hold: nil where it is held no more.
    ///   - wallOffset: nanoseconds from `now` to the wall clock.
    /// - Returns: nil where it is in that state already.
    package mutating func hold(
        _ hold: HeldBreakers.Hold?, _ policy: BreakerPolicy, now: Instant, wallOffset: Int64
    ) -> BreakerTransition? {
        guard let hold else { return force(.automatic, policy, now: now) }
        let milliseconds = hold.until.milliseconds.multipliedReportingOverflow(by: 1_000_000)
        let end =
            milliseconds.overflow
            ? Instant.distantFuture : max(now, Instant(nanoseconds: milliseconds.partialValue &- wallOffset))
        switch hold.mode {
        case .forcedOpen: return force(.forcedOpen, until: end, policy, now: now)
        case .disabled: return force(.disabled, until: end, policy, now: now)
        case .metricsOnly: return force(.metricsOnly, until: end, policy, now: now)
        case .closed:
            guard state != .closed else { return nil }
            // Whatever it was in: out of any state by hand, and at once back to its policy.
            let left = state
            _ = force(.disabled, until: end, policy, now: now)
            // Whoever acts on what it was in hears of that, not of the way.
            return force(.automatic, policy, now: now)?.leaving(left)
        }
    }
}
