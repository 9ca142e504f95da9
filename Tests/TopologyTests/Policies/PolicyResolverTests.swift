import Foundation
import MeshBase
import Testing

@testable import Topology

@Suite struct PolicyResolverTests {
    /// `shop` calls `pay` (core) and `ship` (not).
    static func blueprint(_ change: (inout Blueprint) -> Void = { _ in }) -> Blueprint {
        var blueprint = Blueprint(
            name: "t",
            services: [
                Service(
                    name: "shop", pool: Pool(workers: 16, queue: 64),
                    calls: [
                        Edge(to: 1, timeout: .milliseconds(300)),
                        Edge(to: 2, timeout: .milliseconds(80), criticality: .enhanced),
                    ]), Service(name: "pay"), Service(name: "ship"),
            ])
        change(&blueprint)
        return blueprint
    }

    @Test func aCallHasItsOwnTimeoutAndItsTargetsAttempts() {
        let plain = PolicyResolver(Self.blueprint()).call(0, of: 0)
        #expect(plain.timeout == .milliseconds(300) && plain.attemptTimeout == .milliseconds(300))
        #expect(plain.origins["attempt-timeout"] == .derived("the timeout"))
        let theirs = PolicyResolver(Self.blueprint { $0.services[1].attemptTimeout = .milliseconds(90) })
        #expect(theirs.call(0, of: 0).attemptTimeout == .milliseconds(90))
        #expect(theirs.call(0, of: 0).origins["attempt-timeout"] == .written(.service, preset: nil))
        #expect(theirs.service(1).attemptTimeout == .milliseconds(90))
        #expect(theirs.service(0).attemptTimeout == .seconds(1))
        let own = PolicyResolver(
            Self.blueprint {
                $0.services[1].attemptTimeout = .milliseconds(90)
                $0.services[0].calls[0].attemptTimeout = .milliseconds(70)
            })
        #expect(own.call(0, of: 0).attemptTimeout == .milliseconds(70))
        #expect(own.call(0, of: 0).origins["attempt-timeout"] == .written(.call, preset: nil))
    }

    @Test func aTimeoutThatNobodyWroteIsTheProfiles() {
        let blueprint = Self.blueprint { $0.services[0].calls[0].hasDefaultTimeout = true }
        var seed = PoliciesBlock()
        seed.profile = .seed
        #expect(PolicyResolver(blueprint).call(0, of: 0).timeout == .seconds(1))
        #expect(PolicyResolver(blueprint, topology: seed).call(0, of: 0).timeout == .seconds(3))
        #expect(PolicyResolver(blueprint, topology: seed).call(0, of: 0).origins["timeout"] == .profile(.seed))
    }

    @Test func callsOfAServiceGoByTheTargetsPolicies() {
        let blueprint = Self.blueprint {
            $0.policies = PolicyMergeTests.retry { ($0.attempts, $0.base) = (4, .milliseconds(3)) }
            $0.services[0].policies = PolicyMergeTests.retry { $0.attempts = 7 }
            $0.services[1].policies = PolicyMergeTests.retry { $0.attempts = 5 }
        }
        let resolver = PolicyResolver(blueprint)
        #expect(resolver.call(0, of: 0).values.retry?.attempts == 5)
        #expect(resolver.call(1, of: 0).values.retry?.attempts == 4)
        #expect(resolver.service(0).values.retry?.attempts == 7)
        #expect(resolver.records().values.retry?.attempts == 4)
        #expect(resolver.call(0, of: 0).values.retry?.base == .milliseconds(3))
    }

    /// A ladder whose best way takes more than half of the limit is not slow by what it was declared to take.
    @Test func aLadderHasTheTimeOfItsWays() {
        let slow = { (p99: Int64) -> TimeAmount? in
            let blueprint = Self.blueprint {
                let best = Work(wait: .init(p50: .milliseconds(p99 / 2), p99: .milliseconds(p99)))
                $0.services[1].ladder = [LadderRung(mode: "full", work: best), LadderRung(mode: "static")]
                $0.services[0].calls[0].timeout = .seconds(1)
            }
            return PolicyResolver(blueprint).call(0, of: 0).values.breaker?.slowAfter
        }
        #expect(slow(100) == .milliseconds(500))
        #expect(slow(600) == .milliseconds(720))
        #expect(slow(990) == .milliseconds(999))
    }

