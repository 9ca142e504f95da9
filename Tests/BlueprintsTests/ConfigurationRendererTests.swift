import Foundation
import MeshBase
import Testing
import Topology

@testable import Blueprints

@Suite struct ConfigurationRendererTests {
    /// Nothing has its default.
    static func unusual() -> MeshTopology {
        let shop = Blueprint(
            name: "yes",
            services: [
                Service(
                    name: "a", kind: .database, path: .cold,
                    pool: Pool(workers: 3, queue: 7, overflow: .ageLimit, age: .seconds(30)),
                    work: Work(
                        wait: .init(p50: .microseconds(1_500), p99: .nanoseconds(2_000_001)), cpu: .microseconds(3),
                        errors: 0.125),
                    calls: [
                        Edge(to: 1, timeout: .milliseconds(10), compensation: 2),
                        Edge(to: 2, timeout: .milliseconds(9), criticality: .luxury, fallback: [.empty, .cached]),
                    ], priority: .high),
                Service(name: "b"), Service(name: "null"),
            ],
            store: StoreSettings(
                tier: .cache,
                tiers: [
                    .init(prefix: "a \"b\"\\", tier: .critical), .init(prefix: "true", tier: .important),
                    .init(prefix: "\u{7}é#: ", tier: .cache),
                ], durability: .machine, priority: .low,
                conflicts: ConflictSettings(prefixes: [.init(prefix: "true", handling: .manual)])),
            shedding: SheddingThresholds(critical: 0.9, high: 0.8, normal: 0.1, low: 1e-5),
            objectives: Objectives(p99: .milliseconds(50)), capacity: 321)
        var membership = MembershipSettings(profile: .wan)
        for constant in MembershipConstants.durations { membership[keyPath: constant.path] = .milliseconds(1_250) }
        for constant in MembershipConstants.counts { membership[keyPath: constant.path] = 3 }
        membership.probeTimeout = .milliseconds(700)
        return MeshTopology(
            name: "true", seed: .max,
            regions: [
                Region(name: "no", geography: "on", zones: ["y", "n"], near: ["off"]),
                Region(name: "off", geography: "z"),
            ],
            cells: [
                Cell(name: "c-9", region: 0, zone: 1, weight: 1000, blueprint: 1),
                Cell(name: "null", region: 0, zone: 0, weight: 2), Cell(name: "b", region: 1, zone: 0),
            ],
            blueprints: [Blueprint(name: "echo", services: [Service(name: "ping")]), shop],
            links: Links(
                default: .init(latency: .microseconds(500), jitter: .nanoseconds(7), loss: 0.01),
                pairs: [.init(first: "off", second: "no", quality: .init(latency: .seconds(2)))]),
            customers: Customers(
                count: 9_999_999, popularity: .zipf(exponent: 0.99), poison: 4,
                geographies: [.init(geography: "z", share: 1.0 / 3), .init(geography: "on", share: 0.2)]),
            sharding: ShardingPolicy(size: 1, spread: .zone, replacement: .onCrash),
            routing: RoutingPolicy(
                attemptTimeout: .milliseconds(300), requestTimeout: .minutes(2), bodyLimit: 65_537, connectionLimit: 9),
            routers: [Router(name: "x", region: 1), Router(name: "w", region: 0)], control: Control(region: 1),
            deciders: 1, restart: .onCrash, membership: membership,
            evacuation: EvacuationSettings(stages: [1, 100], watch: .zero, maximumErrorRate: 0, headroom: 0.5),
            tombstones: TombstoneSettings(grace: .zero, round: .milliseconds(100)),
            repair: RepairSettings(round: .seconds(7)))
    }

    /// As `unusual`, with every key of every policy in every place where it may stand.
    static func everyPolicy() -> MeshTopology {
        var mesh = unusual()
        mesh.routing.concurrent = 77
        var rate = RateSettings()
        (rate.requests, rate.per) = (0.5, .service)
        mesh.routing.rate = rate
        mesh.policies = written(.topology)
        // What it switches off cannot be written beside it.
        mesh.policies?.off = [.parallelJoin]
        mesh.flags = [FlagSetting("on", isOn: false), FlagSetting("b", isOn: true)]
        var peak = PeakSettings(name: "off")
        var size = PeakSettings.PoolSize()
        (size.workers, size.queue) = (4, 9)
        peak.pools = [.init("a", size)]
        peak.connections = [.init("no", 50)]
        peak.memory = 3 << 30
        (peak.course.over, peak.course.duration, peak.course.at) = (.seconds(1), .minutes(2), 2.5)
        mesh.peaks = [peak]
        everyPolicy(&mesh.blueprints[1])
        return mesh
    }

