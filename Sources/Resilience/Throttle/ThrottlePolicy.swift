import MeshBase

/// When a caller holds requests back from a target that refuses most of them: key `throttle` (C35).
public struct ThrottlePolicy: Sendable, Equatable {
    /// Requests per accept that are let through, 1...100. Smaller is stricter; at 2 the target sees twice what it takes,
    /// and so learns soon that it could take more.
    public let k: Double
    /// How far back is counted, in tenths, of which the oldest leaves whole; at least 10 ms.
    public let window: TimeAmount
    /// Requests below which none is held back.
    public let volume: Int

    /// What lies outside the ranges is moved to their ends.
    public init(k: Double = 2, window: TimeAmount = .minutes(2), volume: Int = 20) {
        self.k = k.isFinite ? min(max(k, 1), 100) : 2
        self.window = max(window, .milliseconds(10))
        self.volume = max(volume, 1)
    }

    /// As production has it.
    public static let seed = ThrottlePolicy()
    /// For one machine: a crowd is forgotten two seconds after it has gone.
    public static let local = ThrottlePolicy(window: .seconds(2))

    var bucket: Int64 { window.nanoseconds / 10 }
}
