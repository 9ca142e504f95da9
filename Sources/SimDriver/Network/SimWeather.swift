import MeshBase
import Topology

/// The faults of the network over the time of a run, and what they come to on one path at one time.
///
/// They add up: ratios of loss and duplication as independent events, delays as sums, and where one of them stops
/// everything, nothing passes.
struct SimWeather {
    private struct Front {
        var from: [Bool]
        var to: [Bool]
        var isOneWay: Bool
        var begins: Instant
        var ends: Instant
        var effect: SimNetworkFault.Effect

        func strikes(_ sender: Int, _ receiver: Int) -> Bool {
            from[sender] && to[receiver] || !isOneWay && from[receiver] && to[sender]
        }
    }

    /// What strikes one path.
    struct Effects {
        var loss = 0.0
        var duplicate = 0.0
        var reorder = 0.0
        var reorderBy = TimeAmount.zero
        var delay = TimeAmount.zero
        /// Nothing passes before then.
        var cutUntil: Instant?
        var cloggedUntil: Instant?
    }

    private var fronts: [Front] = []

    init() {}

    /// - Parameters:
    ///   - begin: of the load, from which the faults count.
    ///   - end: of the load: nothing outlasts it.
    init(_ faults: [SimFault], machines: [SimMachine], topology: MeshTopology, begin: Instant, end: Instant) {
        for fault in faults {
            guard case .network(let network) = fault.action else { continue }
            let begins = begin + fault.at
            fronts.append(
                Front(
                    from: machines.map { network.from.contains($0, topology) },
                    to: machines.map { network.to.contains($0, topology) }, isOneWay: network.isOneWay, begins: begins,
                    ends: fault.length.map { min(end, begins + $0) } ?? end, effect: network.effect))
        }
    }

    var isClear: Bool { fronts.isEmpty }

    func effects(from sender: Int, to receiver: Int, at now: Instant) -> Effects {
        var sum = Effects()
        for front in fronts where front.begins <= now && now < front.ends && front.strikes(sender, receiver) {
            switch front.effect {
            case .partition: sum.cutUntil = max(sum.cutUntil ?? .zero, front.ends)
            case .clog: sum.cloggedUntil = max(sum.cloggedUntil ?? .zero, front.ends)
            case .loss(let ratio): sum.loss = 1 - (1 - sum.loss) * (1 - ratio)
            case .duplicate(let ratio): sum.duplicate = 1 - (1 - sum.duplicate) * (1 - ratio)
            case .reorder(let ratio, let amount):
                sum.reorder = 1 - (1 - sum.reorder) * (1 - ratio)
                sum.reorderBy = max(sum.reorderBy, amount)
            case .delay(let amount): sum.delay = sum.delay + amount
            }
        }
        return sum
    }

    /// When a stream that is stopped now gets through: behind the last of the fronts that follow one another.
    func passes(from sender: Int, to receiver: Int, at now: Instant) -> Instant {
        var at = now
        // Each turn ends behind another front.
        for _ in 0...fronts.count {
            let effects = effects(from: sender, to: receiver, at: at)
            guard let end = [effects.cutUntil, effects.cloggedUntil].compactMap({ $0 }).max() else { return at }
            at = end
        }
        return at
    }
}
