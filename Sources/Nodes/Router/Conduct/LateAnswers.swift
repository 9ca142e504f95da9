import MeshBase

/// When requests went out that were answered before all cells had: how long the last of them take says more of a cell than its
/// answers in time, which a quorum seldom needs. Bounded; a newer request takes the place of an older one.
struct LateAnswers {
    private var numbers: [UInt64]
    private var times: [Instant]

    /// A power of two.
    static let most = 1_024

    init() {
        numbers = Array(repeating: .max, count: Self.most)
        times = Array(repeating: .zero, count: Self.most)
    }

    private static func place(_ key: SlabKey) -> Int { Int((key.rawValue &* 0x9E37_79B9_7F4A_7C15) >> 54) }

    /// A request is over, and some have not answered.
    mutating func note(_ key: SlabKey, sent: Instant) {
        numbers[Self.place(key)] = key.rawValue
        times[Self.place(key)] = sent
    }

    /// When a request went out that is over; nil where that is forgotten.
    func sent(_ key: SlabKey) -> Instant? {
        let place = Self.place(key)
        return numbers[place] == key.rawValue ? times[place] : nil
    }
}
