import Testing
import Topology

@testable import Blueprints

/// Each lint fires on what it is about, where it stands, and is quiet on the nearest thing that is sound.
@Suite struct LintTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var code: ProblemCode
        /// Without the mark.
        var bad: String
        /// Line and column of `§`, where the problem stands.
        var place: String
        var good: String
        /// A topology that uses the blueprint; nil: the blueprint by itself.
        var mesh: String?
        var goodMesh: String?
        var testDescription: String { code.rawValue }

        init(
            _ code: ProblemCode, _ bad: String, good: String, mesh: String? = nil, goodMesh: String? = nil
        ) {
            self.code = code
            self.bad = bad.replacing("§", with: "")
            self.good = good
            self.mesh = mesh?.replacing("§", with: "")
            self.goodMesh = goodMesh
            let marked = bad.contains("§") ? bad : mesh ?? ""
            let before = marked.split(separator: "§", omittingEmptySubsequences: false)[0]
            let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
            place = "\(lines.count):\((lines.last?.unicodeScalars.count ?? 0) + 1)"
        }
    }

    /// A blueprint in which `a` makes one call to `b`.
    static func call(_ keys: String, b: String = "") -> String {
        "cell: t\nservices:\n  - name: a\n    calls:\n      - {to: b, \(keys)}\n  - {name: b\(b.isEmpty ? "" : ", ")\(b)}"
    }

    static func service(_ keys: String) -> String { "cell: t\nservices:\n  - {name: a, \(keys)}" }

    static func mesh(_ keys: String) -> String { minimal() + "\n" + keys }

    static func problems(_ blueprint: String, _ mesh: String?) -> MeshFilesResult {
        guard let mesh else { return MeshFiles.load(blueprint: blueprint, named: "cells/t.yaml") }
        return load(mesh.replacing("blueprint: echo.yaml", with: "blueprint: t.yaml"), ["t.yaml": blueprint])
    }

    @Test(arguments: Self.all) func firesAndIsQuiet(_ lint: Case) throws {
        let bad = Self.problems(lint.bad, lint.mesh)
        let found = bad.problems.filter { $0.code == lint.code }
        #expect(found.map { "\($0.line):\($0.column)" } == [lint.place], "\(bad.rendered())")
        let problem = try #require(found.first)
        #expect(problem.message.count > 20)
        // Each says what to do.
        #expect(problem.hint != nil)
        let good = Self.problems(lint.good, lint.goodMesh ?? lint.mesh)
        #expect(!good.problems.contains { $0.code == lint.code }, "\(good.rendered())")
        let others = good.problems.filter { $0.severity == .error }
        #expect(others.isEmpty, "\(good.rendered())")
    }

    /// Every code of policies has its pair.
    @Test func everyLintIsTried() {
        let tried = Set(Self.all.map(\.code))
        let elsewhere: Set<ProblemCode> = [
            // Tried where files and keys are.
            .quorumOfTwo, .pinnedToOneRegion, .evenDeciders, .jitterAboveLatency, .keysUnkept,
            .tooManyProblems, .requestTimeout, .poolOfOne, .shedCritical, .timeoutMissing, .workAboveTimeout,
        ]
        let codes = ProblemCode.allCases
        let first = codes.firstIndex(of: .tooManyProblems) ?? 0
        let warnings = Set(codes[first...])
        #expect(warnings.subtracting(tried).subtracting(elsewhere).isEmpty)
        let errors: Set<ProblemCode> = [.fallbackNeedsPrimary, .featuresAbove64, .featureUnknownCall, .flagUnknown]
        #expect(errors.isSubset(of: tried))
    }

    static let all = timeouts + limits + retries + breakers + pools + degradation

    static let timeouts = [
        Case(
            .timeoutHierarchy,
            "cell: t\nservices:\n  - {name: a, calls: [{to: b, timeout: §118ms}]}\n"
                + "  - {name: b, calls: [{to: c, timeout: 50ms}, {to: c, timeout: 49ms}]}\n  - {name: c}",
            good: "cell: t\nservices:\n  - {name: a, calls: [{to: b, timeout: 61ms}]}\n"
                + "  - {name: b, calls: [{parallel: [{to: c, timeout: 50ms}, {to: c, timeout: 49ms}]}]}\n  - {name: c}"),
        Case(.timeoutPatience, call("timeout: §31s"), good: call("timeout: 30s")),
        Case(
            .connectAboveRead, call("timeout: 1s, timeouts: {connect: §2s}"),
            good: call("timeout: 1s, timeouts: {connect: 2s, read: 2s}")),
        Case(
            .timeoutsEqual,
            "cell: t\nservices:\n  - {name: a, calls: [{to: b, timeout: §1s}, {to: b, timeout: 1s}, "
                + "{to: b, timeout: 1s}]}\n  - {name: b}",
            good: "cell: t\nservices:\n  - {name: a, calls: [{to: b, timeout: 1s}, {to: b, timeout: 1s}, "
                + "{to: b, timeout: 2s}]}\n  - {name: b}"),
        Case(
            .attemptTimeout, call("timeout: 2s").replacing("name: a", with: "name: §a"),
            good: service("attempt-timeout: 1s"), mesh: minimal()),
        Case(
            .retryDoesNotFit,
            call("timeout: 300ms, attempt-timeout: 90ms, retry: {attempts: §3, base: 1ms, cap: 20ms}"),
            good: call("timeout: 300ms, attempt-timeout: 80ms, retry: {attempts: 3, base: 1ms, cap: 20ms}")),
        Case(
            .adaptiveAboveParent, call("timeout: 300ms, attempt-timeout: 200ms, timeouts: {ceiling: §2}"),
            good: call("timeout: 300ms, attempt-timeout: 100ms, timeouts: {ceiling: 2}")),
        Case(
            .deadlineTooShort, call("timeout: §100ms, deadline: {reserve: 50ms, minimum: 51ms}"),
            good: call("timeout: 100ms, deadline: {reserve: 50ms, minimum: 50ms}")),
        Case(
            .joinAboveTimeout,
            "cell: t\nservices:\n  - name: a\n    calls:\n      - parallel: [{to: b, timeout: 1s}, {to: c, timeout: 2s}]\n"
                + "        join-within: §3s\n  - {name: b}\n  - {name: c}",
            good: "cell: t\nservices:\n  - name: a\n    calls:\n      - parallel: [{to: b, timeout: 1s}, "
                + "{to: c, timeout: 2s}]\n        join-within: 1500ms\n  - {name: b}\n  - {name: c}"),
    ]

    static let retries = [
        Case(
            .retryClientErrors, call("timeout: 1s, retry: {on: [timeout, §404]}"),
            good: call("timeout: 1s, retry: {on: [timeout, failed]}")),
        Case(
            .retryTooMany, service("retry: {attempts: §6}"), good: service("retry: {attempts: 5}")),
        Case(
            .retryUnsafe, call("timeout: 1s, §retry: {attempts: 2}", b: "idempotency: off"),
            good: call("timeout: 1s, retry: {attempts: 2, on: [connect]}", b: "idempotency: off")),
        Case(
            .retryWithoutJitter, call("timeout: 1s, retry: {backoff: §constant}"),
            good: call("timeout: 1s, retry: {backoff: proportional}")),
        Case(
            .retryWithoutJitter, call("timeout: 1s, retry: {base: 9ms, cap: §9ms}"),
            good: call("timeout: 1s, retry: {base: 9ms, cap: 10ms}")),
        Case(
            .retryWithoutBackoff, call("timeout: 1s, retry: {base: §0ms}"),
            good: call("timeout: 1s, retry: {base: 1ms}")),
        Case(
            .retryCapAboveTimeout, call("timeout: 1s, retry: {cap: §2s}"),
            good: call("timeout: 1s, retry: {cap: 500ms}")),
        Case(
            .amplification, deep(4, last: "§retry: {attempts: 3, budget: {ratio: 30%}}"),
            good: deep(4, last: "retry: {attempts: 3, budget: {ratio: 20%}}")),
        Case(
            .budgetZero, call("timeout: 1s, retry: {budget: {ratio: §0%, floor: 0}}"),
            good: call("timeout: 1s, retry: {budget: {ratio: 0%, floor: 1}}")),
        Case(
            .hedgeUnsafe, call("timeout: 1s, §hedge: {}", b: "idempotency: off"),
            good: call("timeout: 1s, hedge: {}")),
        Case(
            .hedgeTimesRetry, call("timeout: 1s, hedge: {max: 2}, retry: {attempts: §3}"),
            good: call("timeout: 1s, hedge: {max: 1}, retry: {attempts: 4}")),
        Case(
            .orderSeedsWithHedge, call("timeout: 1s, §hedge: {}, policies: {order: seeds}"),
            good: call("timeout: 1s, policies: {order: seeds}")),
    ]

    /// So many layers of calls below a router, the last one with keys of its own.
    static func deep(_ layers: Int, last: String) -> String {
        var lines = ["cell: t", "services:"]
        for layer in 0..<layers {
            let keys = layer == layers - 1 ? "timeout: 1s, \(last)" : "timeout: \(20 - layer)s"
            lines.append("  - {name: s\(layer), calls: [{to: s\(layer + 1), \(keys)}]}")
        }
        return (lines + ["  - {name: s\(layers)}"]).joined(separator: "\n")
            .replacing("to: s\(layers), timeout: 1s, ", with: "\n        to: s\(layers), timeout: 1s, ")
    }

    static let breakers = [
        Case(
            .breakerVolume, service("breaker: {consecutive: §1}"), good: service("breaker: {consecutive: 4}")),
        Case(
            .breakerBelowAttempts, call("timeout: 1s, breaker: {volume: §3}, retry: {attempts: 3}"),
            good: call("timeout: 1s, breaker: {volume: 4}, retry: {attempts: 3}")),
        // Who names a preset means its values: 3 in a row.
        Case(
            .breakerBelowAttempts, call("timeout: 1s, §breaker: {preset: sensitive}, retry: {attempts: 3}"),
            good: call("timeout: 1s, breaker: {preset: standard}, retry: {attempts: 3}")),
        Case(
            .breakerTooLow, service("breaker: {failure_rate: §4%}"),
            good: service("breaker: {preset: storage}")),
        Case(
            .breakerWithoutFallback, call("timeout: 1s, criticality: luxury, §breaker: {}"),
            good: call("timeout: 1s, criticality: luxury, breaker: {}, fallback: [empty]")),
        Case(
            .adaptiveWithoutVolume, service("breaker: {kind: spc, volume: §4}"),
            good: service("breaker: {kind: spc, volume: 5}")),
        Case(
            .predictOpenWithoutFallback, call("timeout: 1s, breaker: {predict: §open}"),
            good: call("timeout: 1s, breaker: {predict: watch}")),
        Case(
            .valueRateAboveLimit, service("value: {value-rate: 100, limit: §100}"),
            good: service("value: {value-rate: 99, limit: 100}")),
    ]

    static let pools = [
        Case(
            .poolMixed,
            "cell: t\nservices:\n  - {name: a, priority: critical, calls: [{to: c, timeout: 1s}]}\n"
                + "  - {name: b, priority: low, calls: [{to: c, timeout: 2s}]}\n  - {name: c, pool: {workers: §9, queue: 9}}",
            good: "cell: t\nservices:\n  - {name: a, priority: critical, calls: [{to: c, timeout: 1s}]}\n"
                + "  - {name: b, priority: low, calls: [{to: c, timeout: 2s}]}\n"
                + "  - {name: c, pool: {workers: 9, queue: 9, overflow: priority}}"),
        Case(.poolsTooMany, many(17, workers: 1).replacing("cell: t", with: "cell: §t"), good: many(17, workers: 2)),
        Case(
            .poolUndersized,
            service("pool: {workers: §4}, work: {cpu: 10ms}") + "\nobjectives: {throughput: 310}",
            good: service("pool: {workers: 4}, work: {cpu: 10ms}") + "\nobjectives: {throughput: 300}"),
        Case(
            .dynamicBounds, service("pool: {workers: 4, §dynamic: {min: 5, max: 9}}"),
            good: service("pool: {workers: 4, dynamic: {min: 4, max: 9}}")),
        Case(
            .bulkheadOfOne, call("timeout: 1s, bulkhead: {concurrent: §1}"),
            good: call("timeout: 1s, bulkhead: {concurrent: 2}")),
        Case(.bulkheadShared, shared(9, 8).replacing("concurrent: 9", with: "concurrent: §9"), good: shared(8, 8)),
        Case(
            .allocationAboveTotal, shared(7, 6, workers: 11).replacing("concurrent: 6", with: "concurrent: §6"),
            good: shared(6, 5, workers: 11)),
        Case(
            .waitAboveBackoff, call("timeout: 1s, bulkhead: {wait: §11ms}, retry: {base: 1ms, cap: 40ms}"),
            good: call("timeout: 1s, bulkhead: {wait: 10ms}, retry: {base: 1ms, cap: 40ms}")),
        Case(
            .limitFloor, call("timeout: 1s, bulkhead: {concurrent: §3, limit: vegas}"),
            good: call("timeout: 1s, bulkhead: {concurrent: 3, limit: fixed}")),
        Case(
            .queueWithoutOverflow, service("pool: {queue: §1001}"),
            good: service("pool: {queue: 1001, overflow: reject-new}")),
        Case(
            .queueAboveDeadline, call("timeout: 900ms, bulkhead: {queue: §9}"),
            good: call("timeout: 900ms, bulkhead: {queue: 9, put: 100ms}")),
        Case(
            .poolShared, service("connection: db") + "\nconnections: {db: {max: 9}}",
            good: service("connection: db") + "\nconnections: {db: {max: 9}}",
            mesh: mesh("shared: {connections: {§db: 90}}"), goodMesh: minimal()),
        Case(
            .peakSmaller, service("pool: {workers: 9}"), good: service("pool: {workers: 9}"),
            mesh: mesh("peak: {sale: {for: 1h, pools: {§a: {workers: 8}}}}"),
            goodMesh: mesh("peak: {sale: {for: 1h, pools: {a: {workers: 10}}}}")),
        Case(
            .peakAllocation, service("pool: {workers: 9}") + "\nmemory: 1GiB",
            good: service("pool: {workers: 9}") + "\nmemory: 1GiB",
            mesh: mesh("peak: {§sale: {for: 1h, pools: {a: {workers: 18}}}}"),
            goodMesh: mesh("peak: {sale: {for: 1h, pools: {a: {workers: 18}}, memory: 2GiB}}")),
        Case(
            .writtenOff, service("§breaker: {volume: 9}") + "\npolicies: {off: [breaker]}",
            good: service("breaker: {volume: 9}") + "\npolicies: {off: [retry]}"),
    ]

    static func many(_ count: Int, workers: Int) -> String {
        "cell: t\nservices:\n"
            + (1...count).map { "  - {name: s\($0), pool: {workers: \(workers)}}" }.joined(separator: "\n")
    }

    /// Two callers of one pool, each with a bulkhead of its own.
    static func shared(_ first: Int, _ second: Int, workers: Int = 9) -> String {
        "cell: t\nservices:\n"
            + "  - {name: a, calls: [{to: c, timeout: 1s, bulkhead: {concurrent: \(first)}}]}\n"
            + "  - {name: b, calls: [{to: c, timeout: 2s, bulkhead: {concurrent: \(second)}}]}\n"
            + "  - {name: c, pool: {workers: \(workers), queue: \(workers == 9 ? 99 : 0)}}"
    }

    static let degradation = [
        Case(
            .shedBlind, "\(service("kind: cache"))\nshedding: {early: {share: §10%}}",
            good: "\(service("kind: cache"))\nshedding: {adaptive: {cpu: 50%}}"),
        Case(
            .sloWithoutFeatures, "\(service("kind: cache"))\n§slo: {mode: levels}",
            good: call("timeout: 1s, criticality: luxury") + "\nslo: {mode: levels}"),
        Case(
            .ladderOrder, service("ladder: [{mode: x}, §{mode: y}, {mode: z, when: {cpu: 50%}}]"),
            good: service("ladder: [{mode: x}, {mode: y, when: {db: 9ms}}, {mode: z, when: {cpu: 50%}}]")),
        Case(
            .ladderOrder,
            service("ladder: [{mode: x}, {mode: y, when: {cpu: 90%}}, §{mode: z, when: {cpu: 80%}}]"),
            good: service("ladder: [{mode: x}, {mode: y, when: {cpu: 80%}}, {mode: z, when: {cpu: 90%}}]")),
        Case(
            .ladderWithoutLast, service("ladder: [{mode: x}, §{mode: y, when: {db: 1s}}]"),
            good: service("ladder: [{mode: x}, {mode: y, when: {memory: 80%}}]")),
        Case(
            .queueWithoutIdempotency, service("idempotency: off, §failure: {limit: queue}") + "\nqueue: {}\nstore: {}",
            good: service("failure: {limit: queue}") + "\nqueue: {}\nstore: {}"),
        Case(
            .cacheableWithCompensation, call("timeout: 1s, compensation: c", b: "cacheable: §on}\n  - {name: c"),
            good: call("timeout: 1s, compensation: c", b: "cacheable: off}\n  - {name: c")),
        Case(
            .probeInterval, "\(service("kind: cache"))\nhealth: {deep: {interval: §1s, timeout: 2s}}",
            good: "\(service("kind: cache"))\nhealth: {deep: {interval: 2s}, startup: {interval: 1s, timeout: 9s}}"),
        Case(
            .fallbackNeedsPrimary, call("timeout: 1s, criticality: luxury, fallback: [{generic: §b}]"),
            good: call("timeout: 1s, criticality: luxury, fallback: [{generic: c}]", b: "kind: cache}\n  - {name: c")),
        Case(
            .featuresAbove64, service("kind: cache") + "\nfeatures: §[" + features(65) + "]",
            good: service("kind: cache") + "\nfeatures: [" + features(64) + "]"),
        Case(
            .featureUnknownCall, call("timeout: 1s") + "\nfeatures: [{name: x, calls: [§bb]}]",
            good: call("timeout: 1s") + "\nfeatures: [{name: x, calls: [b]}]"),
        Case(
            .flagUnknown, call("timeout: 1s, criticality: luxury"),
            good: call("timeout: 1s, criticality: luxury"), mesh: mesh("flags: {§bb: off}"),
            goodMesh: mesh("flags: {b: off}")),
    ]

    static func features(_ count: Int) -> String {
        (1...count).map { "{name: f\($0), calls: [a]}" }.joined(separator: ", ")
    }
}
