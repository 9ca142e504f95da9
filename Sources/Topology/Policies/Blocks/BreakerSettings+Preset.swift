import MeshBase

extension BreakerSettings {
    /// Rows of the catalogue's table: breakers by what they stand before, and those that count failures in a row.
    public enum Preset: String, SettingWord {
        case database
        case externalAPI = "external-api"
        case `internal`
        case standard, sensitive, tolerant, aligned
        case command, storage, strict

        /// What it stands for.
        public var settings: BreakerSettings {
            switch self {
            case .database: .rate(0.5, open: .seconds(60), halfOpen: 5, success: 0.8)
            case .externalAPI: .rate(0.3, open: .seconds(30), halfOpen: 3, success: 0.7)
            case .internal: .rate(0.4, open: .seconds(45), halfOpen: 5, success: 0.8)
            case .standard: .inARow(5, open: .seconds(30))
            case .sensitive: .inARow(3, open: .seconds(10))
            case .tolerant: .inARow(10, open: .seconds(60))
            case .aligned: .inARow(5, open: .seconds(60))
            case .command: .command
            case .storage: .storage
            case .strict: .strict
            }
        }
    }

    private static func rate(
        _ failureRate: Double, volume: Int? = nil, open: TimeAmount, halfOpen: Int? = nil, success: Double? = nil
    ) -> BreakerSettings {
        var settings = BreakerSettings()
        settings.kind = .rate
        settings.failureRate = failureRate
        settings.volume = volume
        settings.open = open
        settings.halfOpen = halfOpen
        settings.reopen = .rate
        settings.successRate = success
        return settings
    }

    private static var command: BreakerSettings {
        var settings = rate(0.5, volume: 20, open: .seconds(5), halfOpen: 1)
        settings.window = .time(.seconds(10))
        settings.backAtOnce()
        return settings
    }

    private static var storage: BreakerSettings {
        var settings = rate(0.05, volume: 20, open: .seconds(60), halfOpen: 1)
        settings.adaptive = false
        return settings
    }

    /// Of 10 to 20 % the lower: what unsteadiness adds is at most 0.05.
    private static var strict: BreakerSettings {
        var settings = rate(0.1, volume: 100, open: .seconds(300), halfOpen: 3)
        settings.window = .calls(100)
        settings.reopen = .first
        return settings
    }

    /// One good call, and all is as it was.
    private mutating func backAtOnce() {
        growth = .factor(1)
        probeInterval = .zero
        reopen = .first
        recovery = false
        adaptive = false
    }

    private static func inARow(_ count: Int, open: TimeAmount) -> BreakerSettings {
        var settings = BreakerSettings()
        settings.kind = .consecutive
        settings.consecutive = count
        settings.open = open
        settings.halfOpen = 1
        settings.backAtOnce()
        return settings
    }
}
