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
    /// What faults add.
    var weather = SimWeather()

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

    /// How long a datagram takes, and its copy where it is duplicated; nil when it is lost.
    func datagram(from: SimMachine, to: SimMachine, now: Instant) -> (first: TimeAmount, copy: TimeAmount?)? {
        let quality = quality(from, to)
        let delay = delay(quality, &from.network)
        if let loss = quality?.loss, loss > 0, from.network.chance(loss) { return nil }
        guard !weather.isClear else { return (delay, nil) }
        let effects = weather.effects(from: from.index, to: to.index, at: now)
        guard effects.cutUntil == nil else { return nil }
        if effects.loss > 0, from.weather.chance(effects.loss) { return nil }
        var whole = delay + effects.delay
        if let end = effects.cloggedUntil { whole = whole + (end - now) }
        if effects.reorder > 0, from.weather.chance(effects.reorder) {
            whole = whole + effects.reorderBy * from.weather.unit()
        }
        guard effects.duplicate > 0, from.weather.chance(effects.duplicate) else { return (whole, nil) }
        // The copy comes a little later.
        return (whole, whole + .nanoseconds(Int64(from.weather.below(5_000_000))))
    }

    /// How long a segment of a stream takes: what is lost is sent again, later.
    func segment(from: SimMachine, to: SimMachine, now: Instant) -> TimeAmount {
        let quality = quality(from, to)
        var delay = delay(quality, &from.network)
        if let loss = quality?.loss, loss > 0 { delay = delay + retransmissions(loss, &from.network) }
        guard !weather.isClear else { return delay }
        let effects = weather.effects(from: from.index, to: to.index, at: now)
        delay = delay + effects.delay
        if effects.loss > 0 { delay = delay + retransmissions(effects.loss, &from.weather) }
        guard effects.cutUntil != nil || effects.cloggedUntil != nil else { return delay }
        let passes = weather.passes(from: from.index, to: to.index, at: now)
        delay = delay + (passes - now)
        // The next attempt comes some time after the path is open again: the timeout has grown meanwhile.
        if effects.cutUntil != nil {
            delay = delay + min(max(passes - now, Self.retransmission), .seconds(1)) * from.weather.unit()
        }
        return delay
    }

    private func retransmissions(_ loss: Double, _ rng: inout Generator) -> TimeAmount {
        var sum = TimeAmount.zero
        var wait = Self.retransmission
        var left = Self.mostRetransmissions
        while left > 0, rng.chance(loss) {
            left -= 1
            sum = sum + wait
            wait = wait * Int64(2)
        }
        return sum
    }
}

extension Links {
    /// No path loses anything by itself.
    var isLossless: Bool { `default`.loss <= 0 && pairs.allSatisfy { $0.quality.loss <= 0 } }
}
