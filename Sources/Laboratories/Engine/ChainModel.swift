import MeshBase
import Resilience

/// Services that call each other one after the other, in virtual time: clients call the first, it the second, and so on to
/// the last, which does the work. Every call goes by the engine, the gates and the budgets that meshes use.
struct ChainModel: Sendable {
    /// The calls of one service to the next; of the first hop, of clients.
    struct Hop: Sendable {
        var plan: CallPlan
        var gate: GatePolicy
    }

    /// From the clients on, at least one.
    var hops: [Hop]
    /// Of the last service. A plan that spreads asks each as a target of its own, with a gate of its own.
    var replicas = 1
    /// Requests that one of them works on at once.
    var workers: Int
    /// And that wait at each.
    var queue: Int
    /// Whether a caller tells on what time it has, and that it has gone: what waits is withdrawn. Otherwise all is worked
    /// off for nobody.
    var withdraws: Bool
    /// Clients' requests a second.
    var rate: Double
    /// From when on latencies are collected.
    var measuresFrom = Instant.zero
    var end: Instant
    var seed: UInt64
}

/// What the last service does with a request. Draws by (request, try), so that policies which are compared meet the same.
protocol LeafModel: Sendable {
    /// Turned away before any work; nil: it is taken up.
    func refusal(request: UInt64, attempt: UInt64, replica: Int, now: Instant) -> LeafWork?
    /// What it takes a worker.
    func work(request: UInt64, attempt: UInt64, replica: Int, now: Instant) -> LeafWork
}

/// How long something takes, and how it ends.
struct LeafWork: Sendable {
    var took: TimeAmount
    var end = AttemptEnd.ok
}
