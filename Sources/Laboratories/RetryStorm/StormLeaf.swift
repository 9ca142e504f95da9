import MeshBase
import Resilience

/// The replicas at the end of the chain: exponential work, and a disturbance for a while.
struct StormLeaf: LeafModel {
    /// What befalls them.
    enum Trouble: Sendable {
        /// So many of them turn everything away.
        case outage(replicas: Int)
        /// So many of them take so many times as long.
        case slow(replicas: Int, factor: Double)
    }

    var seed: UInt64
    var service: TimeAmount
    var trouble: Trouble
    var from: Instant
    var to: Instant

    func refusal(request: UInt64, attempt: UInt64, replica: Int, now: Instant) -> LeafWork? {
        guard case .outage(let replicas) = trouble, replica < replicas, from <= now, now < to else { return nil }
        // A process that is gone: the kernel says so at once.
        return LeafWork(took: .microseconds(200), end: AttemptEnd(.failed, .connect, began: false))
    }

    func work(request: UInt64, attempt: UInt64, replica: Int, now: Instant) -> LeafWork {
        var random = Generator(seed: seed, concern: "lab/storm/work", node: request, counter: attempt)
        var took = random.exponentialTime(mean: service)
        if case .slow(let replicas, let factor) = trouble, replica < replicas, from <= now, now < to {
            took = took * factor
        }
        return LeafWork(took: took)
    }
}
