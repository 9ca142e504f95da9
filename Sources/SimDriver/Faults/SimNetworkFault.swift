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
    package var from: SimPlace
    package var to: SimPlace
    /// From `from` to `to` only.
    package var isOneWay: Bool

    package init(_ effect: Effect, _ from: SimPlace, _ to: SimPlace, isOneWay: Bool = false) {
        self.effect = effect
        self.from = from
        self.to = to
        self.isOneWay = isOneWay
    }

    func problem(in topology: MeshTopology) -> String? {
        for place in [from, to] where !place.exists(in: topology) {
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

/// A part of a mesh, as one end of a fault of the network.
package enum SimPlace: Sendable, Hashable {
    case everywhere
    case region(String)
    case zone(String, String)
    case node(String)

    func exists(in topology: MeshTopology) -> Bool {
        switch self {
        case .everywhere: true
        case .region(let name): topology.regions.contains { $0.name == name }
        case .zone(let region, let zone):
            topology.regions.contains { $0.name == region && $0.zones.contains(zone) }
        case .node(let name): Simulation.names(of: topology).contains(name)
        }
    }

    func contains(_ machine: SimMachine, _ topology: MeshTopology) -> Bool {
        // The clients stand outside of the mesh.
        guard machine.region >= 0 else { return false }
        return switch self {
        case .everywhere: true
        case .region(let name): topology.regions[machine.region].name == name
        case .zone(let region, let zone): topology.regions[machine.region].name == region && machine.zone == zone
        case .node(let name): machine.name == name
        }
    }
}
