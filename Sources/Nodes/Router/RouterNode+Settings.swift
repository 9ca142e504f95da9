import MeshBase
import Resilience

extension RouterNode {
    /// Puts settings in force: flags, levels and breakers that are held by hand, without what has ended.
    ///
    /// The driver calls it when another document comes, and when an entry of it ends.
    package mutating func apply(settings: SettingsDocument, now: Instant, into sink: inout some RouterSink) {
        clock = now
        self.settings = settings
        for change in heldBreakers.update(settings) { hold(change, now: now, into: &sink) }
    }

    private mutating func hold(_ change: HeldBreakers.Change, now: Instant, into sink: inout some RouterSink) {
        let words = change.gate.split(separator: "/")
        guard words.count == 2, let cell = cellsByName[String(words[0])],
            let slot = gates.names.firstIndex(of: String(words[1]))
        else { return }
        // A gate that nobody has used and nobody holds stays unmade; where policies are off there is none.
        let gate = change.hold == nil ? gates.known(cell, slot) : gates.gate(cell, slot, now: now)
        guard gate >= 0 else { return }
        let policy = policy(ofGate: gate).breaker
        if let transition = gates.gates[gate].breaker.hold(change.hold, policy, now: now, wallOffset: wallOffset) {
            tell(transition, gate: gate, into: &sink)
        }
    }
}
