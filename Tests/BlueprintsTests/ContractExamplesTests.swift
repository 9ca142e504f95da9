import Testing
import Topology

@testable import Blueprints

/// The examples of docs/files.md, with every key at once.
@Suite struct ContractExamplesTests {
    static let topology = """
        mesh: three-regions
        seed: 42
        blueprint: ../cells/storefront.yaml         # or per region / per cell
        regions:
          - {name: us-east, geography: us, zones: [a, b], cells: 4, near: [us-west]}
          - {name: us-west, geography: us, zones: [a, b], cells: 4}
          - {name: eu-west, geography: eu, zones: [a, b], cells: 4}
        links:                                       # emulated in the socket layer
          default: {latency: 500us}
          us-east/us-west: {latency: 30ms, jitter: 3ms}
        customers: {count: 1000, popularity: zipf(1.0), poison: 0, geographies: {eu: 10%}}
        sharding: {size: 3, spread: region}
        routers: 1                                   # or [{name: r1, region: us-west}]; an integer spreads them
        control: {region: us-west}                   # links and partitions apply to routers and control too
        deciders: 5
        restart: never                               # or on-crash, with backoff
        membership: {profile: local}                 # lan, wan, local or every constant by name
        evacuation: {stages: [5, 25, 50, 75, 95, 100], watch: 2s, max_error_rate: 1%, headroom: 15%}
        """

    static let blueprint = """
        cell: storefront
        services:
          - name: checkout
            kind: stateless                          # stateless | cache | stateful | database
            path: hot                                # defaults of the pool: hot: no queue; cold: deep queue
            pool: {workers: 16, queue: 64, overflow: priority}
            work: {wait: {p50: 4ms, p99: 20ms}, cpu: 50us, errors: 0%}
            calls:
              - to: payment
                timeout: 300ms
                retry: {attempts: 3, backoff: decorrelated, base: 20ms, cap: 200ms}
                hedge: {after: auto, max: 1}
                breaker: {failure_rate: 50%, volume: 20, open: 5s}
                bulkhead: {concurrent: 30, wait: 50ms}
                criticality: core                    # core | enhanced | luxury; core has no fallback: it answers
              - to: shipping                         # try-again, or is queued (C25)
                timeout: 150ms
                fallback: [cached, static]
                criticality: enhanced
          - name: payment
          - name: shipping
        connections: {oltp: {max: 10, wait: 1s}, analytics: {max: 3}}
        store: {tier: critical, durability: process} # process: survives kill -9; machine: fsync
        cache: {entries: 10000, ttl: 60s}
        queue: {capacity: 1000, overflow: age-limit}
        shedding: {critical: 100%, high: 95%, normal: 85%, low: 70%}
        objectives: {p99: 50ms, error_rate: 1%}
        health: {readiness: {interval: 10s, timeout: 1s}}
        """

    @Test func bothTogether() throws {
        let result = MeshFiles.load(
            yaml: Self.topology, named: "topology/three-regions.yaml",
            blueprintLoader: blueprints(["storefront.yaml": Self.blueprint]))
        #expect(result.report.ok, "\(result.rendered())")
        let inForce = result.problems.filter { $0.code != .notInForce }
        #expect(inForce.map(\.code) == [.pinnedToOneRegion])
        #expect(
            result.problems.filter { $0.code == .notInForce }.compactMap { $0.message.split(separator: "'").first }
                == [
                    "near", "retry", "hedge", "breaker", "bulkhead", "connections",
                    "cache", "queue", "objectives", "health",
                ])
        #expect(result.sources.map(\.name) == ["topology/three-regions.yaml", "cells/storefront.yaml"])
        let mesh = try #require(result.topology)
        #expect(mesh.links.quality(between: "us-west", and: "us-east").latency == .milliseconds(30))
        #expect(mesh.blueprints[0].services[0].calls[1].fallback == [.cached, .static])
        #expect(load(ConfigurationRenderer.yaml(mesh)).topology == mesh)
    }

    static let scenario = """
        title: A region is lost
        description: All cells of one region are killed at once.
        steady-state-hypothesis:
          title: Customers are served
          probes:
            - {type: probe, name: served, tolerance: true, provider: {type: http, url: "http://127.0.0.1/readyz"}}
        method:
          - {type: action, name: kill, provider: {kill: region/us-east}}
          - {type: action, name: slow, provider: {fault: latency}, startAfter: 2s, for: 20s}
        rollbacks:
          - {type: action, name: restart, provider: {restart: region/us-east}}
        load: {rate: 500, duration: 30s, customers: 1000, mix: {reads: 60%, writes: 40%}}
        objectives: ["p99<50ms", "error_rate<1%"]
        schedule: ["09:00-17:00 mon-fri"]
        seed: 7
        """

    @Test func aScenarioIsCheckedOnly() {
        let result = MeshFiles.load(scenario: Self.scenario, named: "scenarios/x.yaml")
        #expect(codes(result) == ["not-in-force@1:1"])
        let bad = Self.scenario.replacing("startAfter: 2s", with: "startAftr: 2").replacing(
            "type: probe", with: "type: prob")
        #expect(
            codes(MeshFiles.load(scenario: bad, named: "scenarios/x.yaml")) == [
                "not-in-force@1:1", "unknown-word@6:14", "unknown-key@9:60",
            ])
        #expect(
            codes(MeshFiles.load(scenario: "title: x", named: "x")) == ["not-in-force@1:1", "missing-key@1:1"].sorted())
    }
}
