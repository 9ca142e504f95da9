import MeshBase

/// The members whose news is still to be told, fewest tellings first.
///
/// An entry names a member, not a message: what is sent is that member's state at the time of sending, so that news
/// overtaken by newer news never leaves. A member stands in the queue at most once.
///
/// A little news, which is nearly all there ever is, lies in one list that is looked through from end to end; much of it
/// lies in one list for each number of tellings.
struct GossipQueue {
    struct Entry {
        var id: MemberID
        /// Who accused it, where the news is an accusation.
        var accuser: MemberID
        /// When it came to its place among those told equally often; where there is much news, which of the entries of
        /// one member is the last.
        var sequence: UInt32
        var transmissions: UInt8
        /// Stands in the packet being filled, or was passed over for it.
        fileprivate var isTaken = false

        fileprivate func isBefore(_ other: Entry) -> Bool {
            transmissions != other.transmissions
                ? transmissions < other.transmissions : Int32(bitPattern: sequence &- other.sequence) < 0
        }
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

    /// All news while it is little, in no order.
    private var few: [Entry] = []
    private var sequence: UInt32 = 0
    /// Levels are in use.
    private var isMany = false
    private var levels: [Level] = []
    private var current: [MemberID: UInt32] = [:]
    private var taken: [Entry] = []

    private static let mostFew = 12

    var isEmpty: Bool { isMany ? current.isEmpty : few.isEmpty }
    var count: Int { isMany ? current.count : few.count }
    func contains(_ id: MemberID) -> Bool { isMany ? current[id] != nil : place(of: id) != nil }

    private func place(of id: MemberID) -> Int? {
        for index in 0..<few.count where few[index].id == id { return index }
        return nil
    }

    /// Adds news of a member, in place of older news of it.
    mutating func push(_ id: MemberID, accuser: MemberID) {
        sequence &+= 1
        let entry = Entry(id: id, accuser: accuser, sequence: sequence, transmissions: 0)
        if isMany, current.isEmpty {
            isMany = false
            levels.removeAll()
        }
        if !isMany {
            if let place = place(of: id) {
                few[place] = entry
                return
            }
            if few.count < Self.mostFew {
                few.append(entry)
                return
            }
            spread()
        }
        current[id] = sequence
        insert(entry)
    }

    mutating func remove(_ id: MemberID) {
        if isMany {
            current[id] = nil
        } else if let place = place(of: id) {
            drop(place)
        }
    }

    private mutating func drop(_ place: Int) {
        let last = few.count - 1
        if place != last { few[place] = few[last] }
        few.removeLast()
    }

    /// From one list to one for each number of tellings.
    private mutating func spread() {
        isMany = true
        for entry in few { current[entry.id] = entry.sequence }
        for entry in few.sorted(by: { $0.isBefore($1) }) { insert(entry) }
        few.removeAll()
    }

    /// The next entry for the packet being filled; every one is given back by `finish`.
    mutating func take() -> Entry? {
        guard isMany else {
            var first = -1
            for index in 0..<few.count where !few[index].isTaken {
                if first < 0 || few[index].isBefore(few[first]) { first = index }
            }
            guard first >= 0 else { return nil }
            few[first].isTaken = true
            return few[first]
        }
        for level in levels.indices {
            while let entry = levels[level].pop() {
                // Replaced and removed entries are dropped as they surface.
                if current[entry.id] == entry.sequence { return entry }
            }
        }
        return nil
    }

    /// More than is told soon: many members have come, or gone, at once.
    var isFlooded: Bool { count > Self.flood }
    private static let flood = 64

    /// The entry went into the packet.
    ///
    /// - Parameter tellings: for how many that counts.
    mutating func sent(_ entry: Entry, tellings: Int = 1) {
        var entry = entry
        entry.transmissions = UInt8(clamping: Int(entry.transmissions) + tellings)
        giveBack(entry)
    }
    /// The entry did not fit.
    mutating func giveBack(_ entry: Entry) {
        if isMany {
            taken.append(entry)
        } else if let place = place(of: entry.id) {
            // Behind all others that were told as often.
            sequence &+= 1
            few[place] = entry
            few[place].sequence = sequence
        }
    }

    /// Ends a packet: what was told `limit` times is dropped.
    mutating func finish(limit: Int) {
        guard isMany else {
            for place in (0..<few.count).reversed() where few[place].isTaken {
                few[place].isTaken = false
                if Int(few[place].transmissions) >= limit { drop(place) }
            }
            return
        }
        for entry in taken {
            if Int(entry.transmissions) >= limit {
                current[entry.id] = nil
            } else {
                insert(entry)
            }
        }
        taken.removeAll(keepingCapacity: true)
        // What a flood took up is not kept for the next one.
        if current.isEmpty { (isMany, levels, current, taken) = (false, [], [:], []) }
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
