import MeshBase
import Resilience
import Wire

/// What the wire says about an attempt, in the words of the policies: here once, for routers and cells, services and
/// records. Whether it was slow the gate knows; that it ran into its limit, its call.
extension AttemptEnd {
    /// The link broke, or the program ended, while the answer was due.
    package static let linkLost = AttemptEnd(.failed, .reset)
    /// No link could be had, or it took no more: nothing was sent.
    package static let unsent = AttemptEnd(.failed, .connect, began: false)
    /// Nobody wants the answer any more, or another attempt has brought it.
    package static let withdrawn = AttemptEnd(.cancelled, began: false)

    /// Whether a client would be told 5xx if no other attempt were made: a failure, a refusal but for too many requests of
    /// the client's own, and what the target lacks itself. Who is to blame is another matter (`outcome`).
    package var isError: Bool {
        switch outcome {
        case .failed: true
        case .refused: kind != .limited
        case .ignored: kind == .unavailable
        case .ok, .slow, .cancelled: false
        }
    }

    /// An answer: the target has begun, unless it says that it is asked too often.
    ///
    /// - Parameters:
    ///   - status: of HTTP; what is none is garbage.
    ///   - isRecord: that there is no such record is an answer like another.
    package init(status: UInt16, isRecord: Bool = false, retryAfterMilliseconds: UInt32 = 0) {
        let retryAfter = TimeAmount.milliseconds(Int64(retryAfterMilliseconds))
        switch status {
        case 200..<400: self.init(.ok)
        case 404 where isRecord: self.init(.ok)
        case 408: self.init(.failed, .timeout, retryAfter: retryAfter)
        case 429: self.init(.refused, .limited, began: false, retryAfter: retryAfter)
        case 400..<500, 501: self.init(.ignored)
        // What it depends on is not there: that is no word about itself.
        case 502, 504: self.init(.ignored, .unavailable, retryAfter: retryAfter)
        case 503: self.init(.refused, .unavailable, retryAfter: retryAfter)
        default: self.init(.failed, .failed, retryAfter: retryAfter)
        }
    }

    /// A refusal: nothing was begun, but where a key says that it had been.
    ///
    /// - Parameter refusal: nil: a reason that only newer cells know, so that another may be asked.
    package init(refusal: Refusal?, retryAfterMilliseconds: UInt32 = 0) {
        let retryAfter = TimeAmount.milliseconds(Int64(retryAfterMilliseconds))
        switch refusal {
        case .overloaded: self.init(.refused, .overloaded, began: false, retryAfter: retryAfter)
        // Not busy, but of no use until somebody sees to it.
        case .storeFull, .storeBroken: self.init(.failed, .overloaded, began: false, retryAfter: retryAfter)
        case .noProgram: self.init(.failed, .connect, began: false, retryAfter: retryAfter)
        case .shed: self.init(.refused, .shed, began: false, retryAfter: retryAfter)
        // `keyUndecided`: another cell may reach the majority that this one has not reached.
        // `givenUp`: another cell may not have given it up.
        case .stopping, .otherEpoch, .refilling, .notMember, .moving, .keyUndecided, .givenUp, .notReady, nil:
            self.init(.ignored, .elsewhere, began: false, retryAfter: retryAfter)
        case .unknownService, .noStore, .malformed, .tooLarge, .deadline, .keyRequired, .keyUnkept, .keyReused:
            self.init(.ignored, began: false, retryAfter: retryAfter)
        case .keyClaimed, .keyUnsettled, .keyAnswerCut: self.init(.ignored, retryAfter: retryAfter)
        }
    }

    /// An answer about a record, or a refusal of one.
    package init(record head: FrameHead) {
        if head.kind == .reply {
            self.init(.ok)
        } else {
            // The field is a clock in answers; in refusals it is none.
            self.init(refusal: Refusal(rawValue: head.status), retryAfterMilliseconds: head.deadline)
        }
    }
}
