import MeshBase

/// How the answers of each service were in the last seconds, for those who ask how well it is, and which customers got less than
/// the whole. Two halves of five seconds: it tells of five seconds at least and of ten at most, and a request costs one addition.
///
/// A customer has a place among many by its hash, so that some may share one where there are more customers than a
/// sixty-fourth of the places: enough for whole percents.
package struct ServiceTally: Sendable {
    /// How a call was answered, the worst last.
    package enum Answer: Int, Sendable, Comparable {
        case full = 0
        /// With something replaced or reduced.
        case reduced = 1
        case failed = 2

        package static func < (a: Answer, b: Answer) -> Bool { a.rawValue < b.rawValue }
    }

    private static let half = TimeAmount.seconds(5)
    private static let kinds = 3

    /// By slot and kind of answer.
    private var now: [UInt32]
    private var before: [UInt32]
    private var turn = Instant.zero
    /// By place of a customer, the worst answer; and whether there is any that was not whole.
    private var marks: [UInt8]
    private var marksBefore: [UInt8]
    private var isMarked = false
    private var wasMarked = false
    private let mask: UInt64

    init(slots: Int, customers: Int) {
        now = Array(repeating: 0, count: slots * Self.kinds)
        before = now
        var places = 1 << 10
        while places < 1 << 18, places / 64 < customers { places <<= 1 }
        marks = Array(repeating: 0, count: places)
        marksBefore = marks
        mask = UInt64(places - 1)
    }

    @inline(__always)
    mutating func note(_ slot: Int, _ answer: Answer, of customer: CustomerHash) {
        if answer != .full {
            let place = place(of: customer)
            marks[place] = max(marks[place], UInt8(answer.rawValue))
            isMarked = true
        }
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
        swap(&marks, &marksBefore)
        (isMarked, wasMarked) = (wasMarked, isMarked)
        if isMarked { for place in marks.indices { marks[place] = 0 } }
        isMarked = false
        guard isLate, wasMarked else { return }
        for place in marksBefore.indices { marksBefore[place] = 0 }
        wasMarked = false
    }

    private func place(of customer: CustomerHash) -> Int {
        Int(truncatingIfNeeded: StableHash.mix(customer.rawValue) & mask)
    }

    /// Some customer got less than the whole.
    var hasMarks: Bool { isMarked || wasMarked }

    /// The worst that a customer got.
    func recent(_ customer: CustomerHash) -> Answer {
        let place = place(of: customer)
        return Answer(rawValue: Int(max(marks[place], marksBefore[place]))) ?? .full
    }

    func recent(_ slot: Int, _ answer: Answer) -> UInt64 {
        let place = slot * Self.kinds + answer.rawValue
        return now.indices.contains(place) ? UInt64(now[place]) + UInt64(before[place]) : 0
    }
}
