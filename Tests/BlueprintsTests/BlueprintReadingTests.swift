import MeshBase
import Testing
import Topology

@testable import Blueprints

@Suite struct BlueprintReadingTests {
    static func check(_ yaml: String) -> MeshFilesResult { MeshFiles.load(blueprint: yaml, named: "cells/test.yaml") }

    /// A service `a` with the given keys, and a service `b`.
    static func service(_ keys: String) -> String { "cell: t\nservices: [{name: b}, {name: a, \(keys)}]" }

    @Test(arguments: [
        ("services: [{name: a}]", ["missing-key@1:1"]),
        ("cell: t", ["missing-key@1:1"]),
        ("cell: t\nservices: []", ["too-few@2:11"]),
        ("cell: t\nservices: {}", ["wrong-type@2:11"]),
        ("cell: t\nservices: [{kind: cache}]", ["missing-key@2:12"]),
        ("cell: t\nservices: [{name: a}, {name: a}]", ["duplicate-name@2:30"]),
        ("cell: t\nservices: [{name: a}]\nstore: {tier: gold}", ["unknown-word@3:15"]),
        ("cell: t\nservices: [{name: a}]\nstore: critical", ["wrong-type@3:8"]),
        ("cell: t\nservices: [{name: a}]\nstore: {tiers: {\"s/\": gold}}", ["unknown-word@3:23"]),
        ("cell: t\nservices: [{name: a}]\nstore: {tiers: [cache]}", ["wrong-type@3:16"]),
        ("cell: t\nservices: [{name: a}]\nstore: {tiers: {\"\": cache}}", ["bad-name@3:17"]),
        ("cell: t\nservices: [{name: a}]\nstore: {tiers: {a: cache, a: cache}}", ["duplicate-key@3:27"]),
        ("cell: t\nservices: [{name: a}]\nstore: {conflicts: both}", ["unknown-word@3:20"]),
        ("cell: t\nservices: [{name: a}]\nstore: {conflicts: siblings}", ["out-of-range@3:9"]),
        ("cell: t\nservices: [{name: a}]\nstore: {tier: cache, conflicts: manual}", ["out-of-range@3:22"]),
        (
            "cell: t\nservices: [{name: a}]\nstore: {tiers: {\"s/\": important}, conflicts: {\"t/\": siblings}}",
            ["out-of-range@3:35"]
        ),
        ("cell: t\nservices: [{name: a}]\nshedding: {low: 96%}", ["wrong-order@3:11"]),
        ("cell: t\nservices: [{name: a}]\ncapacity: 0", ["out-of-range@3:11"]),
        ("cell: t\nservices: [{name: a, priority: urgent}]", ["unknown-word@2:32"]),
        ("cell: t\nservices: [{name: a}]\nstore: {priority: [low]}", ["wrong-type@3:19"]),
        ("cell: t\nservices: [{name: a}]\nobjectives: {p99: 0s}", ["out-of-range@3:19"]),
        ("cell: t\nservices: [{name: a}]\nstroe: {}", ["unknown-key@3:1"]),
    ])
    func wholeBlueprints(yaml: String, expected: [String]) {
        let result = Self.check(yaml)
        #expect(codes(result) == expected, "\(result.rendered())")
        #expect(result.blueprint == nil)
    }

    @Test(arguments: [
        ("kind: queue", ["unknown-word"]), ("path: warm", ["unknown-word"]),
        ("pool: {workers: 0}", ["out-of-range"]),
        ("pool: {workers: 1}", ["pool-of-one"]), ("pool: {queue: -1}", ["out-of-range"]),
        ("pool: {overflow: drop}", ["unknown-word"]), ("work: {wait: {p99: 4ms}}", ["missing-key"]),
        ("work: {wait: {p50: 4ms, p99: 3ms}}", ["wrong-order"]), ("work: {wait: 4ms}", ["wrong-type"]),
        ("work: {errors: 101%}", ["out-of-range"]), ("work: {cpu: 11s}", ["out-of-range"]),
        ("calls: [{timeout: 1s}]", ["missing-key"]), ("calls: [{to: c, timeout: 1s}]", ["unknown-service"]),
        ("calls: [{to: a, timeout: 1s}]", ["self-call"]), ("calls: [{to: b}]", ["timeout-missing"]),
        ("calls: [{to: b, timeout: 1s, compensation: c}]", ["unknown-service"]),
        ("calls: [{to: b, timeout: 1s, compensation: a}]", ["self-call"]),
        ("calls: [{to: b, timeout: 1s, fallback: [static]}]", ["core-fallback"]),
        ("calls: [{to: b, timeout: 1s, criticality: luxury, fallback: [static, static]}]", ["duplicate-name"]),
        ("calls: [{to: b, timeout: 1s, criticality: luxury, fallback: [statik]}]", ["unknown-word"]),
        ("calls: [{to: b, timeout: 2h}]", ["out-of-range"]),
        ("calls: b", ["wrong-type"]), ("idempotency: key", []), ("idempotency: {ttl: 1h}", []),
        ("idempotency: once", ["unknown-word"]), ("idempotency: [key]", ["wrong-type"]),
        ("idempotency: {mode: off, ttl: 8d}", ["bad-duration"]), ("idempotency: {ttl: 200h}", ["out-of-range"]),
        ("idempotency: {ttl: 1ms}", ["out-of-range"]), ("idempotency: {keep: 1h}", ["unknown-key"]),
        ("idempotency: required", ["keys-unkept"]), ("idempotency: {mode: body}", ["keys-unkept"]),
    ])
    func services(keys: String, expected: [String]) {
        let result = Self.check(Self.service(keys))
        #expect(result.problems.map(\.code.rawValue) == expected, "\(result.rendered())")
    }

