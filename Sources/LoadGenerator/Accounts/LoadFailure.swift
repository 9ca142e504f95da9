/// Why a request had no answer.
enum LoadFailure: Int, CaseIterable, Sendable {
    /// Sent, and not answered in time.
    case timeout
    /// Waited for a connection for too long.
    case queueTimeout
    /// The connection ended while the answer was awaited.
    case connectionLost
    /// No connection could be opened.
    case unreachable
    /// The answer was not HTTP.
    case malformed
    /// Neither a connection was free nor a place in the queue.
    case dropped
    /// Under way or waiting when the run was stopped.
    case unfinished

    /// The key in `by_outcome`.
    var name: String {
        switch self {
        case .timeout: "timeout"
        case .queueTimeout: "queue-timeout"
        case .connectionLost: "connection-lost"
        case .unreachable: "unreachable"
        case .malformed: "malformed"
        case .dropped: "dropped"
        case .unfinished: "unfinished"
        }
    }
}
