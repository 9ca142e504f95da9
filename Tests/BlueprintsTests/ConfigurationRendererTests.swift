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
                    shedding: {critical: 1.0, high: 0.95, normal: 0.85, low: 0.7}

                """)
    }
}
