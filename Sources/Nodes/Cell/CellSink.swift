import MeshBase
import Replication
import Resilience
import Topology
import Wire

/// Names a mesh link or an HTTP connection of the driver's.
package typealias ConnectionID = SlabKey

/// Who is waiting for a cell's answer.
package enum CellAsker: Sendable, Equatable {
    /// A router: the link and the number it gave its request.
    case frame(ConnectionID, request: UInt64)
    /// A call under an idempotency key, for whoever waits for that.
    case claim(SlabKey)
    /// A client of the cell's own HTTP listener.
    case http(ConnectionID)
}

/// Where a cell node writes its orders. A sink only appends: it never calls back into the node.
package protocol CellSink: LinkSink {
    /// Answer a router. Dropped when the link is gone.
    mutating func reply(
        _ head: FrameHead, to link: ConnectionID, note: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer)
    /// Answer a client of the cell's own listener.
    mutating func respond(_ connection: ConnectionID, _ response: CellResponse)
    /// What a client of the cell's own listener calls itself and its trace. Asked for traces that are kept, and nowhere else.
    func client(of connection: ConnectionID) -> TraceClient
    /// Ask another cell; its answer comes back through `handle(answer:)`, or the link breaks.
    /// - Returns: false when the link is gone or full: nothing was sent, and nothing will be.
    mutating func send(
        _ head: FrameHead, to cell: CellIndex, customer: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer,
        note: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
    ) -> Bool
    /// Answered by `stored`, in order.
    mutating func store(_ order: StoreOrder)
    /// Use a processor for so long, off the loop; answered by `burned`, or by `burnRefused` where the driver's
    /// `ProcessorQueue` turned it away.
    mutating func burn(_ order: ProcessorQueue.Order)
    /// Do something with a program; only where the node's configuration has a rule for them.
    mutating func program(_ order: ProgramOrder)
    /// A permit of a pool that all cells take from; a position in `MeshTopology.shared`.
    /// - Returns: false where all are taken; nobody waits in the driver.
    mutating func takePermit(_ pool: Int) -> Bool
    /// One that was taken goes back.
    mutating func returnPermit(_ pool: Int)
    /// The work of a call under an idempotency key begins, or was turned away before it did. For whoever counts; nothing has
    /// to be done.
    mutating func claimed(_ position: RecordPosition, hasBegun: Bool)
    /// End the process at once, as a crash does.
    mutating func crash()
}

extension CellSink {
    package mutating func takePermit(_ pool: Int) -> Bool { true }
    package mutating func returnPermit(_ pool: Int) {}
    package mutating func claimed(_ position: RecordPosition, hasBegun: Bool) {}
    package func client(of connection: ConnectionID) -> TraceClient { TraceClient() }
    package mutating func program(_ order: ProgramOrder) {}
}

extension CellSink {
    mutating func refuse(
        _ why: Refusal, request: UInt64, acknowledgement: Bool = false, epoch: Epoch = .first,
        retryAfter: UInt32 = 0, body: UnsafeRawBufferPointer = .empty, to link: ConnectionID
    ) {
        let head = FrameHead(
            kind: .refusal, flags: acknowledgement ? .acknowledgement : FrameFlags(), status: why.rawValue,
            request: request,
            customer: CustomerHash(rawValue: 0), epoch: epoch, deadline: retryAfter)
        reply(head, to: link, note: .empty, body: body)
    }

    mutating func shed(
        _ priority: Priority, request: UInt64, epoch: Epoch = .first, wait: TimeAmount = LoadShedder.retryAfter,
        to link: ConnectionID
    ) {
        let head = FrameHead(
            kind: .refusal, flags: .priority(priority), status: Refusal.shed.rawValue, request: request,
            customer: CustomerHash(rawValue: 0), epoch: epoch, deadline: UInt32(clamping: wait.nanoseconds / 1_000_000))
        reply(head, to: link, note: .empty, body: .empty)
    }
}
