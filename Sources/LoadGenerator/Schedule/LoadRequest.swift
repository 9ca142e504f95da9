import Checkers
import MeshBase
import Wire

/// One request of a load, before it is written out.
struct LoadRequest: Sendable {
    enum Kind: UInt8, Sendable, CaseIterable {
        case read, write, service
        /// Reads a record back at the end.
        case verification

        var name: String {
            switch self {
            case .read: "reads"
            case .write: "writes"
            case .service: "services"
            case .verification: "verification"
            }
        }
    }

    /// When it is meant to be sent.
    var intended: Instant
    /// 1 ... customers.
    var customer: UInt32
    /// Records: 1 ... keys. Services: the position of the name.
    var item: UInt32
    var kind: Kind
    var priority: Priority
    /// Of a call under an idempotency key, 1 or more; 0 without one.
    var key: UInt64 = 0
    /// In `X-Value` of a call of a service, where the load has values.
    var value: UInt64 = 0

    /// Its place among the services of a series: 0 for records.
    var service: Int { kind == .service ? Int(item) + 1 : 0 }

    var record: RecordID { RecordID(UInt64(customer) << 32 | UInt64(item)) }

    static func verification(of record: RecordID, at instant: Instant) -> LoadRequest {
        LoadRequest(
            intended: instant, customer: UInt32(truncatingIfNeeded: record.rawValue >> 32),
            item: UInt32(truncatingIfNeeded: record.rawValue), kind: .verification, priority: .normal)
    }
}
