import Membership
import MeshBase
import Replication
import Sharding
import Wire

/// Where a router node writes its orders. A sink only appends: it never calls back into the node.
package protocol RouterSink: LinkSink {
    /// Send a frame whose customer, name and path are those of the client's request.
    /// - Returns: false when the link is gone or full, or the client is: nothing was sent, and nothing will be.
    mutating func send(_ head: FrameHead, to cell: CellIndex, request: RequestID, payload: FramePayload) -> Bool
    /// Send a frame that belongs to no client's request.
    /// - Returns: false when the link is gone or full: nothing was sent.
    mutating func send(_ head: FrameHead, to cell: CellIndex, body: UnsafeRawBufferPointer) -> Bool
    /// Send a ping, which belongs to no request.
    /// - Returns: false when the link is gone or full: nothing was sent.
    mutating func ping(_ head: FrameHead, to cell: CellIndex) -> Bool
    /// What a client that waits for its answer calls itself, and its trace. Asked for traces that are kept, and nowhere else.
    func client(of request: RequestID) -> TraceClient
    /// Answer the client; the request is forgotten.
    mutating func respond(to request: RequestID, _ response: RouterResponse)
}

extension RouterSink {
    package func client(of request: RequestID) -> TraceClient { TraceClient() }
}

/// An answer of the data plane; texts and body are valid for the call only.
package struct RouterResponse {
    package enum Content: Sendable { case none, json, bytes }

    package var status: UInt16
    /// The cell that served it.
    package var cell: CellIndex?
    package var epoch = Epoch.first
    /// How many cells of the customer's shard serve, of how many.
    package var serving = 0
    package var shardSize = 0
    package var version: RecordVersion?
    /// In place of `version`, of a key that keeps siblings: those that are shown.
    package var dots: [ProvenDot] = []
    /// The client's session from now on; empty without one.
    package var session: [UInt8] = []
    package var content = Content.none
    /// Which fallbacks were used; empty for a full answer.
    package var degraded = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The answer was given before, to the same idempotency key.
    package var isReplayed = false
    /// After how long another attempt may be worth it; zero where nothing is said.
    package var wait = TimeAmount.zero
    /// The same in seconds, rounded up, as the header field has it; 0 for none.
    package var retryAfter: Int { ComeBack.seconds(wait) }
    package var body = UnsafeRawBufferPointer(start: nil, count: 0)
    package var problem: DataProblem?
    /// The trace that its client is told of; nil elsewhere.
    package var trace: FrameTrace?

    package init(status: UInt16) { self.status = status }
}

/// Why the mesh said no (RFC 9457).
package struct DataProblem: Sendable, Equatable {
    /// The last part of the problem's type URI.
    package var type: StaticString
    package var title: StaticString
    package var detail: String
    /// Which policy said no.
    package var policy: StaticString
    /// The gate at which it did, as NODE/FROM/TO; nil where it was none.
    package var gate: String?

    package init(_ type: StaticString, title: StaticString, detail: String, policy: StaticString) {
        self.type = type
        self.title = title
        self.detail = detail
        self.policy = policy
    }
    package static func == (a: DataProblem, b: DataProblem) -> Bool {
        a.type.description == b.type.description && a.detail == b.detail
    }
}
