import MeshBase

/// How the answers of each service were in the last seconds, for those who ask how well it is. Two halves of five seconds: it
/// tells of five seconds at least and of ten at most, and a request costs one addition.
struct ServiceTally: Sendable {
    /// How a call was answered.
    enum Answer: Int, Sendable {
        case full = 0
        /// With something replaced or reduced.
        case reduced = 1
        case failed = 2
    }

    private static let half = TimeAmount.seconds(5)
    private static let kinds = 3

    /// By slot and kind of answer.
    private var now: [UInt32]
    private var before: [UInt32]
    private var turn = Instant.zero

    init(slots: Int) {
        now = Array(repeating: 0, count: slots * Self.kinds)
        before = now
    }

    @inline(__always)
    mutating func note(_ slot: Int, _ answer: Answer) {
        let place = slot * Self.kinds + answer.rawValue
        guard slot >= 0, place < now.count else { return }
        now[place] &+= 1
    }

    /// Once a second.
    mutating func look(now instant: Instant) {
        guard instant - turn >= Self.half else { return }
        // Of a process that slept nothing recent is left.
        let isLate = instant - turn >= Self.half * 2
        turn = instant
        swap(&now, &before)
        for place in now.indices { now[place] = 0 }
        if isLate { for place in before.indices { before[place] = 0 } }
    }

    func recent(_ slot: Int, _ answer: Answer) -> UInt64 {
        let place = slot * Self.kinds + answer.rawValue
        return now.indices.contains(place) ? UInt64(now[place]) + UInt64(before[place]) : 0
    }
}
