import MeshBase
import Testing
import Topology

@testable import Blueprints

/// Keys of policies in each place: what is wrong is refused where it stands, with the nearest word.
@Suite struct PolicyReadingTests {
    /// Errors, as `code@line:column hint`.
    static func problems(_ result: MeshFilesResult) -> [String] {
        result.problems.filter { $0.severity == .error }.map { problem in
            "\(problem.code.rawValue)@\(problem.line):\(problem.column)\(problem.hint.map { " \($0)" } ?? "")"
        }
    }

    static func call(_ keys: String, _ more: String = "") -> MeshFilesResult {
        MeshFiles.load(
            blueprint: "cell: t\nservices: [{name: b}, {name: a, calls: [{to: b, timeout: 1s, criticality: luxury,\n"
                + "\(keys)}]}]\n\(more)", named: "x")
    }

    @Test(arguments: [
        ("retry: {attempts: 0}", "out-of-range@3:19"),
        ("retry: {atempts: 2}", "unknown-key@3:9 did you mean 'attempts'?"),
        ("retry: 3", "wrong-type@3:8"),
        ("retry: {on: [timeot]}", "unknown-word@3:14 did you mean 'timeout'?"),
        ("retry: {on: [reset, reset]}", "duplicate-name@3:21"),
        (
            "retry: {preset: patient}",
            "unknown-word@3:17 one of: user-facing, background, foundation, general, orchestra"
        ),
        ("retry: {budget: {ration: 1}}", "unknown-key@3:18 did you mean 'ratio'?"),
        ("retry: {budget: 20%}", "wrong-type@3:17"),
        ("retry: {base: 2s, cap: 1s}", "wrong-order@3:24"),
        ("retry: {schedule: [1s]}", ""),
        ("retry: {backoff: schedule}", "contradiction@3:18 schedule: [30m, 4h]"),
        ("retry: {schedule: [1s], backoff: linear}", "contradiction@3:19 backoff: schedule"),
        ("hedge: {after: atuo}", "unknown-word@3:16 did you mean 'auto'?"),
        ("hedge: {after: 9}", "bad-duration@3:16 add a unit: '9ms'"), ("hedge: {max: 3}", "out-of-range@3:14"),
        ("fallback: [empty], breaker: {window: 100}", ""), ("fallback: [empty], breaker: {window: 2s}", ""),
        ("fallback: [empty], breaker: {window: 2}, retry: {attempts: 1}", ""),
        ("fallback: [empty], breaker: {window: 0}", "out-of-range@3:38"),
        ("fallback: [empty], breaker: {growth: linear}", ""), ("fallback: [empty], breaker: {growth: 1.5}", ""),
        ("fallback: [empty], breaker: {growth: linea}", "unknown-word@3:38 did you mean 'linear'?"),
        ("fallback: [empty], breaker: {growth: 0.5}", "out-of-range@3:38"),
        ("fallback: [empty], breaker: {recovery: off}", ""), ("fallback: [empty], breaker: {recovery: {rate: 2}}", ""),
        ("fallback: [empty], breaker: {recovery: {rat: 2}}", "unknown-key@3:41 did you mean 'rate'?"),
        ("fallback: [empty], breaker: {recovery: maybe}", "unknown-word@3:40 one of: on, off"),
        ("fallback: [empty], breaker: {failure_rate: 101%}", "out-of-range@3:44"),
        ("fallback: [empty], breaker: {window: 2s, decay: 1m}", "contradiction@3:49 leave out one of them"),
        ("fallback: [empty], breaker: {open: 9s, open-max: 8s}", "wrong-order@3:50"),
        (
            "fallback: [empty], breaker: {window: 9, volume: 10}",
            "contradiction@3:49 a 'volume' of at most 'window'"
        ),
        ("fallback: [empty], breaker: {window: 9}", ""),
        ("fallback: [empty], breaker: {preset: databse}", "unknown-word@3:38 did you mean 'database'?"),
        ("bulkhead: {limit: fast}", "unknown-word@3:19 one of: fixed, errors, step, pid, aimd, gradient, vegas"),
        ("timeouts: {progressive: []}", "too-few@3:25"), ("timeouts: {progressive: [1, x]}", "bad-number@3:29"),
        ("timeouts: {adaptive: yes}", "unknown-word@3:22 one of: on, off"),
        ("throttle: {k: \"2\"}", "wrong-type@3:15"), ("deadline: {reserve: 2h}", "out-of-range@3:21"),
        ("failure: {timeout: stale}", "contradiction@3:1 'failure' of the service, or try-again or queue here"),
        ("failure: {limit: queue}", "contradiction@3:1 queue: {capacity: 1000}, or try-again"),
        ("failure: {timeout: try-again}", "contradiction@3:1 'fallback' here, or criticality: core"),
        ("ejection: {most: 1}", "unknown-key@3:1"), ("policies: of", "unknown-word@3:11 did you mean 'off'?"),
        ("policies: {off: [hedg]}", "unknown-word@3:18 did you mean 'hedge'?"),
        ("policies: {retry: {}}", "unknown-key@3:12 move it one level out"),
        ("policies: {off: [hedge]}, hedge: {}", "contradiction@3:27 leave out one of the two"),
        ("policies: off, hedge: {}", "contradiction@3:16 leave out one of the two"),
        ("policies: {profile: lokal}", "unknown-word@3:21 did you mean 'local'?"),
        ("policies: {order: seed}", "unknown-word@3:19 did you mean 'seeds'?"),
        ("join-within: 1s", "contradiction@3:1 'timeout' bounds a call"),
        ("fallback: [{generic: bb}]", "unknown-service@3:22 services: b"),
        ("fallback: [{generic: b, x: 1}]", "unknown-key@3:25 known keys: generic"),
    ])
    func calls(keys: String, expected: String) {
        let result = Self.call(keys)
        let found = Self.problems(result).filter { !$0.hasPrefix("fallback-needs-primary") }
        let first = found.first { expected.isEmpty || $0.hasPrefix(expected.split(separator: " ")[0]) } ?? ""
        if expected.hasPrefix("unknown-key@3:1"), !expected.contains(" ") {
            #expect(first.hasPrefix(expected), "\(result.rendered())")
        } else {
            #expect(first == expected, "\(result.rendered())")
        }
        #expect(found.count <= 1, "\(found)")
    }

