import Chaos
import MeshBase

/// The faults on the wire that are in force, and what they come to on one path: composed by the rules that real processes have.
/// They come and go with events; nothing here knows when one will end.
struct SimWeather {
    private struct Front {
        /// By which it is ended.
        var key: Int
        var wire: FaultAction.Wire
        /// By the number of the machine.
        var near: [Bool]
        var far: [Bool]
        var isOneWay: Bool

        func strikes(_ sender: Int, _ receiver: Int) -> Bool {
            near[sender] && far[receiver] || !isOneWay && near[receiver] && far[sender]
        }
    }

    private var fronts: [Front] = []
    /// By sender and receiver, since the last change.
    private var known: [UInt64: LinkEffect] = [:]

    var isClear: Bool { fronts.isEmpty }

    /// A fault comes into force.
    mutating func begin(_ key: Int, _ wire: FaultAction.Wire, near: [Bool], far: [Bool], isOneWay: Bool) {
        fronts.append(Front(key: key, wire: wire, near: near, far: far, isOneWay: isOneWay))
        known = [:]
    }

    /// A fault is over.
    mutating func end(_ key: Int) {
        fronts.removeAll { $0.key == key }
        known = [:]
    }

    /// What becomes of what one machine sends to another now.
    mutating func effect(from sender: Int, to receiver: Int) -> LinkEffect {
        guard !fronts.isEmpty else { return .none }
        let path = UInt64(sender) << 32 | UInt64(receiver)
        if let effect = known[path] { return effect }
        var effect = LinkEffect.none
        for front in fronts where front.strikes(sender, receiver) { effect.add(front.wire) }
        known[path] = effect
        return effect
    }
}
