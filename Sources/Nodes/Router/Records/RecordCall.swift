import MeshBase
import Replication
import Resilience

/// The attempts of one phase of a record's operation: one for each position that was asked. Reused, as it is large.
struct RecordCall {
    struct Attempt {
        var permit: GatePermit
        var gate: Int32
        var at: Instant
    }

    /// Positions that were let through and have not ended.
    var live: Positions = 0
    /// Of these, those that have been counted as slow, or found to be late by this process's own fault.
    var judged: Positions = 0
    /// Which phase it is.
    var isStoring = false
    var epoch = Epoch.first
    /// When the phase is over.
    var until = Instant.distantFuture
    var attempts = InlineArray<32, Attempt?>(repeating: nil)

    /// When the next of those that are out is slow.
    var overdueAt: Instant {
        var at = Instant.distantFuture
        var rest = live & ~judged
        while rest != 0 {
            let position = rest.trailingZeroBitCount
            rest &= rest - 1
            if let attempt = attempts[position] { at = min(at, attempt.permit.overdueAt) }
        }
        return at
    }
}

/// Those that are under way, each in a place of its own.
struct RecordCalls {
    private var places: [RecordCall] = []
    private var free: [Int32] = []

    subscript(_ place: Int32) -> RecordCall {
        @inline(__always) get { places[Int(place)] }
        @inline(__always) _modify { yield &places[Int(place)] }
    }

    mutating func insert() -> Int32 {
        if let place = free.popLast() {
            places[Int(place)].live = 0
            places[Int(place)].judged = 0
            places[Int(place)].until = .distantFuture
            return place
        }
        places.append(RecordCall())
        return Int32(places.count - 1)
    }

    mutating func remove(_ place: Int32) { free.append(place) }
}
