import MeshBase
import Topology

/// Something the network does between two places, on top of what the topology's links say.
package struct SimNetworkFault: Sendable, Hashable {
    package enum Effect: Sendable, Hashable {
        /// Nothing passes: datagrams are lost, streams wait and are sent again afterwards.
        case partition
        /// Everything is held back and arrives when the fault ends.
        case clog
        /// This ratio of datagrams is lost, and of segments sent again.
        case loss(Double)
        /// This ratio of datagrams arrives twice.
        case duplicate(Double)
        /// This ratio of datagrams is late by up to so much, so that others overtake them.
        case reorder(Double, TimeAmount)
        /// Everything is later by so much.
        case delay(TimeAmount)
    }

    package var effect: Effect
    package var from: TargetSelector
    package var to: TargetSelector
    /// From `from` to `to` only.
    package var isOneWay: Bool

    package init(_ effect: Effect, _ from: TargetSelector, _ to: TargetSelector, isOneWay: Bool = false) {
        self.effect = effect
        self.from = from
        self.to = to
        self.isOneWay = isOneWay
    }

    func problem(in topology: MeshTopology) -> String? {
        for place in [from, to] where !place.isPlace(of: topology) {
            return "a fault names \(place), and the topology \(topology.name) has no such place"
        }
        switch effect {
        case .partition, .clog: return nil
        case .loss(let ratio), .duplicate(let ratio):
            return (0...1).contains(ratio) ? nil : "a ratio lies between 0 and 1, not at \(ratio)"
        case .reorder(let ratio, let amount):
            if !(0...1).contains(ratio) { return "a ratio lies between 0 and 1, not at \(ratio)" }
            return amount >= .zero && amount <= .minutes(1) ? nil : "packets are late by up to a minute"
        case .delay(let amount):
            return amount >= .zero && amount <= .minutes(1) ? nil : "packets are delayed by up to a minute"
        }
    }
}

extension TargetSelector {
    /// Whether a topology has it, as an end of a link.
    func isPlace(of topology: MeshTopology) -> Bool {
        !isService && (try? TargetSelector(text, in: topology)) != nil
    }

    /// Whether a machine is in it. The clients stand outside of the mesh.
    func contains(_ machine: SimMachine, _ topology: MeshTopology) -> Bool {
        guard machine.region >= 0 else { return false }
        return contains(
            ProcessName(machine.role, machine.name), region: topology.regions[machine.region].name, zone: machine.zone)
    }
}
