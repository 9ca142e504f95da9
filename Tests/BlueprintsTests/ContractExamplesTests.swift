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
        routing: {attempt-timeout: 1s, request-timeout: 5s, concurrent: 4096, rate: {requests: 1000, burst: 2000, per: customer}}
        routers: 1                                   # or [{name: r1, region: us-west}]; an integer spreads them
        control: {region: us-west}                   # links and partitions apply to routers and control too
        deciders: 5
        restart: never                               # or on-crash, with backoff: the only case in which liveness restarts
        membership: {profile: local}                 # lan, wan, local or every constant by name
        evacuation: {stages: [5, 25, 50, 75, 95, 100], watch: 2s, max_error_rate: 1%, headroom: 15%}
        policies:                                    # or `policies: off`
          profile: local                             # local: opens for 2 s, probes every 200 ms; seed: 60 s, 5 s
          off: [throttle]                            # by name
          order: cellmesh                            # cellmesh | seeds | orchestra
          breaker: {failure_rate: 40%}               # any policy's keys, for all gates
        flags: {offers: on}                          # initial; changed with `cellmesh flags set`
        peak:
          sale: {pools: {checkout: {workers: 150}}, memory: 6GiB, over: 10s, for: 5m, at: 2.5}
        """

    static let blueprint = """
        cell: storefront
        services:
          - name: checkout
            kind: stateless                          # stateless | cache | stateful | database
            path: hot                                # defaults of the pool: hot: no queue; cold: deep queue
            priority: high
            attempt-timeout: 1500ms                  # one attempt at this service, by routers and callers
            idempotency: key                         # key | body | required | off, or {mode: key, ttl: 24h}
            pool: {workers: 16, queue: 64, overflow: priority, age: 1s, dynamic: {min: 8, max: 32, kind: step}}
            work: {wait: {p50: 4ms, p99: 20ms}, cpu: 50us, errors: 0%}
            rate: {requests: 500}
            calls:                                   # one after the other
              - to: payment
                timeout: 300ms                       # the whole call, with all its attempts
                attempt-timeout: 80ms                # one attempt; left out: the callee's, else `timeout`
                timeouts: {connect: 20ms, adaptive: on}
                deadline: {reserve: 5ms, minimum: 10ms}
                retry: {attempts: 3, backoff: decorrelated, base: 10ms, cap: 25ms, budget: {ratio: 20%, floor: 10}}
                hedge: {after: auto, max: 1}
                breaker: {failure_rate: 50%, slow_rate: 50%, volume: 20, open: 5s}      # or {preset: database}
                bulkhead: {concurrent: 12, wait: 5ms, limit: errors}
                throttle: {k: 2, window: 10s}
                criticality: core                    # core | enhanced | luxury; core has no fallback: it answers
                failure: {timeout: try-again, limit: queue}                             # try-again, or is queued (C25)
                compensation: refund
              - parallel:                            # all at once, each with its own fallback (C29)
                  - {to: inventory, timeout: 120ms}
                  - {to: shipping, timeout: 150ms, criticality: enhanced, fallback: [cached, static]}
                  - {to: offers, timeout: 1s, criticality: luxury, fallback: [{generic: trending}, empty], join-within: 100ms}
                join-within: 500ms                   # of the group, from its begin
          - {name: payment}
          - {name: refund}
          - {name: inventory, kind: database}
          - {name: shipping}
          - name: offers
            cacheable: true                          # made once per request (C28)
            quality: {count: 20, floor: 30%}         # scaled under pressure (C23)
            ladder:                                  # the highest rung whose condition holds (C24)
              - {mode: full, work: {wait: {p50: 30ms}}}
              - {mode: popular, when: {inference: 500ms}, work: {wait: {p50: 2ms}}}
              - {mode: static, when: {cpu: 90%, memory: 85%}}
          - {name: trending}
          - name: orders
            value: {failures: 5, limit: 1000000, window: 60s, rate: 1000, value-rate: 500000, at-risk: 5000000, per: key}
          - {name: app, run: ["python3", "app.py"], ready: /healthz, ejection: {consecutive: 5}}
        features: [{name: offers, criticality: luxury, calls: [offers], revenue: 3, users: 5, strategy: 2, cost: 4}]
        connections: {oltp: {max: 10, wait: 1s}, analytics: {max: 3}}
        store: {tier: critical, durability: process, priority: critical} # process: survives kill -9; machine: fsync
        cache: {entries: 10000, ttl: 60s}
        queue: {capacity: 1000, overflow: age-limit}
        memory: 512MiB
        shedding: {critical: 100%, high: 95%, normal: 85%, low: 70%, adaptive: {cpu: 80%, memory: 85%, p95: 1s}, early: {share: 10%, hard: 30%}}
        objectives: {p99: 50ms, error_rate: 1%, throughput: 100}
        slo: {window: 5s, every: 500ms, mode: levels}                    # levels | optimise
        health:                                                          # each {interval, timeout, failures, successes}
          liveness: {interval: 2s}
          startup: {timeout: 30s}
          shallow: {interval: 1s}
          deep: {interval: 5s}
          dependency: {interval: 2s}
          synthetic: {interval: 30s, service: checkout}                  # names a service
        policies: {retry: {on: [timeout, reset]}}                        # as in a topology, for this blueprint
        """

    @Test func bothTogether() throws {
        let result = MeshFiles.load(
            yaml: Self.topology, named: "topology/three-regions.yaml",
            blueprintLoader: blueprints(["storefront.yaml": Self.blueprint]))
        #expect(result.report.ok, "\(result.rendered())")
        // What the contract shows at once is not all advisable.
        #expect(result.problems.map(\.code) == [.pinnedToOneRegion, .hedgeUnsafe, .shedBlind], "\(result.rendered())")
        #expect(result.sources.map(\.name) == ["topology/three-regions.yaml", "cells/storefront.yaml"])
        let mesh = try #require(result.topology)
        #expect(mesh.links.quality(between: "us-west", and: "us-east").latency == .milliseconds(30))
        try Self.everythingIsKept(mesh)
        #expect(load(ConfigurationRenderer.yaml(mesh)).topology == mesh)
    }

    /// The reader throws nothing away.
    static func everythingIsKept(_ mesh: MeshTopology) throws {
        let shop = mesh.blueprints[0]
        let checkout = shop.services[0]
        #expect(checkout.attemptTimeout == .milliseconds(1_500) && checkout.pool.dynamic?.max == 32)
        #expect(checkout.policies?.rate?.requests == 500)
        let payment = checkout.calls[0]
        #expect(payment.attemptTimeout == .milliseconds(80) && payment.policies?.timeouts?.adaptive == true)
        #expect(payment.policies?.deadline?.minimum == .milliseconds(10) && payment.policies?.throttle?.k == 2)
        #expect(payment.policies?.retry?.budgetRatio == 0.2 && payment.policies?.retry?.budgetFloor == 10)
        #expect(payment.policies?.hedge?.after == .auto && payment.policies?.hedge?.max == 1)
        #expect(payment.policies?.breaker?.slowRate == 0.5 && payment.policies?.breaker?.open == .seconds(5))
        #expect(payment.policies?.bulkhead?.limit == .errors && payment.policies?.failure?.limit == .queue)
        #expect(checkout.parallel == [ParallelCalls(first: 1, count: 3, joinWithin: .milliseconds(500))])
        let offers = checkout.calls[3]
        #expect(offers.fallback == [.generic, .empty] && offers.joinWithin == .milliseconds(100))
        #expect(offers.genericService.map { shop.services[$0].name } == "trending")
        let ladder = try #require(shop.services[5].ladder)
        #expect(ladder.map(\.mode) == ["full", "popular", "static"] && ladder[1].when.inference == .milliseconds(500))
        #expect(shop.services[5].cacheable == true && shop.services[5].quality?.floor == 0.3)
        #expect(shop.services[7].policies?.value?.valueRate == 500_000)
        #expect(shop.services[8].program == ProgramSettings(run: ["python3", "app.py"], ready: "/healthz"))
        #expect(shop.services[8].policies?.ejection?.consecutive == 5)
        #expect(shop.features?.first?.weights.score == 7.5 && shop.features?.first?.calls == [5])
        #expect(shop.connections?.map(\.name) == ["oltp", "analytics"] && shop.connections?[0].value.max == 10)
        #expect(shop.cache?.entries == 10_000 && shop.queue?.overflow == .ageLimit && shop.memory == 512 << 20)
        #expect(shop.policies?.shedding?.cpu == 0.8 && shop.policies?.shedding?.earlyHard == 0.3)
        #expect(shop.objectives?.throughput == 100 && shop.policies?.slo?.mode == .levels)
        #expect(shop.policies?.health?.liveness?.interval == .seconds(2))
        #expect(shop.policies?.health?.syntheticService == "checkout")
        #expect(shop.policies?.retry?.on == [.timeout, .reset])
        #expect(mesh.policies?.off == [.throttle] && mesh.policies?.breaker?.failureRate == 0.4)
        #expect(mesh.routing.concurrent == 4_096 && mesh.routing.rate?.burst == 2_000)
        #expect(mesh.flags == [FlagSetting("offers", isOn: true)])
        #expect(mesh.peaks?.first?.pools.first?.value.workers == 150 && mesh.peaks?.first?.course.at == 2.5)
    }
}
