import MeshBase

extension BreakerPolicy {
    /// A named set of settings: key `breaker.preset`. What a preset does not speak of is as in the profile `seed`.
    public enum Preset: String, Sendable, CaseIterable {
        case database
        case externalAPI = "external-api"
        case internalService = "internal-service"
        case standard, sensitive, tolerant, aligned
        case command
        case storage
        case strict
    }

    /// The settings of a preset.
    public init(preset: Preset) {
        switch preset {
        case .database: self.init(open: .seconds(60), halfOpen: 5, successRate: 0.8)
        case .externalAPI: self.init(failureRate: 0.3, open: .seconds(30), halfOpen: 3, successRate: 0.7)
        case .internalService: self.init(failureRate: 0.4, open: .seconds(45), halfOpen: 5, successRate: 0.8)
        case .standard: self = Self.inARow(5, open: .seconds(30))
        case .sensitive: self = Self.inARow(3, open: .seconds(10))
        case .tolerant: self = Self.inARow(10, open: .seconds(60))
        case .aligned: self = Self.inARow(5, open: .seconds(60))
        case .command:
            self.init(
                window: .time(.seconds(10)), open: .seconds(5), openMax: .seconds(5), growth: .factor(1),
                probeInterval: .zero, halfOpen: 1, reopen: .first, recovery: nil, adaptive: false)
        case .storage: self.init(failureRate: 0.05, open: .seconds(60), halfOpen: 1, adaptive: false)
        case .strict:
            // 10-20 %: the lower figure opens, and what unsteadiness adds is at most 0.05 of a share in 0...1.
            self.init(
                window: .calls(100), failureRate: 0.1, volume: 100, open: .seconds(300), halfOpen: 3, reopen: .first)
        }
    }

    private static func inARow(_ failures: Int, open: TimeAmount) -> BreakerPolicy {
        BreakerPolicy(
            kind: .consecutive, consecutive: failures, open: open, openMax: open, growth: .factor(1),
            probeInterval: .zero, halfOpen: 1, reopen: .first, recovery: nil, adaptive: false)
    }
}
