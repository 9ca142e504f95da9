import MeshBase
import Replication
import Resilience
import Wire

/// Names a request of a client while it is being served: a place of the driver's and its generation.
package typealias RequestID = SlabKey

/// What the router needs to know of a client's request. The texts lie in the connection's buffer and are valid for
/// the call only; the driver keeps the request until it is answered and finds it by `id`.
package struct DataRequest {
    package enum Target: Sendable { case record, service }

    package var id: RequestID
    package var target: Target
    package var method: HTTPMethod
    package var customer: CustomerHash
    /// Nil when the client did not name one.
    package var priority: Priority?
    /// How long the client will wait; nil when it did not say.
    package var deadline: TimeAmount?
    /// The record's key as it stands in the request; empty for a service.
    package var key = UnsafeRawBufferPointer(start: nil, count: 0)
    /// In `key` `%2F` is one byte.
    package var keyIsEncoded = false
    /// Nil when the client named none.
    package var consistency: Consistency?
    /// The client's session as it was sent; nil without one.
    package var session: UnsafeRawBufferPointer?

    /// `If-Match` as it was sent; nil without one.
    package var ifMatch: UnsafeRawBufferPointer?
    /// It names an idempotency key, or the id of a request which may stand for one.
    package var isKeyed = false
    /// The id is longer than keys are, and stands for one all the same.
    package var isShortened = false
    /// It names a key: cells that keep none refuse it.
    package var isExplicit = false
    /// The hash of the service's name; 0 for a record.
    package var service: UInt64 = 0

    /// A read that looks whether earlier writes are there (`X-Check: 1`): served as any other, and in no figure of what
    /// customers felt.
    package var isCheck = false

    /// The client wants every decision about it explained.
    package var isExplained = false
    /// Of `traceparent`; what the router makes of it is in force.
    package var trace: FrameTrace?
    /// `traceparent` was sent and cannot be read.
    package var isTraceMalformed = false

    /// What the client says that it is worth; nil where it says nothing.
    package var worth: Worth?
    /// What it is counted with: the first segment of the path behind the service.
    package var worthKey = UnsafeRawBufferPointer(start: nil, count: 0)

    package init(
        id: RequestID, target: Target, method: HTTPMethod, customer: CustomerHash, priority: Priority? = nil,
        deadline: TimeAmount? = nil
    ) {
        self.id = id
        self.target = target
        self.method = method
        self.customer = customer
        self.priority = priority
        self.deadline = deadline
    }

    /// Whether doing it twice is the same as doing it once (RFC 9110, section 9.2.2).
    package var isIdempotent: Bool { method.isIdempotent }
}

extension HTTPMethod {
    var isIdempotent: Bool { self != .post && self != .patch && self != .other }
}

/// What goes into a frame behind its texts.
package enum FramePayload {
    case none
    /// The body of the client's request.
    case request
    case bytes([UInt8])
}
