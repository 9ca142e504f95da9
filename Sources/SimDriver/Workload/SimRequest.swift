import Checkers
import MeshBase
import Topology
import Wire

/// One request of a simulated client.
struct SimRequest {
    enum Kind: Equatable {
        case read
        case write
        case delete
        /// A service, by its place in the list of those that clients call, and whether it is called with POST.
        case service(Int, post: Bool)
    }

    /// The idempotency key of a call, one of its customer's; nil for none.
    var idempotencyKey: Int?
    /// The class that it asks for, and what it says that it is worth.
    var priority: Priority?
    var worth: Int?
    /// Unique in the run; also the value of a write.
    var number: UInt64
    var kind: Kind
    /// 1 ... count.
    var customer: Int
    var key: Int
    var sent: Instant
    /// The window of stability in which it was sent.
    var window: Int
    /// Reads an acknowledged record back at the end.
    var isReadBack = false
    var attempt = 0
    /// It carries the session of its customer, and its answer is held against it.
    var hasSession = false
    /// `If-Match`, and the values behind it, of a write that supersedes what its client has read.
    var condition: [UInt8]?
    var seen: [UInt64] = []

    var record: RecordID { Self.record(customer: customer, key: key) }
    static func record(customer: Int, key: Int) -> RecordID { RecordID(UInt64(customer) << 8 | UInt64(key)) }
    static func customer(of record: RecordID) -> Int { Int(record.rawValue >> 8) }
    var operation: OperationID { OperationID(number) }

    var action: History.Action? {
        switch kind {
        case .read: .read
        case .write: .write(value: number)
        case .delete: .delete
        case .service: nil
        }
    }

    var isMutation: Bool { kind == .write || kind == .delete }
}

/// What a client saw of a request's end.
enum SimAnswer {
    /// A whole response; its bytes are valid for the call only.
    case response(HTTPResponse, UnsafeRawBufferPointer)
    /// The connection was refused: nothing was sent.
    case refused
    /// The connection broke, or the client's patience ended.
    case lost
}
