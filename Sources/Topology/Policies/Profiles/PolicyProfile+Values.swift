import MeshBase

extension PolicyProfile {
    /// The limit of a whole call that names none.
    public var callTimeout: TimeAmount { self == .seed ? .seconds(3) : Edge.standardTimeout }

    /// Every value that does not depend on what it is for. `off` has those of `local`: they are what a policy begins with
    /// that is switched on again.
    public var values: PoliciesBlock {
        var block = PoliciesBlock()
        block.order = .cellmesh
        block.timeouts = timeouts
        block.deadline = deadline
        block.retry = retry
        block.hedge = hedge
        block.breaker = breaker
        block.bulkhead = bulkhead
        block.throttle = throttle
        block.ejection = ejection
        block.value = Self.value
        block.failure = Self.failure
        block.shedding = shedding
        block.slo = slo
        block.health = health
        return block
    }

    private func choose<Value>(seed: Value, local: Value) -> Value { self == .seed ? seed : local }

    private var timeouts: TimeoutSettings {
        var settings = TimeoutSettings()
        settings.connect = choose(seed: .seconds(10), local: .milliseconds(500))
        settings.read = choose(seed: .seconds(30), local: .seconds(1))
        settings.write = choose(seed: .seconds(15), local: .seconds(1))
        settings.acquire = choose(seed: .seconds(5), local: .milliseconds(50))
        settings.progressive = choose(seed: [1, 1.5, 2], local: [1, 1, 1])
        settings.adaptive = true
        settings.factor = 1.5
        settings.floor = 0.5
        // Never above what the check of the hierarchy saw.
        settings.ceiling = choose(seed: 3, local: 1)
        return settings
    }

    private var deadline: DeadlineSettings {
        var settings = DeadlineSettings()
        settings.reserve = choose(seed: .milliseconds(50), local: .milliseconds(5))
        settings.minimum = choose(seed: .milliseconds(100), local: .milliseconds(10))
        return settings
    }

    private var retry: RetrySettings {
        var settings = RetrySettings()
        settings.attempts = choose(seed: 3, local: 2)
        settings.on = RetrySettings.Failure.allCases.filter { $0 != .failed && $0 != .blocked }
        settings.backoff = .decorrelated
        settings.base = choose(seed: .milliseconds(100), local: .milliseconds(20))
        settings.cap = choose(seed: .seconds(30), local: .milliseconds(200))
        settings.budgetKind = .rate
        settings.budgetRatio = 0.2
        settings.budgetFloor = choose(seed: 3, local: 1)
        return settings
    }

    private var hedge: HedgeSettings {
        var settings = HedgeSettings()
        settings.after = .auto
        settings.max = choose(seed: 2, local: 1)
        settings.share = choose(seed: 1, local: 0.05)
        return settings
    }

    private var breaker: BreakerSettings {
        var settings = BreakerSettings()
        settings.kind = .rate
        settings.failureRate = choose(seed: 0.5, local: 0.9)
        settings.slowRate = 0.5
        settings.volume = choose(seed: 20, local: 10)
        settings.window = choose(seed: nil, local: .time(.seconds(2)))
        settings.decay = choose(seed: .seconds(120), local: nil)
        settings.consecutive = choose(seed: nil, local: 12)
        settings.consecutiveFor = choose(seed: nil, local: .milliseconds(250))
        settings.open = choose(seed: .seconds(60), local: .seconds(2))
        settings.openMax = choose(seed: .seconds(300), local: .seconds(2))
        settings.growth = .factor(choose(seed: 2, local: 1))
        settings.jitter = 0.3
        settings.probeInterval = choose(seed: .seconds(5), local: .milliseconds(200))
        settings.halfOpen = 3
        settings.reopen = .rate
        settings.recovery = true
        settings.recoveryRate = choose(seed: 0.1, local: 1)
        settings.recoverySuccesses = choose(seed: 10, local: 5)
        settings.adaptive = true
        settings.predict = choose(seed: .open, local: .watch)
        settings.coordinate = true
        return settings
    }

    private var bulkhead: BulkheadSettings {
        var settings = BulkheadSettings()
        settings.wait = choose(seed: .seconds(5), local: .zero)
        settings.put = .seconds(1)
        settings.pause = .seconds(1)
        return settings
    }

    private var throttle: ThrottleSettings {
        var settings = ThrottleSettings()
        settings.k = 2
        settings.window = choose(seed: .minutes(2), local: .seconds(2))
        return settings
    }

    private var ejection: EjectionSettings {
        var settings = EjectionSettings()
        settings.consecutive = 5
        settings.interval = choose(seed: .seconds(10), local: .seconds(1))
        settings.base = choose(seed: .seconds(30), local: .seconds(2))
        settings.most = 0.1
        settings.panic = 0.5
        return settings
    }

    private static var value: ValueSettings {
        var settings = ValueSettings()
        settings.failures = 5
        settings.limit = 1e6
        settings.window = .seconds(60)
        settings.rate = 1_000
        settings.valueRate = 1e7
        settings.atRisk = 5e6
        settings.per = .key
        settings.required = false
        return settings
    }

    private static var failure: FailureSettings {
        var settings = FailureSettings()
        settings.timeout = .tryAgain
        settings.connection = .tryAgain
        settings.limit = .tryAgain
        return settings
    }

    private var shedding: SheddingSettings {
        var settings = SheddingSettings()
        settings.cpu = 0.8
        settings.memory = 0.85
        // Blind shedding is the control that the others are held against.
        settings.earlyShare = choose(seed: 0.1, local: 0)
        settings.earlyHard = choose(seed: 0.3, local: 0)
        return settings
    }

    private var slo: ObjectivesSettings {
        var settings = ObjectivesSettings()
        settings.window = choose(seed: .seconds(30), local: .seconds(5))
        settings.every = choose(seed: .seconds(5), local: .milliseconds(500))
        settings.mode = .levels
        return settings
    }

    private var health: HealthSettings {
        func probe(_ seed: (TimeAmount, TimeAmount), _ local: (TimeAmount, TimeAmount)) -> WrittenProbe {
            var probe = WrittenProbe()
            (probe.interval, probe.timeout) = choose(seed: seed, local: local)
            probe.failures = 3
            probe.successes = 2
            return probe
        }
        var settings = HealthSettings()
        settings.startup = probe((.seconds(1), .seconds(300)), (.milliseconds(200), .seconds(30)))
        settings.liveness = probe((.seconds(10), .seconds(1)), (.seconds(2), .seconds(1)))
        settings.readiness = probe((.seconds(10), .seconds(1)), (.milliseconds(500), .milliseconds(200)))
        settings.shallow = probe((.seconds(10), .seconds(1)), (.seconds(1), .milliseconds(200)))
        settings.deep = probe((.seconds(60), .seconds(5)), (.seconds(5), .seconds(1)))
        settings.dependency = probe((.seconds(30), .seconds(3)), (.seconds(2), .milliseconds(500)))
        settings.synthetic = probe((.minutes(5), .seconds(30)), (.seconds(30), .seconds(3)))
        return settings
    }
}
