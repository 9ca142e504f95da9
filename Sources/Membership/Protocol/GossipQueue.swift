import MeshBase

/// The members whose news is still to be told, fewest tellings first.
///
/// An entry names a member, not a message: what is sent is that member's state at the time of sending, so that news
/// overtaken by newer news never leaves. A member stands in the queue at most once.
struct GossipQueue {
    struct Entry {
        var id: MemberID
        /// Who accused it, where the news is an accusation.
        var accuser: MemberID
        var sequence: UInt32
        var transmissions: UInt8
    }

    /// A first-in first-out list of entries told equally often.
    private struct Level {
        var entries: [Entry] = []
        var head = 0

        mutating func pop() -> Entry? {
            guard head < entries.count else { return nil }
            let entry = entries[head]
            head += 1
            if head == entries.count {
                entries.removeAll(keepingCapacity: true)
                head = 0
            } else if head >= 64, head * 2 > entries.count {
                entries.removeFirst(head)
                head = 0
            }
            return entry
        }
    }

    private var levels: [Level] = []
    private var current: [MemberID: UInt32] = [:]
    private var sequence: UInt32 = 0
    private var taken: [Entry] = []

    var isEmpty: Bool { current.isEmpty }
    var count: Int { current.count }
    func contains(_ id: MemberID) -> Bool { current[id] != nil }

    /// Adds news of a member, in place of older news of it.
    mutating func push(_ id: MemberID, accuser: MemberID) {
        sequence &+= 1
        current[id] = sequence
        insert(Entry(id: id, accuser: accuser, sequence: sequence, transmissions: 0))
    }

    mutating func remove(_ id: MemberID) { current[id] = nil }

    /// The next entry for the packet being filled; every one is given back by `finish`.
    mutating func take() -> Entry? {
        for level in levels.indices {
            while let entry = levels[level].pop() {
                // Replaced and removed entries are dropped as they surface.
                if current[entry.id] == entry.sequence { return entry }
            }
        }
        return nil
    }

    /// The entry went into the packet.
    mutating func sent(_ entry: Entry) {
        var entry = entry
        entry.transmissions += 1
        taken.append(entry)
    }
    /// The entry did not fit.
    mutating func giveBack(_ entry: Entry) { taken.append(entry) }

    /// Ends a packet: what was told `limit` times is dropped.
    mutating func finish(limit: Int) {
        for entry in taken {
            if Int(entry.transmissions) >= limit {
                current[entry.id] = nil
            } else {
                insert(entry)
            }
        }
        taken.removeAll(keepingCapacity: true)
    }

    private mutating func insert(_ entry: Entry) {
        let level = Int(entry.transmissions)
        while levels.count <= level { levels.append(Level()) }
        levels[level].entries.append(entry)
        if levels[level].entries.count > 64 + 4 * current.count {
            let live = levels[level].entries[levels[level].head...].filter { current[$0.id] == $0.sequence }
            levels[level] = Level(entries: live)
        }
    }
}
