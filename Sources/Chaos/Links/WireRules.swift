import Topology

/// All that one process must know: what becomes of what it sends to each other node, and from whom it hears nothing.
///
/// Each process applies faults to what it sends. Cuts it applies to what arrives as well, so that a process which does
/// not know of a fault leaks nothing to those that do.
package struct WireRules: Sendable, Equatable {
    /// By the number of the other node.
    package private(set) var sending: [LinkEffect]
    /// By the number of the other node: nothing of it arrives.
    package private(set) var isDeaf: [Bool]
    /// The faults that have a part in these rules, in their order.
    package private(set) var ids: [String] = []
    /// By the number of the other node: the faults on what is sent there, and the cuts on what comes from there.
    private var sendingStrikers: [[Striker]]
    private var deafStrikers: [[Striker]]
    /// Nothing is done to anything.
    package let isEmpty: Bool

    /// - Parameters:
    ///   - own: the number of this node.
    ///   - faults: those in force.
    package init(nodes: WireNodes, own: Int, links: Links, faults: [Fault]) {
        let count = nodes.all.count
        var sending = [LinkEffect](repeating: .none, count: count)
        var deaf = [Bool](repeating: false, count: count)
        var strikers = [[Striker]](repeating: [], count: count)
        var deafStrikers = strikers
        if !links.isPlain {
            for peer in 0..<count where peer != own {
                sending[peer].add(links.quality(between: nodes.all[own].region, and: nodes.all[peer].region))
            }
        }
        for fault in faults {
            guard case .wire(let action) = fault.action else { continue }
            var hasPart = false
            let striker = Striker(place: ids.count, kind: fault.kind)
            for peer in 0..<count where peer != own {
                if Self.strikes(fault.spec, from: own, to: peer, nodes) {
                    sending[peer].add(action)
                    strikers[peer].append(striker)
                    hasPart = true
                }
                if fault.kind.cuts, Self.strikes(fault.spec, from: peer, to: own, nodes) {
                    deaf[peer] = true
                    deafStrikers[peer].append(striker)
                    hasPart = true
                }
            }
            if hasPart { ids.append(fault.id) }
        }
        self.sending = sending
        sendingStrikers = strikers
        self.deafStrikers = deafStrikers
        isDeaf = deaf
        isEmpty = sending.allSatisfy(\.isNone) && !deaf.contains(true)
    }

    /// What has happened to something that was sent, or would have come.
    package enum Effect: Sendable {
        case delayed, lost, duplicated, reset
        /// Stopped by a cut.
        case cut
    }

    /// A fault that has a part in what happens on a path.
    private struct Striker: Sendable, Equatable {
        /// In `ids`.
        var place: Int
        var kind: FaultKind

        /// Whether a fault of its kind can do so. Of several on one path each that can is taken to have done it.
        func does(_ effect: Effect) -> Bool {
            switch effect {
            case .delayed: kind == .latency || kind == .bandwidth || kind == .loss || kind == .reorder || kind == .clog
            case .lost: kind == .loss || kind == .datagramLoss || kind == .bandwidth
            case .duplicated: kind == .duplicate
            case .reset: kind == .reset
            case .cut: kind.cuts
            }
        }
    }

    /// Counts what has happened to something on the way to another node, or from there where a cut stopped it on arrival.
    ///
    /// - Parameter hits: one for each of `ids`.
    package func count(_ effect: Effect, with peer: Int, isArrival: Bool = false, in hits: inout [UInt64]) {
        for striker in isArrival ? deafStrikers[peer] : sendingStrikers[peer]
        where striker.does(effect) && striker.place < hits.count {
            hits[striker.place] &+= 1
        }
    }

    /// Neither a connection nor its answer gets through.
    package func preventsConnection(with peer: Int) -> Bool { sending[peer].isCut || isDeaf[peer] }

    /// Whether a fault strikes what one node sends to another.
    package static func strikes(_ fault: FaultSpec, from: Int, to: Int, _ nodes: WireNodes) -> Bool {
        crosses(fault, from, to, nodes) || (!fault.isOneWay && crosses(fault, to, from, nodes))
    }

    /// From the first side to one of the others, or out of it where there are none.
    private static func crosses(_ fault: FaultSpec, _ from: Int, _ to: Int, _ nodes: WireNodes) -> Bool {
        guard nodes.isNode(from, in: fault.side) else { return false }
        if fault.others.isEmpty { return !nodes.isNode(to, in: fault.side) }
        return fault.others.contains { nodes.isNode(to, in: $0) }
    }
}