    @Test func bulkheadsAreMadeForWhatTheyStandBefore() {
        let resolver = PolicyResolver(Self.blueprint())
        #expect(resolver.call(0, of: 0).values.bulkhead?.concurrent == 16)
        #expect(resolver.call(1, of: 0).values.bulkhead?.concurrent == 4)
        #expect(resolver.service(0).values.bulkhead?.concurrent == 256)
        #expect(resolver.records().values.bulkhead?.concurrent == 1_024)
        #expect(resolver.call(0, of: 0).values.bulkhead?.limit == .errors)
        #expect(resolver.service(0).values.bulkhead?.limit == .fixed)
        #expect(resolver.service(0).attempts == 3 && resolver.call(0, of: 0).attempts == 2)
    }

    @Test func defaultsGiveWayToWhatIsWritten() {
        let call = PolicyResolver(Self.blueprint()).call(1, of: 0)
        #expect(call.values.retry?.cap == .milliseconds(80))
        #expect(call.origins["retry.cap"] == .derived("at most attempt-timeout"))
        #expect(call.values.breaker?.slowAfter == .milliseconds(50))
        #expect(call.values.retry?.multiplier == 3)
        let long = PolicyResolver(Self.blueprint()).call(0, of: 0)
        #expect(long.values.breaker?.slowAfter == .milliseconds(150) && long.values.retry?.cap == .milliseconds(200))
        let short = PolicyResolver(Self.blueprint { $0.services[0].calls[1].timeout = .milliseconds(40) })
        #expect(short.call(1, of: 0).values.breaker?.slowAfter == .milliseconds(20))
        let many = PolicyResolver(
            Self.blueprint { $0.services[0].calls[0].policies = PolicyMergeTests.retry { $0.attempts = 10 } })
        #expect(many.call(0, of: 0).values.breaker?.volume == 11)
        #expect(many.call(0, of: 0).values.breaker?.consecutive == 12)
        #expect(many.call(0, of: 0).values.breaker?.consecutiveFor == .milliseconds(250))
        var few = BreakerSettings()
        few.window = .calls(4)
        let window = PolicyResolver(
            Self.blueprint { $0.services[0].calls[0].policies = PolicyMergeTests.block { $0.breaker = few } })
        #expect(window.call(0, of: 0).values.breaker?.volume == 4)
        let written = PolicyResolver(
            Self.blueprint { $0.services[0].calls[1].policies = PolicyMergeTests.retry { $0.cap = .seconds(9) } })
        #expect(written.call(1, of: 0).values.retry?.cap == .seconds(9))
        let wide = PolicyResolver(
            Self.blueprint { $0.services[0].calls[1].policies = PolicyMergeTests.retry { $0.base = .seconds(2) } })
        #expect(wide.call(1, of: 0).values.retry?.cap == .seconds(2))
    }

    @Test func seedWaitsGiveWayToBackoff() {
        let call = PolicyResolver(Self.blueprint(), topology: PolicyMergeTests.block { $0.profile = .seed })
            .call(0, of: 0)
        #expect(call.values.bulkhead?.wait == .milliseconds(75))
        #expect(call.values.breaker?.openMax == .seconds(300) && call.values.breaker?.window == nil)
    }

    /// A payment must not be hedged because a topology wants hedges.
    @Test func callsAreHedgedOnlyWhereItIsWrittenAtThem() {
        var topology = PoliciesBlock()
        topology.hedge = HedgeSettings()
        topology.hedge?.max = 2
        #expect(PolicyResolver(Self.blueprint(), topology: topology).call(0, of: 0).hedges == 0)
        #expect(PolicyResolver(Self.blueprint(), topology: topology).service(0).hedges == 2)
        let declared = Self.blueprint {
            $0.services[0].calls[0].policies = PolicyMergeTests.block { $0.hedge = .init() }
        }
        #expect(PolicyResolver(declared).call(0, of: 0).hedges == 1)
        #expect(PolicyResolver(declared, topology: topology).call(0, of: 0).hedges == 2)
        #expect(PolicyResolver(declared).call(1, of: 0).hedges == 0)
    }

