import Chaos
import MeshBase
import Topology

/// How long bytes take. Every machine sends by a stream of its own, so that one more packet of one does not shift
/// those of another.
struct SimNetwork {
    /// What the topology's links say, by region and region: faults that never end.
    private var links: [LinkPath]
    private let regions: Int
    /// What every path has by itself, uniformly drawn.
    private let base: ClosedRange<Int64>
    /// What faults add.
    var weather = SimWeather()
    /// Until then the bytes before occupy a path of limited bandwidth, by sender and receiver. Of the faults in force alone.
    private var busy: [UInt64: Instant] = [:]

    /// - Parameter base: the shortest and longest time of any path, in addition to what the links say.
    init(_ topology: MeshTopology, base: ClosedRange<TimeAmount>) {
        regions = topology.regions.count
        self.base = base.lowerBound.nanoseconds...base.upperBound.nanoseconds
        links = topology.regions.flatMap { from in
            topology.regions.map { to in
                var effect = LinkEffect.none
                effect.add(topology.links.quality(between: from.name, and: to.name))
                return LinkPath(effect)
            }
        }
    }

    /// The position of the topology's link between two machines; nil outside of the mesh.
    private func link(_ from: SimMachine, _ to: SimMachine) -> Int? {
        guard from.region >= 0, to.region >= 0 else { return nil }
        return from.region * regions + to.region
    }

    /// What every path has by itself, at least 1 us.
    private func own(_ rng: inout Generator) -> TimeAmount {
        let drawn = base.lowerBound + Int64(rng.below(UInt64(base.upperBound - base.lowerBound + 1)))
        return .nanoseconds(max(drawn, 1_000))
    }

    private static func path(_ from: SimMachine, _ to: SimMachine) -> UInt64 {
        UInt64(from.index) << 32 | UInt64(to.index)
    }

    /// A fault has come or gone: what it occupied is free.
    mutating func cleared() { busy = [:] }

    /// What becomes of a datagram.
    enum DatagramFate {
        case lost
        /// It waits until faults have ended.
        case held
        /// After how long, and its copy where it is duplicated.
        case arrives(TimeAmount, copy: TimeAmount?)
    }

    mutating func datagram(from: SimMachine, to: SimMachine, bytes: Int, now: Instant) -> DatagramFate {
        var way = own(&from.network)
        if let link = link(from, to) {
            guard case .arrives(let at, _) = links[link].datagram(bytes: bytes, now: now, &from.network) else {
                return .lost
            }
            way = way + (at - now)
        }
        guard !weather.isClear else { return .arrives(way, copy: nil) }
        let effect = weather.effect(from: from.index, to: to.index)
        guard !effect.isNone else { return .arrives(way, copy: nil) }
        if effect.isCut { return .lost }
        if effect.isClogged { return .held }
        var path = LinkPath(effect, busyUntil: busy[Self.path(from, to)] ?? .zero)
        guard case .arrives(let at, let again) = path.datagram(bytes: bytes, now: now, &from.weather) else {
            return .lost
        }
        if effect.bandwidth != nil { busy[Self.path(from, to)] = path.busyUntil }
        // The copy comes a little later.
        let copy = again.map { way + ($0 - now) + .nanoseconds(Int64(from.weather.below(5_000_000))) }
        return .arrives(way + (at - now), copy: copy)
    }

    /// What becomes of a segment of a stream: what is lost is sent again, later.
    enum SegmentFate {
        case reset
        /// It waits until faults have ended.
        case held
        case arrives(TimeAmount)
    }

    mutating func segment(from: SimMachine, to: SimMachine, bytes: Int, now: Instant) -> SegmentFate {
        var way = own(&from.network)
        if let link = link(from, to), case .arrives(let at) = links[link].segment(bytes: bytes, now: now, &from.network)
        {
            way = way + (at - now)
        }
        guard !weather.isClear else { return .arrives(way) }
        let effect = weather.effect(from: from.index, to: to.index)
        guard !effect.isNone else { return .arrives(way) }
        if effect.isCut || effect.isClogged { return .held }
        var path = LinkPath(effect, busyUntil: busy[Self.path(from, to)] ?? .zero)
        guard case .arrives(let at) = path.segment(bytes: bytes, now: now, &from.weather) else { return .reset }
        if effect.bandwidth != nil { busy[Self.path(from, to)] = path.busyUntil }
        return .arrives(way + (at - now))
    }
}

extension Links {
    /// No path loses anything by itself.
    var isLossless: Bool { `default`.loss <= 0 && pairs.allSatisfy { $0.quality.loss <= 0 } }
}