    private static func everyPolicy(_ shop: inout Blueprint) {
        shop.policies = written(.blueprint)
        shop.features = [FeatureSettings(name: "b", criticality: .luxury, calls: [1, 2])]
        shop.features?[0].weights.cost = 0.5
        var pool = ConnectionSettings()
        (pool.max, pool.min, pool.wait) = (40, 2, .zero)
        shop.connections = [.init("no", pool)]
        shop.cache = CacheSettings()
        shop.cache?.ttl = .seconds(7)
        shop.queue = QueueSettings()
        shop.queue?.overflow = .dropOldest
        shop.memory = 2 << 30
        shop.objectives?.throughput = 0.25
        shop.services[0].attemptTimeout = .milliseconds(13)
        shop.services[0].policies = written(.service)
        shop.services[0].cacheable = false
        shop.services[0].quality = QualitySettings()
        shop.services[0].quality?.resolution = 1_080
        shop.services[0].ladder = [
            LadderRung(mode: "full"), LadderRung(mode: "null", work: Work(cpu: .microseconds(1))),
        ]
        shop.services[0].ladder?[1].when.cacheHit = 0.5
        shop.services[0].pool.dynamic = DynamicPoolSettings()
        shop.services[0].pool.dynamic?.kind = .pid
        shop.services[1].program = ProgramSettings(run: ["x \"y\"", "-z"], ready: "/r")
        shop.services[0].calls[1].hasDefaultTimeout = true
        shop.services[0].calls[1].timeout = Edge.standardTimeout
        shop.services[0].calls.append(Edge(to: 1, timeout: .milliseconds(7)))
        shop.services[0].calls[1].attemptTimeout = .milliseconds(3)
        shop.services[0].calls[1].policies = written(.call)
        // Of a core call alone.
        shop.services[0].calls[1].policies?.failure = nil
        shop.services[0].calls[2].policies = PoliciesBlock()
        shop.services[0].calls[2].policies?.failure = written(.call).failure
        shop.services[0].calls[1].fallback = [.generic, .cached]
        shop.services[0].calls[1].genericService = 1
        shop.services[0].calls[1].joinWithin = .milliseconds(2)
        shop.services[0].parallel = [ParallelCalls(first: 1, count: 2, joinWithin: .milliseconds(6))]
    }

    /// A value for each key that the place may have.
    static func written(_ place: WrittenPlace) -> PoliciesBlock {
        var block = PoliciesBlock()
        for entry in PoliciesBlock.entries where entry.places.contains(place) {
            // What excludes another key, or turns out to be one.
            for field in entry.fields where !["breaker.decay", "retry.schedule"].contains(field.key) {
                field.write(sample(field.form), in: &block)
            }
        }
        block.breaker?.openMax = .hours(2)
        block.retry?.backoff = .proportional
        block.failure?.timeout = .tryAgain
        block.shedding?.earlyHard = 0.75
        (block.profile, block.off) = (.seed, [.peak, .flags])
        if place == .topology || place == .call { block.order = .orchestra }
        return block
    }

    private static func sample(_ form: SettingForm) -> SettingValue {
        switch form {
        case .integer(let range), .size(let range): .integer(range.upperBound)
        case .ratio(let range), .number(let range): .number((range.lowerBound + range.upperBound) / 2)
        case .duration(let range): .duration(range.upperBound)
        case .toggle: .toggle(true)
        case .words(let words): .word(words.last ?? "")
        case .name: .word("yes")
        case .list(let inner, _): .list([sample(inner)])
        case .either(_, let second): sample(second)
        }
    }

    @Test func everyPolicySurvives() throws {
        let topology = Self.everyPolicy()
        let yaml = ConfigurationRenderer.yaml(topology)
        let result = load(yaml)
        let errors = result.problems.filter { $0.severity == .error }
        #expect(errors.isEmpty, "\(errors.map { "\($0.line): \($0.message)" })")
        #expect(result.topology == topology)
        let data = try JSONEncoder().encode(topology)
        #expect(try JSONDecoder().decode(MeshTopology.self, from: data) == topology)
        let shop = topology.blueprints[1]
        #expect(MeshFiles.load(blueprint: ConfigurationRenderer.yaml(shop), named: "x").blueprint == shop)
    }

