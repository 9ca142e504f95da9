import MeshBase

/// What a mesh frame asks for or answers.
package enum FrameKind: UInt8, Sendable {
    case serviceCall = 1
    case recordVersion = 2
    case recordRead = 3
    case recordWrite = 4
    /// Between cells; `note` is the asker's name. What the other knows of the asker's store, and what its own is.
    case storeState = 5
    /// Between cells: lines of one cohort's records that both hold, behind `customer` and `name`; see `ListQuestion`.
    case recordList = 6
    /// Between cells: the records that the body names, of one cohort; see `ListQuestion`.
    case recordFetch = 7
    /// Answered at once with a `pong` that repeats its version counter; belongs to no request.
    case ping = 8
    /// An `EntryExchange`, answered by one.
    case entries = 9
    /// How far the cell has come with the cohorts that the body names; answered by a `CohortStatus` for each.
    case cohortStatus = 10
    /// Of a coordinator to a decider: the body is a question of `Consensus`.
    case decree = 11
    /// Between cells; `note` is the asker's name, the body a `RecordPages.Listing`: which of these records the other cell
    /// lacks. Answered by a byte for each; see `RecordLack`.
    case hints = 12
    /// Of a coordinator: tombstones of a cohort (see `ListQuestion`) behind the position of the body, a
    /// `RecordPages.Listing` whose floor is the age in nanoseconds that they must have. Answered by such a page.
    case tombstones = 13
    /// Of a coordinator: the tombstones of the body, a `RecordPages.Listing`, are to be dropped at exactly this version of
    /// the cohort's entry. Answered by how many it were, in the version's counter.
    case dropTombstones = 14
    /// Between cells: one half of a round about an idempotency key; see `ClaimChange`. The status is 1 to promise, 2 to
    /// accept the value in the body; the version is the ballot. Answered by 200, for a promise with what was accepted
    /// before, or by 409 with the ballot that was promised.
    case claim = 15
    /// The work was done, or failed while it was being done.
    case reply = 16
    /// The work was not begun, so it may be given to another cell whatever it is.
    case refusal = 17
    case pong = 18
    /// Between cells; `note` is the asker's name: a `RangeDigest` of the records of one cohort that both hold (see
    /// `ListQuestion`) behind `customer` and `name`, up to the position of the body, a `RecordPages.Listing` whose floor is
    /// the counter from which on none counts. Answered in the version.
    case recordDigest = 19
    /// Nobody waits any longer for the answer of the service call with this request number and attempt: queued work is
    /// withdrawn, running work begins nothing more. Never answered.
    case cancel = 20
    /// Of a cell to a router that calls it: something that the service in the body needs was cut off there. The status is the
    /// impact in thousandths, 0 where it ends, `deadline` the milliseconds until it ends by itself. Never answered.
    case hint = 21
}

/// Why a cell did not begin what it was asked for.
package enum Refusal: UInt16, Sendable, CaseIterable {
    case overloaded = 1
    case stopping = 2
    /// The customer is served in another epoch here: the body is the cell's own entry, where it has one that was changed
    /// since the founding. Also for questions between cells, of another version of a cohort's entry.
    case otherEpoch = 3
    case unknownService = 4
    case noStore = 5
    case storeFull = 6
    case storeBroken = 7
    case deadline = 8
    /// No request of a client can be answered so: what was asked names nothing, whichever cell is asked.
    case malformed = 9
    /// The store has no vote: its disk was lost, and what it held comes back from the other cells first.
    case refilling = 10
    /// The record was written when bodies might be larger than they may be now: no frame takes it.
    case tooLarge = 11
    /// Nobody of this customer's shard is asked here: the cell is no member, by the epoch that both agree on.
    case notMember = 12
    /// The cell drops records of this customer's cohort that it must not keep, and serves the others again in a moment.
    case moving = 13
    /// There is room, and it is kept for what matters more; flags say which class was refused, `deadline` the
    /// milliseconds after which another attempt may be worth it.
    case shed = 14
    /// Another cell carries the call of this idempotency key out, or has died while it did.
    case keyClaimed = 15
    /// The idempotency key was used for another request.
    case keyReused = 16
    /// The service takes no such call without an idempotency key.
    case keyRequired = 17
    /// Idempotency keys are not kept for this service, or its cells keep nothing.
    case keyUnkept = 18
    /// The customer's shard has not decided about the idempotency key in time; nothing was begun.
    case keyUndecided = 19
    /// The call was carried out, and its answer could not be kept in the shard.
    case keyUnsettled = 20
    /// The call of this idempotency key was carried out, and its answer was too large to be kept.
    case keyAnswerCut = 21
    /// The program that the service is does not take calls now: it starts, has ended, or does not answer.
    case noProgram = 23
    /// The service is a feature that is given up, by its level or by a flag.
    case givenUp = 24
    /// The cell has not started yet: it takes no traffic until it has.
    case notReady = 25

    /// The status that a client is answered with when nobody did better, be it by a router or by the cell itself.
    package var status: UInt16 {
        switch self {
        case .malformed, .keyRequired: 400
        case .keyClaimed, .keyAnswerCut: 409
        case .keyReused: 422
        case .keyUnkept: 501
        case .unknownService, .noStore: 404
        case .tooLarge: 500
        case .overloaded, .stopping, .otherEpoch, .storeBroken, .refilling, .notMember, .moving, .shed, .keyUndecided,
            .noProgram, .givenUp, .notReady:
            503
        case .deadline, .keyUnsettled: 504
        case .storeFull: 507
        }
    }

    /// Another cell may do what this one refused.
    package var mayRepeat: Bool {
        switch self {
        case .malformed, .unknownService, .noStore: false
        case .keyClaimed, .keyReused, .keyRequired, .keyUnkept, .keyUnsettled, .keyAnswerCut: false
        default: true
        }
    }
}

