import MeshBase
import Topology

/// How long bytes take. Every machine sends by a stream of its own, so that one more packet of one does not shift
/// those of another.
struct SimNetwork {
    /// What the topology's links say, by region and region.
    private let qualities: [Links.Quality]
    private let regions: Int
    /// What every path has by itself, uniformly drawn.
    private let base: ClosedRange<Int64>
    /// What a lost segment of a stream costs: the retransmission timeout of TCP on Linux at its smallest.
    private static let retransmission = TimeAmount.milliseconds(200)
    private static let mostRetransmissions = 6

    /// - Parameter base: the shortest and longest time of any path, in addition to what the links say.
    init(_ topology: MeshTopology, base: ClosedRange<TimeAmount>) {
        regions = topology.regions.count
        self.base = base.lowerBound.nanoseconds...base.upperBound.nanoseconds
        let links = topology.links
        qualities = topology.regions.flatMap { from in
            topology.regions.map { to in links.quality(between: from.name, and: to.name) }
        }
    }

    private func quality(_ from: SimMachine, _ to: SimMachine) -> Links.Quality? {
        guard from.region >= 0, to.region >= 0 else { return nil }
        return qualities[from.region * regions + to.region]
    }

    private func delay(_ quality: Links.Quality?, _ rng: inout Generator) -> TimeAmount {
        var nanoseconds = base.lowerBound + Int64(rng.below(UInt64(base.upperBound - base.lowerBound + 1)))
        if let quality {
            nanoseconds += quality.latency.nanoseconds
            let jitter = quality.jitter.nanoseconds
            if jitter > 0 { nanoseconds += Int64(rng.below(UInt64(2 * jitter + 1))) - jitter }
        }
        return .nanoseconds(max(nanoseconds, 1_000))
    }

    /// How long a datagram takes; nil when it is lost.
    func datagram(from: SimMachine, to: SimMachine) -> TimeAmount? {
        let quality = quality(from, to)
        let delay = delay(quality, &from.network)
        if let loss = quality?.loss, loss > 0, from.network.chance(loss) { return nil }
        return delay
    }

    /// How long a segment of a stream takes: what is lost is sent again, later.
    func segment(from: SimMachine, to: SimMachine) -> TimeAmount {
        let quality = quality(from, to)
        var delay = delay(quality, &from.network)
        if let loss = quality?.loss, loss > 0 {
            var wait = Self.retransmission
            var left = Self.mostRetransmissions
            while left > 0, from.network.chance(loss) {
                left -= 1
                delay = delay + wait
                wait = wait * Int64(2)
            }
        }
        return delay
    }
}

extension Links {
    /// No path loses anything by itself.
    var isLossless: Bool { `default`.loss <= 0 && pairs.allSatisfy { $0.quality.loss <= 0 } }
}
