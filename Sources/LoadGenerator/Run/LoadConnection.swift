import Checkers
import MeshBase
import UVDriver
import Wire

/// One keep-alive connection of a load, with the request that it carries.
struct LoadConnection {
    enum Phase: UInt8 {
        /// Closed; opened again at `since`.
        case waiting
        case connecting
        case idle
        case busy
    }

    var phase = Phase.waiting
    /// It is in the line of idle connections, perhaps under a phase that has passed.
    var isListed = false
    /// Ends in a row without an answer in between.
    var failures: UInt8 = 0
    /// When the phase began; for `waiting` when it ends.
    var since = Instant.zero
    var stream: StreamPointer?
    var parser = HTTPResponseParser()
    /// While busy.
    var request = LoadRequest(intended: .zero, customer: 0, item: 0, kind: .read, priority: .normal)
    /// Of the write, or of the operation in the history.
    var number: UInt64 = 0
    /// The request carries its customer's session.
    var hasSession = false
}