    @Test(arguments: [
        ("calls: [{parallel: [{to: b, timeout: 1s}]}]", "too-few@3:20 one call stands by itself"),
        ("calls: [{parallel: b}]", "wrong-type@3:20"),
        (
            "calls: [{parallel: [{to: b, timeout: 1s}, {parallel: []}]}]",
            "contradiction@3:44 let a service make the inner calls"
        ),
        (
            "calls: [{parallel: [{to: b, timeout: 1s}, {to: b, timeout: 2s, join-within: 1s}]}]",
            "contradiction@3:64 'join-within' of the group, or criticality: enhanced"
        ),
        (
            "calls: [{parallel: [{to: b, timeout: 1s}, {to: b, timeout: 2s}], joinwithin: 1s}]",
            "unknown-key@3:66 did you mean 'join-within'?"
        ),
        ("ready: /x", "contradiction@3:1 run: [\"python3\", \"app.py\"]"),
        ("run: [x], ready: x", "bad-name@3:18 /healthz"), ("run: [x], ready: /x", ""),
        ("ladder: [{when: {}}, {mode: y}]", "missing-key@3:10"),
        ("ladder: [{mode: y}, {mode: y, when: {cpu: 9%}}]", "duplicate-name@3:21"),
        ("quality: {count: 0}", "out-of-range@3:18"), ("cacheable: 1", "unknown-word@3:12 one of: on, off"),
        ("rate: {requests: 9, per: user}", "unknown-word@3:26 one of: customer, service"),
        ("value: {limit: 0}", "out-of-range@3:16"), ("shedding: {}", "unknown-key@3:1"),
        ("pool: {dynamic: {min: 0}}", "out-of-range@3:23"), ("policies: {order: seeds}", "unknown-key@3:12"),
        ("attempt-timeout: 0s", "out-of-range@3:18"),
    ])
    func services(keys: String, expected: String) {
        let result = MeshFiles.load(blueprint: "cell: t\nservices: [{name: b}, {name: a,\n\(keys)}]", named: "x")
        let found = Self.problems(result).first ?? ""
        #expect(expected.contains(" ") || expected.isEmpty ? found == expected : found.hasPrefix(expected), "\(found)")
    }

    /// What is put off is kept in the store, by two policies: a queue without them would keep nothing.
    @Test(arguments: [
        ("queue: {}", "contradiction@3:1 store: {}, or leave 'queue' out, and 'failure: ... queue' with it"),
        ("queue: {}\nstore: {}", ""),
        ("queue: {}\nstore: {}\npolicies: {off: [queue]}", "contradiction@3:1 leave out one of the two"),
        ("queue: {}\nstore: {}\npolicies: {off: [failure]}", "contradiction@3:1 leave out one of the two"),
        ("queue: {}\nstore: {}\npolicies: {off: [hedge]}", ""),
    ])
    func queues(keys: String, expected: String) {
        let result = MeshFiles.load(blueprint: "cell: t\nservices: [{name: a}]\n\(keys)", named: "x")
        let found = Self.problems(result).filter { $0.hasPrefix("contradiction") }
        #expect(found == (expected.isEmpty ? [] : [expected]), "\(result.rendered())")
    }

