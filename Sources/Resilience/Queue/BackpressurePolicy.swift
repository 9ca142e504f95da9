import MeshBase

/// A queue before a bulkhead: keys `bulkhead.queue`, `put` and `pause` (C31). Off unless declared.
public struct BackpressurePolicy: Sendable, Equatable {
    /// Jobs in the queue, 1...1 000 000; so many more may wait to be put.
    public let places: Int
    /// How long a put waits for a place; zero: not at all.
    public let put: TimeAmount
    /// How long nothing is taken from the queue after the bulkhead refused a job of it, at least 1 ms.
    public let pause: TimeAmount

    /// What lies outside the ranges is moved to their ends.
    public init(places: Int = 100, put: TimeAmount = .seconds(1), pause: TimeAmount = .seconds(1)) {
        self.places = min(max(places, 1), 1_000_000)
        self.put = max(put, .zero)
        self.pause = max(pause, .milliseconds(1))
    }

    /// As production has it.
    public static let seed = BackpressurePolicy()
    /// On one machine; the same.
    public static let local = BackpressurePolicy()
}
