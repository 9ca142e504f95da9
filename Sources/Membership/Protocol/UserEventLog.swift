import MeshBase

/// The user events that are still to be told, and those that were heard, both bounded.
struct UserEventLog {
    private struct Telling {
        let event: UserEvent
        var transmissions = 0
    }

    /// Events told at one time; the one told most often gives way.
    static let mostTold = 32
    /// Events remembered as heard.
    static let window = 512
    /// Lamport times beyond are refused, so that nobody can use them up.
    static let latest = UInt64(1) << 62
    /// How far ahead of this member's clock an event may be.
    static let mostAhead = UInt64(1) << 32

    private(set) var clock: UInt64 = 0
    private var telling: [Telling] = []
    /// Hashes of the last events heard, in a ring, and for the question whether one is among them.
    private var ring: [UInt64] = []
    private var next = 0
    private var heard: Set<UInt64> = []
    /// The highest time that has left the ring: what is not later cannot be told from a repetition.
    private var forgotten: UInt64 = 0
    private var times: [UInt64] = []

    var isTelling: Bool { !telling.isEmpty }

    /// The time of an event that is raised now.
    mutating func tick() -> UInt64 {
        clock += 1
        return clock
    }

    /// Whether the event is heard for the first time.
    mutating func note(_ event: UserEvent) -> Bool {
        // One that is far ahead would drive every clock there, and what is raised afterwards would be old at once.
        guard event.time > forgotten, event.time <= Self.latest,
            event.time < clock || event.time - clock <= Self.mostAhead
        else { return false }
        var hash = StableHash.combine(StableHash.hash(event.origin), event.time)
        hash = StableHash.combine(hash, StableHash.hash(event.name))
        for byte in event.payload { hash = StableHash.combine(hash, UInt64(byte)) }
        guard heard.insert(hash).inserted else { return false }
        clock = max(clock, event.time)
        if ring.count < Self.window {
            ring.append(hash)
            times.append(event.time)
        } else {
            heard.remove(ring[next])
            forgotten = max(forgotten, times[next])
            ring[next] = hash
            times[next] = event.time
            next = (next + 1) % Self.window
        }
        return true
    }

    /// - Returns: false if another event had to give way.
    mutating func tell(_ event: UserEvent) -> Bool {
        defer { telling.append(Telling(event: event)) }
        guard telling.count >= Self.mostTold else { return true }
        let most = telling.indices.max { telling[$0].transmissions < telling[$1].transmissions }!
        telling.remove(at: most)
        return false
    }

    /// The events told least often, up to `count`; told `limit` times, they are done.
    mutating func take(_ count: Int, limit: Int) -> [UserEvent] {
        let order = telling.indices.sorted { (telling[$0].transmissions, $0) < (telling[$1].transmissions, $1) }
        let chosen = order.prefix(count)
        let events = chosen.map { telling[$0].event }
        for index in chosen { telling[index].transmissions += 1 }
        telling.removeAll { $0.transmissions >= limit }
        return events
    }
}
