import MeshBase

/// The path from one node to another while an effect is on it: decides when each message arrives.
package struct LinkPath: Sendable {
    /// What the faults do on this way.
    package let effect: LinkEffect
    /// Until then the bytes before occupy a path of limited bandwidth.
    package private(set) var busyUntil: Instant

    /// - Parameter busyUntil: until then what was sent before occupies it; by default nothing was.
    package init(_ effect: LinkEffect, busyUntil: Instant = .zero) {
        self.effect = effect
        self.busyUntil = busyUntil
    }

    /// What a lost segment of a stream costs: TCP's retransmission timeout on Linux at its smallest, doubling.
    package static let retransmission = TimeAmount.milliseconds(200)
    /// A segment that was lost so often resets its connection.
    package static let mostRetransmissions = 6
    /// Payload of a segment, for the chance that one of many is lost.
    private static let segmentSize = 1_460
    /// A datagram that would wait longer than this for bandwidth is dropped, as by a full queue.
    package static let longestQueue = TimeAmount.seconds(1)

    /// What becomes of a datagram.
    package enum DatagramFate: Equatable, Sendable {
        case lost
        /// Arrives then, and a second time where it was duplicated.
        case arrives(Instant, again: Instant?)
    }

    /// Decides when a datagram of so many bytes arrives, whether at all, and whether twice.
    package mutating func datagram(bytes: Int, now: Instant, _ rng: inout Generator) -> DatagramFate {
        if effect.isCut { return .lost }
        if effect.loss > 0, rng.chance(effect.loss) { return .lost }
        if effect.datagramLoss > 0, rng.chance(effect.datagramLoss) { return .lost }
        if effect.bandwidth != nil, busyUntil - now > Self.longestQueue { return .lost }
        let sent = transmit(bytes, now)
        var first = sent + delay(&rng)
        if effect.reorder > 0, rng.chance(effect.reorder) { first = first + effect.reorderBy * rng.unit() }
        guard effect.duplication > 0, rng.chance(effect.duplication) else { return .arrives(first, again: nil) }
        return .arrives(first, again: sent + delay(&rng))
    }

    /// What becomes of bytes of a stream.
    package enum SegmentFate: Equatable, Sendable {
        case reset
        /// Not before then; a stream keeps its order.
        case arrives(Instant)
    }

    /// What was written to a stream at once. A cut is not decided here: a stream holds its bytes until it ends.
    package mutating func segment(bytes: Int, now: Instant, _ rng: inout Generator) -> SegmentFate {
        if effect.resets > 0, rng.chance(effect.resets) { return .reset }
        var arrival = transmit(bytes, now) + delay(&rng)
        if effect.loss > 0 {
            let lost = chanceOfLoss(bytes)
            var wait = Self.retransmission
            var left = Self.mostRetransmissions
            while left > 0, rng.chance(left == Self.mostRetransmissions ? lost : effect.loss) {
                left -= 1
                arrival += wait
                wait = wait * Int64(2)
            }
        }
        return .arrives(arrival)
    }

    /// That at least one of the segments is lost.
    private func chanceOfLoss(_ bytes: Int) -> Double {
        let segments = max(1, (bytes + Self.segmentSize - 1) / Self.segmentSize)
        if segments == 1 || effect.loss >= 1 { return effect.loss }
        return 1 - exponential(Double(segments) * naturalLogarithm(1 - effect.loss))
    }

    private func delay(_ rng: inout Generator) -> TimeAmount {
        var sum = TimeAmount.zero
        for delay in effect.delays { sum = sum + delay.draw(&rng) }
        return sum
    }

    /// When the last byte has left.
    private mutating func transmit(_ bytes: Int, _ now: Instant) -> Instant {
        guard let bandwidth = effect.bandwidth else { return now }
        busyUntil = max(busyUntil, now) + TimeAmount(seconds: Double(bytes) / Double(max(bandwidth, 1)))
        return busyUntil
    }
}