    @Test(arguments: [
        ("retry: {backoff: decorrelated, base: 20ms, cap: 200ms}", []),
        ("retry: {attempts: 3}", ["retry-does-not-fit"]),
        ("retry: {backoff: constant}", ["retry-without-jitter"]),
        ("retry: {attempts: 11}", ["out-of-range"]),
        ("retry: {base: 2s, cap: 1s}", ["wrong-order"]),
        ("hedge: {after: auto, max: 1}", []), ("hedge: {after: 20ms}", []),
        ("hedge: {after: soon}", ["bad-duration"]),
        ("breaker: {failure_rate: 50%, volume: 20, open: 5s}", []),
        ("breaker: {volume: 1}", ["breaker-volume"]),
        ("breaker: {failure-rate: 50%}", ["unknown-key"]),
        ("bulkhead: {concurrent: 30, wait: 50ms}", []),
        ("bulkhead: {concurrent: 0}", ["out-of-range"]),
    ])
    func policiesAreChecked(keys: String, expected: [String]) {
        let result = Self.check(Self.service("calls: [{to: b, timeout: 1s, \(keys)}]"))
        #expect(result.problems.map(\.code.rawValue) == expected, "\(result.rendered())")
    }

    @Test func whatACellMayHaveIsRead() {
        let result = Self.check(
            """
            cell: t
            services:
              - name: a
                calls:
                  - {to: b, timeout: 20ms, failure: {timeout: try-again}}
                  - {to: c, timeout: 20ms, failure: {timeout: try-again}}
              - {name: b, run: ["python3", "app.py"]}
              - {name: c, run: []}
            connections: {oltp: {max: 10, wait: 1s}, analytics: {max: 3}}
            cache: {entries: 10000, ttl: 60s}
            queue: {capacity: 1000, overflow: age-limit}
            store: {}
            health: {liveness: {interval: 10s, timeout: 1s, failures: 3}, deep: {}}
            shedding: {}
            objectives: {error_rate: 1%}
            """)
        #expect(
            codes(result) == ["too-few@8:20"], "\(result.rendered())")
    }

    @Test func prioritiesAndThresholdsAreRead() throws {
        let result = Self.check(
            """
            cell: t
            services: [{name: a, priority: high}, {name: b}]
            store: {priority: low}
            shedding: {critical: 96%, normal: 50%, low: 10%}
            capacity: 300
            """)
        #expect(codes(result) == ["shed-critical@4:22"], "\(result.rendered())")
        let blueprint = try #require(result.blueprint)
        #expect(blueprint.services.map(\.priority) == [.high, nil])
        #expect(blueprint.store?.priority == .low)
        #expect(blueprint.capacity == 300)
        #expect(blueprint.shedding == SheddingThresholds(critical: 0.96, high: 0.95, normal: 0.5, low: 0.1))
    }

    @Test func cyclesAreNamed() {
        let result = Self.check(
            """
            cell: t
            services:
              - {name: a, calls: [{to: b, timeout: 9s}]}
              - {name: b, calls: [{to: c, timeout: 3s, compensation: d}]}
              - {name: c, calls: [{to: d, timeout: 1s}]}
              - {name: d, calls: [{to: b, timeout: 1s}]}
            """)
        let cycles = result.problems.filter { $0.code == .callCycle }
        #expect(cycles.map(\.message) == ["the calls form a cycle: b -> c -> d -> b"])
        #expect(cycles.map(\.line) == [6])
    }

    @Test func aCompensationCanCloseACycle() {
        let result = Self.check(
            """
            cell: t
            services:
              - {name: a, calls: [{to: b, timeout: 9s, compensation: c}]}
              - {name: b}
              - {name: c, calls: [{to: a, timeout: 20s}]}
            """)
        #expect(result.problems.contains { $0.code == .callCycle && $0.message.hasSuffix("a -> c -> a") })
    }

    @Test func timeoutsThatCannotHold() {
        let yaml = """
            cell: t
            services:
              - {name: a, calls: [{to: b, timeout: 119ms}]}
              - {name: b, calls: [{to: c, timeout: 50ms}, {to: c, timeout: 50ms}]}
              - {name: c, work: {wait: {p50: 10ms, p99: 60ms}}}
            """
        #expect(
            codes(Self.check(yaml)) == ["timeout-hierarchy@3:40", "work-above-timeout@4:40", "work-above-timeout@4:64"])
        let long = yaml.replacing("119ms", with: "7s").replacing("60ms", with: "20ms")
        #expect(codes(load(minimal(), ["echo.yaml": long])) == ["attempt-timeout@3:12", "timeout-patience@3:40"])
    }

    @Test func coldPathsQueueDeeply() throws {
        let blueprint = try #require(
            Self.check(
                "cell: t\nservices: [{name: a, path: cold}, {name: b, path: cold, pool: {workers: 2}}, {name: c}]"
            )
            .blueprint)
        #expect(blueprint.services.map(\.pool.queue) == [1024, 1024, 0])
        #expect(blueprint.services.map(\.pool.workers) == [16, 2, 64])
    }

    @Test func aWaitWithoutItsTail() throws {
        let blueprint = try #require(Self.check(Self.service("work: {wait: {p50: 5ms}}")).blueprint)
        #expect(blueprint.services[1].work.wait == Work.Wait(p50: .milliseconds(5), p99: .milliseconds(20)))
    }
}