    /// What is in force stands there though nobody wrote it, and reading it again changes nothing.
    @Test func whatIsInForceIsShownForEachGate() throws {
        let yaml = """
            cell: t
            services:
              - {name: a, calls: [{to: b, timeout: 80ms, criticality: luxury, fallback: [empty], retry: {attempts: 10}}]}
              - {name: b, attempt-timeout: 40ms, policies: {off: [hedge]}}
            """
        let shown = ConfigurationRenderer.yaml(try #require(MeshFiles.load(blueprint: yaml, named: "x").blueprint))
        #expect(shown.contains("      #   attempt-timeout: 40ms"))
        #expect(shown.contains("        #   off: [hedge]"))
        #expect(shown.contains("        #   retry: {attempts: 10, cap: 40ms}"))
        #expect(shown.contains("        #   breaker: {slow-after: 20ms, volume: 11}"))
        #expect(shown.contains("        #   bulkhead: {concurrent: 16, limit: errors}"))
        #expect(!shown.contains("#   hedge: {max: 0}"))
        let off = ConfigurationRenderer.yaml(
            try #require(MeshFiles.load(blueprint: yaml + "\npolicies: off", named: "x").blueprint))
        #expect(off.contains("# in force: no policy") && !off.contains("#   retry"))
    }

    @Test func everySettingSurvives() {
        let topology = Self.unusual()
        let result = load(ConfigurationRenderer.yaml(topology))
        #expect(!result.problems.hasErrors, "\(result.rendered())")
        #expect(result.topology == topology)
    }

    @Test func everySettingSurvivesJSON() throws {
        let topology = Self.unusual()
        let data = try JSONEncoder().encode(topology)
        #expect(try JSONDecoder().decode(MeshTopology.self, from: data) == topology)
    }

    @Test func aBlueprintAlone() {
        let shop = Self.unusual().blueprints[1]
        #expect(MeshFiles.load(blueprint: ConfigurationRenderer.yaml(shop), named: "x").blueprint == shop)
    }

    @Test func theDefaultsInFull() throws {
        let mesh = try #require(load(minimal()).topology)
        #expect(
            ConfigurationRenderer.yaml(mesh) == """
                mesh: test
                seed: 42
                blueprint: echo
                regions:
                  - name: a
                    zones: [a]
                    cells:
                      - {name: a-1, zone: a, weight: 1}
                      - {name: a-2, zone: a, weight: 1}
                      - {name: a-3, zone: a, weight: 1}
                links:
                  default: {latency: 0ms, jitter: 0ms, loss: 0.0}
                customers: {count: 10, popularity: zipf(1.0), poison: 0}
                sharding: {size: 3, spread: cell, replacement: never}
                routing: {attempt-timeout: 1s, request-timeout: 5s, body-limit: 1MiB, connection-limit: 20000}
                # in force: concurrent: 4096
                routers:
                  - {name: r1, region: a}
                control: {region: a}
                restart: never
                membership: {profile: local}
                tombstones: {grace: 10m, round: 5m}
                repair: {round: 1m}
                blueprints:
                  - cell: echo
                    services:
                      - name: ping
                        path: hot
                        idempotency: {mode: key, ttl: 24h}
                        pool: {workers: 64, queue: 0, overflow: reject-new, age: 1s}
                        work: {cpu: 0ms, errors: 0.0}
                        # in force:
                        #   timeout: 5s
                        #   attempt-timeout: 1s
                        #   retry: {attempts: 3, on: [timeout, connect, reset, overloaded, limited, unavailable, \
                deadlock, failed], budget: {floor: 10}}
                        #   bulkhead: {concurrent: 256, limit: fixed}
                    shedding: {critical: 1.0, high: 0.95, normal: 0.85, low: 0.7}
                    # in force, where no service or call says otherwise:
                    #   profile: local
                    #   order: cellmesh
                    #   timeouts: {connect: 500ms, read: 1s, write: 1s, acquire: 50ms, progressive: [1, 1, 1], \
                adaptive: on, factor: 1.5, floor: 0.5, ceiling: 1}
                    #   deadline: {reserve: 5ms, minimum: 10ms}
                    #   retry: {attempts: 2, on: [timeout, connect, reset, overloaded, limited, unavailable, deadlock], \
                backoff: decorrelated, base: 20ms, cap: 200ms, multiplier: 3, budget: {kind: rate, ratio: 0.2, floor: 1}}
                    #   hedge: {after: auto, max: 1, share: 0.05}
                    #   breaker: {kind: rate, failure_rate: 0.9, slow_rate: 0.5, slow-after: 500ms, volume: 10, \
                window: 2s, consecutive: 12, consecutive-for: 250ms, open: 2s, open-max: 2s, growth: 1, jitter: 0.3, \
                probe-interval: 200ms, half-open: 3, reopen: rate, recovery: {rate: 1, successes: 5}, adaptive: on, predict: watch, \
                coordinate: on}
                    #   bulkhead: {wait: 0ms, put: 1s, pause: 1s}
                    #   throttle: {k: 2, window: 2s}
                    #   ejection: {consecutive: 5, interval: 1s, base: 2s, most: 0.1, panic: 0.5}
                    #   value: {failures: 5, limit: 1000000, window: 1m, rate: 1000, value-rate: 10000000, \
                at-risk: 5000000, per: key, required: off}
                    #   failure: {timeout: try-again, connection: try-again, limit: try-again}
                    #   shedding: {adaptive: {cpu: 0.8, memory: 0.85}, early: {share: 0, hard: 0}}
                    #   slo: {window: 5s, every: 500ms, mode: levels}
                    #   health: {startup: {interval: 200ms, timeout: 30s, failures: 3, successes: 2}, \
                liveness: {interval: 2s, timeout: 1s, failures: 3, successes: 2}, \
                readiness: {interval: 500ms, timeout: 200ms, failures: 3, successes: 2}, \
                shallow: {interval: 1s, timeout: 200ms, failures: 3, successes: 2}, \
                deep: {interval: 5s, timeout: 1s, failures: 3, successes: 2}, \
                dependency: {interval: 2s, timeout: 500ms, failures: 3, successes: 2}, \
                synthetic: {interval: 30s, timeout: 3s, failures: 3, successes: 2}}

                """)
    }
}
