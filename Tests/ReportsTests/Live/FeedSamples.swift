import Evacuation
import MeshBase
import Reports

/// One of each document of the feed, with a value in every member.
enum FeedSamples {
    static var state: FeedState {
        var state = FeedState(seq: 41, t: 1_772_366_400_000, cells: 2)
        let figures: [FeedField: Double] = [
            .state: 2, .process: 1, .gossip: 1, .traffic: 1, .condition: 0, .rps: 131.2, .err: 0.0002, .p50: 4.1,
            .p99: 43.97, .util: 0.71, .waiting: 3, .shed: 0, .retry: 0.05, .lag: 1.5, .age: 0,
        ]
        for (field, value) in figures { state.cells[field, 0] = FeedFigure(value, field) }
        state.cells[.state, 1] = FeedFigure(8, .state)
        state.mesh.rps = 412
        state.mesh.ok = 0.9998
        state.mesh.views = [13, 14]
        state.mesh.headline = FeedHeadline(
            word: .degraded, serving: 7, of: 8, evacuated: 3, drained: 1, why: ["shipping answers degraded"])
        state.amplification = [FeedAmplification(layer: "router", ratio: 1.02)]
        state.impact.open = true
        state.impact.since = 1_772_366_300_000
        state.impact.ended = 1_772_366_350_000
        state.impact.seen = 666
        state.impact.predicted = .init(lost: 0, degraded: 236, untouched: 764, noQuorum: 0)
        state.impact.ofThoseSeen = .init(lost: 0, degraded: 161, untouched: 505, noQuorum: 0)
        state.impact.observed = .init(lost: 0, degraded: 161, untouched: 505)
        state.impact.different = 0
        state.impact.marks = CustomerMarks.text([0, 5, 10, 15, 1], bits: 4)
        state.breakers = [
            FeedBreaker(name: "us-east-2/checkout/shipping", state: "open", since: 7, failure: 0.62, calls: 21)
        ]
        state.faults = [
            FeedFault(id: "f3", kind: "latency", targets: ["router/r1"], until: 9, hits: 1_204, what: "latency 30 ms")
        ]
        state.evacuation = .none(cohorts: 64)
        state.drill = FeedDrill(name: "kill-cell", step: "method", since: 5)
        state.halt = FeedSwitch(since: 6, text: "enough")
        state.alerts = [FeedAlert(name: "CellDown", subject: "us-east-1", since: 8, value: 1)]
        state.load = FeedLoad(rate: 400, sent: 9, ok: 8, dropped: 1, lag: 0.5)
        state.routers = [
            FeedRouter(name: "r1", state: .serving, process: .running, age: 0, rps: 412, ok: 0.9998),
            FeedRouter(name: "r2", state: .down, process: .gone),
        ]
        state.host = Vitals.Host(pressure: 0.81, steal: 0.01, latenessMilliseconds: 3.7)
        return state
    }

    static var delta: FeedDelta {
        var delta = FeedDelta(seq: 42, t: 1_772_366_401_000)
        delta.routers = [FeedRouter(name: "r1", state: .serving, process: .running, age: 0)]
        delta.cells = .init(
            i: [1], columns: [.state: [FeedFigure(1, .state)], .rps: [.unknown], .err: [FeedFigure(0.5, .err)]])
        delta.drill = Nullable(wrappedValue: nil)
        delta.load = Nullable(wrappedValue: FeedLoad(rate: 400, sent: 19, ok: 18, dropped: 1, lag: 0.25))
        return delta
    }

    static var messages: [FeedMessage] {
        let record = EventRecord(
            time: "2026-03-01T12:00:00.000Z", type: "member", action: "suspect", id: "us-east-1",
            attributes: ["by": .text("us-west-4"), "relays": .integer(3)])
        return [
            .hello(
                FeedHello(
                    mesh: "three-regions", source: .live, boot: "b00f", now: 1_772_366_400_000, period: 1_000,
                    history: 900_000)),
            .shape(
                FeedShape(
                    epoch: 1, k: 3, spread: "region", regions: ["us-east"], zones: .init(name: ["a"], at: [0]),
                    cells: .init(name: ["us-east-1", "us-east-2"], at: [0, 0], weight: [1, 2]),
                    routers: .init(name: ["r1"], at: [0]), services: ["checkout", "shipping"], edges: [[0, 1]],
                    customers: .init(count: 1_000, order: "AQA=", shards: "AAABAP//"))),
            .state(state), .delta(delta),
            .event(
                FeedEvents(
                    events: [.init(n: 7, event: record, observers: ["r1", "us-west-4"], seen: 12)], missed: 2)),
            .detail(FeedDetail(t: 1_772_366_400_000, cells: ["us-east-1": cell])),
            .bye(FeedBye(reason: "stopping")), .bye(FeedBye(reason: "the recording ended (full)", whole: true)),
        ]
    }

    static var cell: CellVitals {
        var cell = CellVitals(
            utilisation: 0.71, isStoreFull: false, filled: 1, verified: 2, damaged: 0, hints: 4, oldestHint: 250)
        cell.cell = "us-east-1"
        cell.boot = "17a"
        cell.epoch = 1
        cell.condition = .init(
            health: "degraded", level: "minor", store: "votes", why: "shipping: slow", waitingJobs: 2)
        var latency = LatencyCounts()
        for value: Int64 in [1, 1, 3, 40] { latency.record(.milliseconds(value)) }
        cell.traffic = .init(requests: 131, failed: 1, shed: 2, calls: 300, attempts: 306, latency: latency)
        cell.pools = [.init(service: "checkout", busy: 15, workers: 16, waiting: 3, calls: 130, failed: 1, refused: 2)]
        cell.gates = [
            .init(from: "checkout", to: "shipping", state: "open", sinceMilliseconds: 4_000, failure: 0.62, calls: 21)
        ]
        cell.storeWaiting = 2
        cell.loopLag = 1.5
        cell.amplification = 1.11
        cell.faults = ["f3": 1_204]
        cell.view = .init(digest: "9f", members: 14)
        cell.host = .init(pressure: 0.81, steal: 0, latenessMilliseconds: 3.7)
        return cell
    }

    static var router: RouterVitals {
        var router = RouterVitals(reached: ["us-east-1": "127.0.0.1:4001"])
        router.router = "r1"
        router.boot = "17b"
        router.epoch = 1
        router.requests = .init(total: 412, ok: 411, refused: 0, failed: 1, attempts: 420, retries: 8, shed: 0)
        router.latency = cell.traffic?.latency
        router.cells = .init(attempts: [131, 0], failed: [1, 0], p50: [4_100, nil], p99: [43_970, nil])
        router.gates = [.init(from: "r1", to: "checkout@us-east-2", state: "half-open", sinceMilliseconds: 1)]
        var impact = RouterVitals.Impact(
            phase: 2, open: true, windowMilliseconds: 12_000, lost: 0, degraded: 161, untouched: 505)
        impact.noQuorum = 0
        impact.marks = CustomerMarks.text([0, 1, 2, 3, 1], bits: 2)
        router.impact = impact
        router.impaired = [.init(name: "shipping", state: .degraded, answers: .degraded)]
        router.amplification = 1.02
        router.faults = ["f3": 0]
        router.view = cell.view
        router.host = cell.host
        return router
    }

    static var control: ControlVitals {
        ControlVitals(
            mesh: "three-regions", boot: "b00f", epoch: 1, uptimeMilliseconds: 60_000, streams: 2, told: 13, of: 14,
            view: cell.view, host: cell.host)
    }
}