    @Test(arguments: [
        ("policies: {slo: {}}", "unknown-key@3:12 move it one level out"),
        ("slo: {window: 1s, every: 2s}", "wrong-order@3:15"),
        ("slo: {window: 65s, every: 1s}", "contradiction@3:15 at most 64s"),
        ("shedding: {early: {share: 20%, hard: 10%}}", "wrong-order@3:38"),
        ("shedding: {adaptive: {cpu: 100%}}", "out-of-range@3:28"),
        ("health: {livenes: {}}", "unknown-key@3:10 did you mean 'liveness'?"),
        ("health: {deep: {service: a}}", "unknown-key@3:17"),
        ("connections: {x: {min: 3, max: 2}}", "wrong-order@3:18"),
        ("connections: {X: {}}", "bad-name@3:15"), ("memory: 1KiB", "out-of-range@3:9"),
        ("cache: {ttl: 0s}", "out-of-range@3:14"), ("queue: {overflow: last}\nstore: {}", "unknown-word@3:19"),
        ("features: {}", "wrong-type@3:11"), ("features: [{}]", "missing-key@3:12"),
        ("features: [{name: a}, {name: a}]", "duplicate-name@3:23"),
        ("features: [{name: a, cost: 0}]", "out-of-range@3:28"),
        ("features: [{name: aa}]", "feature-unknown-call@3:19 services: a"),
        ("policies: {off: [retry], retry: {attempts: 2}}", "contradiction@3:26 leave out one of the two"),
        ("objectives: {throughput: 0}", "out-of-range@3:26"),
        ("policies: {failure: {connection: queue}}", "contradiction@3:12 queue: {capacity: 1000}, or try-again"),
    ])
    func cells(keys: String, expected: String) {
        let result = MeshFiles.load(blueprint: "cell: t\nservices: [{name: a}]\n\(keys)", named: "x")
        let found = Self.problems(result).first ?? ""
        #expect(expected.contains(" ") ? found == expected : found.hasPrefix(expected), "\(found)")
    }

    @Test(arguments: [
        ("policies: seeed", "unknown-word@8:11 did you mean 'seed'?"),
        ("policies: {profil: seed}", "unknown-key@8:12 did you mean 'profile'?"),
        ("policies: {off: [retry], retry: {}}", "contradiction@8:26 leave out one of the two"),
        ("policies: {health: {startup: {timeout: 0s}}}", "out-of-range@8:40"),
        ("flags: {x: maybe}", "unknown-word@8:12 one of: on, off"),
        ("flags: {pong: off}", "flag-unknown@8:9"), ("peak: {sale: {}}", "missing-key@8:14 for how long: for: 1h"),
        ("peak: {sale: {for: 1h, pools: {pin: {}}}}", "unknown-service@8:32 did you mean 'ping'?"),
        ("peak: {sale: {for: 1h, connections: {x: 9}}}", "unknown-word@8:38"),
        ("peak: {sale: {for: 1h, at: 1}}", "out-of-range@8:28"),
        ("policies: {off: [peak]}\npeak: {sale: {for: 1h}}", "contradiction@9:8 leave out one of the two"),
        ("peak: {sale: {for: 1h}}\npolicies: off", "contradiction@8:8 leave out one of the two"),
        ("policies: {off: [flags]}\nflags: {pong: off}", "contradiction@9:9 leave out one of the two"),
        ("routing: {rate: {burst: 9}}", "missing-key@8:17"), ("routing: {concurrent: 0}", "out-of-range@8:23"),
    ])
    func topologies(keys: String, expected: String) {
        let found = Self.problems(load(minimal() + "\n" + keys)).first ?? ""
        #expect(expected.contains(" ") ? found == expected : found.hasPrefix(expected), "\(found)")
    }

    /// What is declared with nothing in it is declared all the same.
    @Test func anEmptyPolicyIsKept() throws {
        let blueprint = try #require(Self.call("hedge: {}").blueprint)
        #expect(blueprint.services[1].calls[0].policies?.hedge == HedgeSettings())
        #expect(PolicyResolver(blueprint).call(0, of: 1).hedges == 1)
    }

    @Test func theDefaultProfileIsAsGoodAsLeftOut() throws {
        let mesh = try #require(load(minimal() + "\npolicies: {profile: local, order: cellmesh, off: []}").topology)
        #expect(mesh.policies == nil)
        let seed = try #require(load(minimal() + "\npolicies: seed").topology)
        #expect(seed.policies?.profile == .seed)
        #expect(seed.policies(ofBlueprint: 0).service(0).values.breaker?.open == .seconds(60))
    }

    @Test func aProgramKnowsFlagsOfItsOwn() {
        let blueprint = "cell: echo\nservices: [{name: ping, run: [x]}]"
        let result = load(minimal() + "\nflags: {anything: off}", ["echo.yaml": blueprint])
        #expect(!result.problems.hasErrors, "\(result.rendered())")
    }

    @Test func manyCallsInGroupsAreCounted() {
        let group = "{parallel: [\((1...11).map { "{to: b, timeout: \($0)s}" }.joined(separator: ", "))]}"
        let yaml = "cell: t\nservices: [{name: b}, {name: a, calls: [\(group), \(group), \(group)]}]"
        let result = MeshFiles.load(blueprint: yaml, named: "x")
        #expect(result.problems.contains { $0.code == .tooMany && $0.message.contains("33 calls") })
    }
}
