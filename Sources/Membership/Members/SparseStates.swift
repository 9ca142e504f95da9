/// The states of a few members in which an observer differs from a view that it shares: a table with open addressing.
///
/// Entries are never taken out; a caller gives up the whole table when it has grown too large.
struct SparseStates: Sendable {
    private struct Slot {
        /// `empty`, or the member's number.
        var number: UInt32
        var state: MemberState
    }
    private static let empty = UInt32.max

    private var slots: [Slot] = []
    private(set) var count = 0
    /// One bit for the low six bits of each number that stands here: most questions end with it.
    private var bits: UInt64 = 0
    /// The one that was set last, which is asked for most.
    private var last = Slot(number: SparseStates.empty, state: MemberState())

    @inline(__always) func mayHold(_ id: MemberID) -> Bool { bits >> UInt64(id.rawValue & 63) & 1 != 0 }

    subscript(id: MemberID) -> MemberState? {
        if last.number == id.rawValue { return last.state }
        guard mayHold(id) else { return nil }
        let place = place(of: id)
        return slots[place].number == Self.empty ? nil : slots[place].state
    }

    mutating func set(_ id: MemberID, _ state: MemberState) {
        if 2 * (count + 1) > slots.count { grow() }
        let place = place(of: id)
        if slots[place].number == Self.empty {
            count += 1
            bits |= 1 << UInt64(id.rawValue & 63)
        }
        last = Slot(number: id.rawValue, state: state)
        slots[place] = last
    }

    /// What stands here, in no order.
    func forEach(_ body: (MemberID, MemberState) -> Void) {
        for slot in slots where slot.number != Self.empty { body(MemberID(slot.number), slot.state) }
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(number: Self.empty, state: MemberState()), count: max(4, old.count * 2))
        for slot in old where slot.number != Self.empty { slots[place(of: MemberID(slot.number))] = slot }
    }

    /// Where the member stands, or where it would; at least half of the slots are empty.
    private func place(of id: MemberID) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: id.rawValue &* 0x9E37_79B1 >> 8) & mask
        while slots[place].number != id.rawValue, slots[place].number != Self.empty { place = (place + 1) & mask }
        return place
    }
}
