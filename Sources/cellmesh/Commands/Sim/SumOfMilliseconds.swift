import Synchronization

/// A sum that several threads add to.
final class SumOfMilliseconds: Sendable {
    private let sum = Mutex(0.0)
    func add(_ milliseconds: Double) { sum.withLock { $0 += milliseconds } }
    var value: Double { sum.withLock { $0 } }
}
