import MeshBase
import Resilience
import Testing
import Topology

/// Defaults stand twice, as what a file means by a profile and as what a policy is by itself: they are the same.
@Suite struct ProfileParityTests {
    static func edge(_ profile: PolicyProfile) -> PoliciesBlock { profile.values }

    @Test func timesAndRetries() throws {
        for (profile, policy) in [(PolicyProfile.local, TimeoutPolicy.local), (.seed, .seed)] {
            let values = try #require(profile.values.timeouts)
            #expect(values.connect == policy.connect && values.read == policy.read && values.write == policy.write)
            #expect(values.acquire == policy.acquire && profile.callTimeout == policy.call)
            #expect(ProgressiveFactors(values.progressive ?? []) == policy.progressive)
        }
        for (profile, policy) in [(PolicyProfile.local, DeadlinePolicy.local), (.seed, .seed)] {
            #expect(profile.values.deadline?.reserve == policy.reserve)
            #expect(profile.values.deadline?.minimum == policy.minimum)
        }
        for (profile, policy) in [(PolicyProfile.local, RetryPolicy.local), (.seed, .seed)] {
            let values = try #require(profile.values.retry)
            #expect(values.attempts == policy.attempts)
            #expect(values.base == policy.backoff.base && values.cap == policy.backoff.cap)
            #expect(values.backoff == .decorrelated && policy.backoff.growth == .decorrelated)
            #expect(values.budgetRatio == policy.budget.ratio && values.budgetFloor == policy.budget.floor)
        }
        let service = PolicyResolver(Blueprint(name: "t", services: [Topology.Service(name: "a")])).service(0)
        #expect(service.values.retry?.attempts == RetryPolicy.localRouter.attempts)
        #expect(service.values.retry?.budgetFloor == RetryPolicy.localRouter.budget.floor)
        #expect(PolicyProfile.local.values.hedge?.max == HedgePolicy.local.max)
        #expect(PolicyProfile.local.values.hedge?.share == HedgePolicy.local.share)
        #expect(PolicyProfile.seed.values.hedge?.max == HedgePolicy.seed.max)
    }

    @Test func retryPresets() throws {
        #expect(RetrySettings.Preset.allCases.map(\.rawValue) == RetryPolicy.presets)
        for preset in RetrySettings.Preset.allCases {
            let policy = try #require(RetryPolicy.preset(named: preset.rawValue))
            #expect(preset.settings.attempts == policy.attempts)
            #expect(preset.settings.base == policy.backoff.base && preset.settings.cap == policy.backoff.cap)
        }
    }

