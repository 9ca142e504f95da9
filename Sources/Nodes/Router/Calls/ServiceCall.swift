import MeshBase
import Resilience
import Sharding
import Wire

/// What the router holds of one request to a service beside its place in the table of operations: the call, and for each of
/// its attempts where it went. Reused from request to request, as it is large.
struct ServiceCall {
    /// One attempt that was let through or waits.
    struct Sent {
        /// Nil where no gate stands before the cell, or while it waits there.
        var permit: GatePermit?
        /// A place in `RouterGates`; -1 for none.
        var gate: Int32 = -1
        var cell = CellIndex(0)
        var at = Instant.zero
        /// That the frame went out with.
        var epoch = Epoch.first
        /// A frame went out, or should have.
        var isOut = false
        /// How it ended, for whoever is told of it at the end of the call.
        var over = Over.no
        var overAt = Instant.zero
    }

    /// How an attempt that was out ended.
    enum Over {
        case no
        case ended(AttemptEnd)
        case cancelled(CallCancel)
    }
    var state: CallState
    /// A place in `RouterGates.kinds`.
    var kind: Int
    /// The service among all names; -1 for one that no blueprint has.
    var slot: Int
    /// That policies go by; what the client named travels on.
    var priority: Priority
    /// Positions whose cells were told of a newer entry, each once in an epoch.
    var told: UInt16 = 0
    /// The next attempt goes on in a newer epoch.
    var isRestarting = false
    /// What the last attempt that was answered has said, for who is told of it later.
    var last = Last.nothing
    /// An attempt was lost that may have been carried out: nothing that comes after it says that nothing was begun.
    var mayHaveBegun = false
    /// After what time another attempt may be worth it, as the last answer says.
    var patience = TimeAmount.zero
    /// What it is worth, where that is counted.
    var worth: ValueBreaker.Permit?
    /// Nil where nobody follows it.
    var trace: FrameTrace?
    var sent = InlineArray<16, Sent>(repeating: Sent())

    enum Last {
        case nothing
        case reply(status: UInt16)
        case refusal(Refusal?, RouterOperation.Shed?)
    }

    init(_ state: CallState, kind: Int, slot: Int, priority: Priority) {
        self.state = state
        self.kind = kind
        self.slot = slot
        self.priority = priority
    }

    /// Begins another request in the same place; attempts of the former one are never looked at.
    mutating func begin(_ state: CallState, kind: Int, slot: Int, priority: Priority) {
        self.state = state
        self.kind = kind
        self.slot = slot
        self.priority = priority
        told = 0
        isRestarting = false
        last = .nothing
        mayHaveBegun = false
        patience = .zero
        worth = nil
        trace = nil
    }

    /// How many cells were sent something.
    var cellsAsked: Int {
        var count = 0
        for index in 0..<state.attemptCount where sent[index].isOut {
            let isNew = (0..<index).allSatisfy { !sent[$0].isOut || sent[$0].cell != sent[index].cell }
            if isNew { count += 1 }
        }
        return count
    }
}

/// The calls that are under way, each in a place of its own.
struct ServiceCalls {
    private var places = InPlaceArray<ServiceCall>()
    private var free: [Int32] = []

    subscript(_ place: Int32) -> ServiceCall {
        @inline(__always) _read { yield places[Int(place)] }
        @inline(__always) _modify { yield &places[Int(place)] }
    }

    mutating func insert(_ state: CallState, kind: Int, slot: Int, priority: Priority) -> Int32 {
        if let place = free.popLast() {
            places[Int(place)].begin(state, kind: kind, slot: slot, priority: priority)
            return place
        }
        places.append(ServiceCall(state, kind: kind, slot: slot, priority: priority))
        return Int32(places.count - 1)
    }

    mutating func remove(_ place: Int32) { free.append(place) }
}

/// The number of a frame's request: the operation's, and which attempt of it. Attempts of one request that one cell gets
/// are told apart by it, in answers and when one is given up.
struct AttemptNumber {
    var operation: SlabKey
    var token: CallToken

    /// Operations that there can be at once.
    static let mostOperations = 1 << 28

    init(_ operation: SlabKey, _ token: CallToken) {
        self.operation = operation
        self.token = token
    }

    init(rawValue: UInt64) {
        operation = SlabKey(
            index: UInt32(truncatingIfNeeded: rawValue) & 0x0FFF_FFFF,
            generation: UInt32(truncatingIfNeeded: rawValue >> 32))
        token = CallToken(UInt8(truncatingIfNeeded: rawValue >> 28) & 0xF)
    }

    var rawValue: UInt64 { operation.rawValue | UInt64(token.rawValue) << 28 }
}