package struct FrameFlags: OptionSet, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package init() { rawValue = 0 }
    /// The record is a deletion.
    package static let tombstone = FrameFlags(rawValue: 1)
    /// The body is JSON; otherwise it is bytes.
    package static let json = FrameFlags(rawValue: 2)
    /// The answer, or the refusal, of a `recordWrite`.
    package static let acknowledgement = FrameFlags(rawValue: 4)
    /// Of a service call: its note begins with an idempotency key; see `KeyedNote`.
    package static let keyed = FrameFlags(rawValue: 8)
    /// The answer was given before, to the same idempotency key.
    package static let replayed = FrameFlags(rawValue: 32)
    /// Of a `recordWrite` and its answer: a client's write of a key that keeps siblings. `note` is its `If-Match`, the version its dot; the
    /// answer's body is the set that came of it.
    package static let add = FrameFlags(rawValue: 8)
    /// The client named no priority: what its request goes to decides.
    package static let noPriority = FrameFlags(rawValue: 16)
    /// Two bits of priority: 0 critical ... 3 low. Nil for one that the client did not name; it travels as normal too,
    /// for a cell that knows no better.
    package static func priority(_ priority: Priority?) -> FrameFlags {
        guard let priority else { return FrameFlags(rawValue: Priority.normal.rawValue << 6).union(.noPriority) }
        return FrameFlags(rawValue: priority.rawValue << 6)
    }
    package var priority: Priority? { contains(.noPriority) ? nil : Priority(rawValue: rawValue >> 6)! }
}

/// Which trace a request belongs to, as it travels from process to process (W3C Trace Context, trace-id).
package struct FrameTrace: Sendable, Hashable {
    /// Bytes that it takes in a frame.
    package static let size = 16

    /// The first eight bytes of the id, as a number.
    package var high: UInt64
    /// The last eight bytes.
    package var low: UInt64
    /// Somebody wants every decision about this request explained.
    package var isExplained: Bool
    /// It belongs to the sample of requests whose decisions are kept unasked.
    package var isSampled: Bool

    /// A trace's id, of which not both halves are 0, and whether it is to be explained, or is one of the sample.
    package init(high: UInt64, low: UInt64, isExplained: Bool, isSampled: Bool = false) {
        self.high = high
        self.low = low
        self.isExplained = isExplained
        self.isSampled = isSampled
    }

    /// Every process on the way keeps what it decides about the request.
    @inlinable package var isFollowed: Bool { isExplained || isSampled }
}

/// The fixed part of a frame. On the wire: a length of the rest (4 bytes), then these fields in little-endian order,
/// then the trace's id where there is one, and the text that goes with it, then customer, name, note and body.
package struct FrameHead: Sendable, Equatable {
    /// Bytes of the fixed part, the length included and a trace's id not.
    package static let size = 56

    package var kind: FrameKind
    package var flags: FrameFlags
    /// Reply: an HTTP status. Refusal: a `Refusal`. Request: an `HTTPMethod`'s number.
    package var status: UInt16
    /// Chosen by the asker, repeated by the answer.
    package var request: UInt64
    package var customer: CustomerHash
    package var epoch: Epoch
    /// Milliseconds that remain until the asker gives up; 0 when it never does. In the answers of services that failed and
    /// in refusals: after how many another attempt may be worth it; 0 says nothing.
    package var deadline: UInt32
    package var versionCounter: UInt64
    package var versionWriter: UInt64
    /// Which attempt of the request this is, from 0; an answer repeats it.
    package var attempt: UInt8 = 0
    /// Nil for a request that nobody follows.
    package var trace: FrameTrace?

    package init(
        kind: FrameKind, flags: FrameFlags = FrameFlags(), status: UInt16 = 0, request: UInt64, customer: CustomerHash,
        epoch: Epoch, deadline: UInt32 = 0, versionCounter: UInt64 = 0, versionWriter: UInt64 = 0, attempt: UInt8 = 0,
        trace: FrameTrace? = nil
    ) {
        self.kind = kind
        self.flags = flags
        self.status = status
        self.request = request
        self.customer = customer
        self.epoch = epoch
        self.deadline = deadline
        self.versionCounter = versionCounter
        self.versionWriter = versionWriter
        self.attempt = attempt
        self.trace = trace
    }
}

/// A frame inside a receive buffer; its pointers are valid until that buffer is changed.
package struct FrameView {
    package var head: FrameHead
    package var customer: UnsafeRawBufferPointer
    /// A service or a record key; in answers empty.
    package var name: UnsafeRawBufferPointer
    /// The rest of a service's path; in answers which fallbacks were used.
    package var note: UnsafeRawBufferPointer
    package var body: UnsafeRawBufferPointer
    /// What goes with the trace to programs; empty without.
    package var traceState = UnsafeRawBufferPointer(start: nil, count: 0)
}