    @Test func breakers() throws {
        for (profile, policy) in [(PolicyProfile.local, BreakerPolicy.local), (.seed, .seed)] {
            let values = try #require(profile.values.breaker)
            #expect(values.failureRate == policy.failureRate && values.slowRate == policy.slowRate)
            #expect(values.volume == policy.volume && values.consecutive ?? 0 == policy.consecutive)
            #expect(values.consecutiveFor ?? .zero == policy.consecutiveFor)
            #expect(values.open == policy.open && values.openMax == policy.openMax)
            #expect(values.jitter == policy.jitter.upperBound && values.halfOpen == policy.halfOpen)
            #expect(values.probeInterval == policy.probeInterval && values.successRate == policy.successRate)
            #expect(values.recoveryRate == policy.recovery?.rate && values.adaptive == policy.adaptive)
            #expect(values.recoverySuccesses == policy.recovery?.successes && values.coordinate == policy.coordinate)
            #expect(
                "\(values.predict ?? .off)" == "\(policy.predict)" && "\(values.reopen ?? .rate)" == "\(policy.reopen)")
            switch policy.window {
            case .time(let length): #expect(values.window == .time(length))
            case .calls(let count): #expect(values.window == .calls(count))
            case .decay(let half): #expect(values.decay == half)
            }
            switch policy.growth {
            case .factor(let factor): #expect(values.growth == .factor(factor))
            case .linear: #expect(values.growth == .linear)
            }
        }
    }

    /// A preset's own values; what it does not speak of is the profile's here, and the seed's there.
    @Test func breakerPresets() throws {
        for policy in BreakerPolicy.Preset.allCases {
            let word = policy == .internalService ? "internal" : policy.rawValue
            let settings = try #require(BreakerSettings.Preset(rawValue: word)).settings
            let theirs = BreakerPolicy(preset: policy)
            #expect(settings.open == theirs.open && settings.halfOpen ?? 3 == theirs.halfOpen, "\(word)")
            #expect(
                settings.failureRate ?? 0.5 == theirs.failureRate && settings.volume ?? 20 == theirs.volume, "\(word)")
            #expect(
                settings.consecutive ?? 0 == theirs.consecutive && settings.successRate == theirs.successRate, "\(word)"
            )
            #expect("\(settings.reopen ?? .rate)" == "\(theirs.reopen)", "\(word)")
            #expect(
                settings.adaptive ?? true == theirs.adaptive && (settings.recovery == false) == (theirs.recovery == nil)
            )
            if let window = settings.window {
                switch theirs.window {
                case .time(let length): #expect(window == .time(length))
                case .calls(let count): #expect(window == .calls(count))
                case .decay: Issue.record("\(word)")
                }
            }
        }
        #expect(BreakerSettings.Preset.allCases.count == BreakerPolicy.Preset.allCases.count)
    }

    @Test func gates() {
        let pairs: [(PolicyProfile, BulkheadPolicy, ThrottlePolicy, EjectionPolicy)] = [
            (.local, .local, .local, .local), (.seed, .seed, .seed, .seed),
        ]
        for (profile, bulkhead, throttle, ejection) in pairs {
            let values = profile.values
            #expect(values.bulkhead?.wait == bulkhead.wait)
            #expect(values.bulkhead?.put == BackpressurePolicy.local.put)
            #expect(values.bulkhead?.pause == BackpressurePolicy.local.pause)
            #expect(values.throttle?.k == throttle.k && values.throttle?.window == throttle.window)
            #expect(values.ejection?.consecutive == ejection.consecutive && values.ejection?.base == ejection.base)
            #expect(values.ejection?.interval == ejection.interval && values.ejection?.most == ejection.most)
            #expect(values.ejection?.panic == ejection.panic)
        }
        let shop = Blueprint(
            name: "t",
            services: [
                Topology.Service(
                    name: "a", pool: Pool(workers: 90, queue: 60),
                    calls: [Topology.Edge(to: 1), Topology.Edge(to: 1, criticality: .luxury)]),
                Topology.Service(name: "b"),
            ])
        let policies = PolicyResolver(shop)
        #expect(
            policies.service(0).values.bulkhead?.concurrent
                == BulkheadPolicy.router(workers: 90, queue: 60).concurrent)
        #expect(policies.records().values.bulkhead?.concurrent == BulkheadPolicy.records.concurrent)
        for (call, isCore) in [(0, true), (1, false)] {
            #expect(
                policies.call(call, of: 0).values.bulkhead?.concurrent
                    == BulkheadPolicy.local(workers: 90, isCore: isCore).concurrent)
        }
    }

    @Test func valueSheddingObjectivesAndHealth() throws {
        for (profile, policy) in [(PolicyProfile.local, ValuePolicy.local), (.seed, .seed)] {
            let values = try #require(profile.values.value)
            #expect(values.failures == policy.failures && values.window == policy.window && values.rate == policy.rate)
            #expect(Worth(Int64(values.limit ?? 0)) == policy.limit)
            #expect(Worth(Int64(values.valueRate ?? 0)) == policy.valueRate)
            #expect(Worth(Int64(values.atRisk ?? 0)) == policy.atRisk)
            #expect("\(values.per ?? .service)" == "\(policy.per)" && values.required == policy.isRequired)
        }
        for (profile, adaptive, early) in [
            (PolicyProfile.local, AdaptivePolicy.local, EarlyPolicy.local), (.seed, .seed, .seed),
        ] {
            let values = try #require(profile.values.shedding)
            #expect(values.cpu == adaptive.cpu && values.memory == adaptive.memory && values.p95 == adaptive.p95)
            #expect(values.earlyShare == early.share && values.earlyHard == early.hard)
        }
        for (profile, policy) in [(PolicyProfile.local, ObjectivesPolicy.local), (.seed, .seed)] {
            #expect(profile.values.slo?.window == policy.window && profile.values.slo?.every == policy.every)
        }
        for (profile, policy) in [(PolicyProfile.local, ProbePolicy.local), (.seed, .seed)] {
            let values = try #require(profile.values.health)
            for kind in ProbeKind.allCases {
                let probe = try #require(HealthSettings.probes.first { $0.name == "\(kind.name)" })
                let written = values[keyPath: probe.path]
                #expect(written?.interval == policy[kind].every && written?.timeout == policy[kind].timeout)
                #expect(written?.failures == policy[kind].failures && written?.successes == policy[kind].successes)
            }
        }
        let cache = CacheSettings().inForce
        #expect(cache.entries == AnswerCachePolicy().entries && cache.ttl == AnswerCachePolicy().ttl)
    }
}