    @Test func whatIsOffCountsForNothing() {
        let off = PolicyResolver(Self.blueprint(), topology: PolicyMergeTests.block { $0.profile = .off })
        #expect(off.call(0, of: 0).attempts == 1 && off.service(0).hedges == 0)
        #expect(PolicySwitch.allCases.allSatisfy { !off.call(0, of: 0).isOn($0) })
    }

    @Test func thePressureOfLatencyIsTheObjectives() {
        let blueprint = Self.blueprint { $0.objectives = Objectives(p99: .milliseconds(40)) }
        let cell = PolicyResolver(blueprint).cell()
        #expect(cell.values.shedding?.p95 == .milliseconds(40))
        #expect(cell.origins["shedding.adaptive.p95"] == .derived("of objectives.p99"))
    }

    /// Who waits for a group of calls by its own word is not slow within that time.
    @Test func whatAServiceWaitsForByItselfIsNotSlow() {
        func slow(_ within: TimeAmount?) -> (TimeAmount?, PolicyOrigin?) {
            let blueprint = Self.blueprint {
                $0.services[0].attemptTimeout = .milliseconds(2_500)
                $0.services[0].work = Work(wait: .init(p50: .milliseconds(1), p99: .milliseconds(10)))
                $0.services[0].parallel = [ParallelCalls(first: 0, count: 2, joinWithin: within)]
            }
            let service = PolicyResolver(blueprint).service(0)
            return (service.values.breaker?.slowAfter, service.origins["breaker.slow-after"])
        }
        #expect(slow(nil).0 == .milliseconds(1_250))
        #expect(slow(.milliseconds(500)).0 == .milliseconds(1_250))
        #expect(slow(.seconds(2)) == (.milliseconds(2_412), .derived("above join-within")))
        // Never at the limit itself.
        #expect(slow(.milliseconds(2_400)).0 == .milliseconds(2_499))
    }

    // MARK: Other releases

    /// A model that writes nothing of all this has none of it in JSON, and one of an earlier release is read.
    @Test func modelsWithoutPoliciesStayAsTheyWere() throws {
        var mesh = threeRegions()
        mesh.blueprints[0] = Self.blueprint()
        let data = try JSONEncoder().encode(mesh)
        let text = String(decoding: data, as: UTF8.self)
        for key in [
            "policies", "features", "connections", "cache", "memory", "parallel", "cacheable", "quality", "ladder",
            "program", "dynamic", "hasDefaultTimeout", "genericService", "joinWithin",
            "flags", "peak", "concurrent", "rate", "throughput",
        ] { #expect(!text.contains("\"\(key)\""), "\(key)") }
        #expect(try JSONDecoder().decode(MeshTopology.self, from: data) == mesh)
    }

    @Test func policiesSurviveJSON() throws {
        var mesh = threeRegions()
        let label = mesh.wireLabel
        mesh.policies = PolicyProfile.seed.values
        mesh.policies?.hedge?.after = .after(.milliseconds(5))
        mesh.policies?.breaker?.window = .calls(100)
        mesh.policies?.breaker?.growth = .linear
        mesh.policies?.off = [.hedge]
        mesh.flags = [FlagSetting("recommendations", isOn: false)]
        mesh.peaks = [PeakSettings(name: "sale")]
        mesh.blueprints[0].services[0].pool.dynamic = DynamicPoolSettings()
        mesh.blueprints[0].services[0].pool.dynamic?.max = 9
        let data = try JSONEncoder().encode(mesh)
        #expect(try JSONDecoder().decode(MeshTopology.self, from: data) == mesh)
        // Processes may differ in them without harm.
        #expect(mesh.wireLabel == label)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(HedgeDelay.self, from: Data("\"soon\"".utf8)) }
    }

    @Test func stepsAreCallsOrGroupsOfThem() {
        var service = Service(name: "a", calls: (1...5).map { Edge(to: $0) })
        #expect(service.steps == [.one(0), .one(1), .one(2), .one(3), .one(4)])
        let group = ParallelCalls(first: 1, count: 3, joinWithin: .milliseconds(9))
        service.parallel = [group]
        #expect(service.steps == [.one(0), .several(group), .one(4)])
    }
}
