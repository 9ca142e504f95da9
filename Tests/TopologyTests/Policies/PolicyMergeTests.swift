import MeshBase
import Testing

@testable import Topology

@Suite struct PolicyMergeTests {
    static func merge(_ layers: [(WrittenPlace, PoliciesBlock)]) -> PolicyMerge {
        PolicyMerge(layers.map { (place: $0.0, block: $0.1) }) { $0.values }
    }

    static func block(_ change: (inout PoliciesBlock) -> Void) -> PoliciesBlock {
        var block = PoliciesBlock()
        change(&block)
        return block
    }

    static func retry(_ change: (inout RetrySettings) -> Void) -> PoliciesBlock {
        block {
            var retry = RetrySettings()
            change(&retry)
            $0.retry = retry
        }
    }

    @Test func theNarrowestHoldsKeyByKey() {
        let merge = Self.merge([
            (.topology, Self.retry { ($0.attempts, $0.base, $0.cap) = (4, .milliseconds(1), .milliseconds(9)) }),
            (.blueprint, Self.retry { ($0.attempts, $0.base) = (3, .milliseconds(2)) }),
            (.call, Self.retry { $0.attempts = 2 }),
        ])
        #expect(merge.values.retry?.attempts == 2)
        #expect(merge.values.retry?.base == .milliseconds(2))
        #expect(merge.values.retry?.cap == .milliseconds(9))
        #expect(merge.values.retry?.backoff == .decorrelated)
        #expect(merge.origins["retry.attempts"] == .written(.call, preset: nil))
        #expect(merge.origins["retry.base"] == .written(.blueprint, preset: nil))
        #expect(merge.origins["retry.cap"] == .written(.topology, preset: nil))
        #expect(merge.origins["retry.backoff"] == .profile(.local))
    }

    @Test func aPresetHoldsOverWhatIsWiderAndUnderWhatStandsBesideIt() {
        let merge = Self.merge([
            (.topology, Self.retry { ($0.attempts, $0.base) = (9, .milliseconds(1)) }),
            (.service, Self.retry { ($0.preset, $0.cap) = (.background, .seconds(2)) }),
        ])
        #expect(merge.values.retry?.attempts == 5)
        #expect(merge.values.retry?.base == .seconds(1))
        #expect(merge.values.retry?.cap == .seconds(2))
        #expect(merge.origins["retry.attempts"] == .written(.service, preset: "background"))
        #expect(merge.origins["retry.cap"] == .written(.service, preset: nil))
        #expect(merge.origins["retry.attempts"]?.description == "service, preset background")
    }

    @Test func ofAlternativesOneHolds() {
        let written = Self.block {
            var breaker = BreakerSettings()
            breaker.decay = .seconds(30)
            $0.breaker = breaker
        }
        let merge = Self.merge([(.blueprint, written)])
        #expect(merge.values.breaker?.window == nil && merge.values.breaker?.decay == .seconds(30))
        #expect(merge.origins["breaker.window"] == nil)
        #expect(merge.origins["breaker.decay"] == .written(.blueprint, preset: nil))
    }

    @Test func theNarrowestProfileIsTheBaseAndOffIsOffForAll() {
        let seed = Self.block { $0.profile = .seed }
        let local = Self.block { $0.profile = .local }
        let off = Self.block { $0.profile = .off }
        #expect(Self.merge([(.topology, local), (.call, seed)]).values.breaker?.open == .seconds(60))
        #expect(Self.merge([(.topology, seed), (.call, local)]).values.breaker?.open == .seconds(2))
        let merge = Self.merge([(.topology, off), (.call, seed)])
        #expect(merge.profile == .off && merge.off == Set(PolicySwitch.allCases))
        #expect(merge.origins["profile"] == .written(.topology, preset: nil))
        #expect(Self.merge([]).profile == .local && Self.merge([]).origins["profile"] == nil)
    }

    @Test func whatIsSwitchedOffByNameStaysOffInNarrowerPlaces() {
        let merge = Self.merge([
            (.topology, Self.block { $0.off = [.hedge] }), (.blueprint, Self.block { $0.off = [.retry] }),
            (.call, Self.block { $0.hedge = HedgeSettings() }),
        ])
        #expect(merge.off == [.hedge, .retry])
        #expect(merge.values.off == [.retry, .hedge])
    }

    @Test func everyKeyIsKnownOnceAndEveryProfileHasWhatItNeeds() {
        let keys = PoliciesBlock.entries.flatMap { $0.fields.map(\.key) }
        #expect(Set(keys).count == keys.count)
        // What is a choice, or comes from elsewhere.
        let open: Set = [
            "retry.preset", "retry.schedule", "retry.multiplier", "breaker.preset", "breaker.slow-after",
            "breaker.window", "breaker.decay",
            "breaker.consecutive", "breaker.consecutive-for", "breaker.success_rate",
            "bulkhead.concurrent", "bulkhead.limit", "bulkhead.queue",
            "rate.requests", "rate.burst", "rate.per", "health.synthetic.service", "shedding.adaptive.p95",
        ]
        for profile in [PolicyProfile.local, .seed] {
            let merge = PolicyMerge([(place: .topology, block: Self.block { $0.profile = profile })]) { $0.values }
            let missing = Set(keys.filter { merge.origins[$0] == nil })
            #expect(missing.isSubset(of: open), "\(missing.subtracting(open))")
        }
    }

    /// A value of any type comes back from its erased form, so that reading, merging and showing lose nothing.
    @Test func everyValueSurvivesItsField() {
        for preset in BreakerSettings.Preset.allCases {
            let settings = preset.settings
            var copy = BreakerSettings()
            for field in BreakerSettings.fields { field.write(field.value(in: settings), in: &copy) }
            #expect(copy == settings)
        }
        for profile in PolicyProfile.allCases {
            let values = profile.values
            var copy = PoliciesBlock()
            for field in PoliciesBlock.entries.flatMap(\.fields) { field.write(field.value(in: values), in: &copy) }
            copy.order = values.order
            #expect(copy == values)
        }
    }

    @Test func aValueOfAnotherTypeLeavesNothing() {
        var settings = RetrySettings()
        let field = RetrySettings.fields.first { $0.key == "attempts" }
        field?.write(.integer(3), in: &settings)
        #expect(settings.attempts == 3)
        field?.write(.word("three"), in: &settings)
        #expect(settings.attempts == nil)
    }
}
