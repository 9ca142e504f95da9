import Chaos
import Drills
import MeshBase
import Reports
import Testing
import Topology

@testable import Scenarios

/// A mesh that answers each order at once, second by second, in virtual time.
struct ScenarioBench {
    var run: ScenarioRun
    var now = Instant.zero
    /// Share of the requests that fail while something is in force, and always.
    var failing = 0.0
    var always = 0.0
    /// Breakers that something has left open, so that a share of the requests fails, up to a second.
    var open: (gates: [String], share: Double, until: Int)?
    var sight = ScenarioSight()
    var orders: [String] = []
    var refuses: Set<String> = []
    /// Orders to fail, by how they are written down here.
    var fails: [String: DrillOutcome] = [:]
    var applied = 1
    var hits: UInt64? = 10
    var found = ScenarioFound()
    /// What looks are answered, by their names, the last again and again; nil: with status 200. None at all: no answer.
    var answers: [String: [CallAnswer]] = [:]
    /// An event before the second of this number.
    var events: [Int: ScenarioRun.Event] = [:]
    var noise = DrillNoise()
    /// What is found at the very end to be in force still.
    var notedLate: [String] = []
    /// What came of an evacuation or a restore, by its key; it completes where nobody says.
    var moves: [Int: ScenarioMove] = [:]
    /// What stores hold when a region is to be taken back, and at the end.
    var (left, stock) = (ScenarioStock(), ScenarioStock())
    /// An evacuation that has to be refused begins.
    var attemptBegins = false
    var cut: ScenarioCut?
    /// What its actions are foretold to do.
    var harms: [Int: ScenarioHarm] = [:]
    /// Faults that somebody else has ended when they are to end, by the key of the action.
    var early: [Int: String] = [:]
    /// What is seen in a second, by its number; nil: nobody looks.
    var looks: (Int, ScenarioSight) -> ScenarioSight? = { $1 }
    var through: Set<String> = []
    /// Members that its actions end.
    var victims = ["a-1"]
    /// Actions that go on until they are stopped, by their keys; whether they are told to have failed before that is known.
    var stalls: [Int: Bool] = [:]
    private var stopped: [Int] = []
    private var force: [Int: ScenarioAction] = [:]
    private var seconds = 0

    init(_ scenario: Scenario) {
        run = ScenarioRun(
            scenario, id: "20260101-120000000-x", mesh: "m", target: nil, command: "c", wall: "2026-01-01T12:00:00Z",
            profile: .init(detection: .seconds(2), agreement: .seconds(8)), now: .zero)
        sight.isWhole = true
        sight.views = (3, 3)
        (sight.shape, sight.routers) = (
            .init(cells: ["a-1", "b-1"], customers: 4, shards: [[0], [0, 1], [1], [1]]), ["r1"]
        )
        found.isVerified = true
        found.acknowledged = 50
    }

    mutating func perform() -> DrillReport? {
        while !run.isOver, seconds < 2_400 {
            for order in run.takeOrders() { answer(order) }
            guard !run.hasOrders, !run.isOver else { continue }
            now = now + .seconds(1)
            seconds += 1
            if let event = events[seconds] { run.handle(event, now: now) }
            look()
            run.wake(now: now)
        }
        return run.finish(now: now)
    }

    mutating func report() throws -> DrillReport {
        let found = perform()
        return try #require(found)
    }

    private mutating func look() {
        var second = RunSecond()
        second.all.requests = 1_000
        let isOpen = open.map { seconds <= $0.until } ?? false
        let share = max(force.isEmpty ? 0 : failing, always, isOpen ? open?.share ?? 0 : 0)
        second.all.ok = 1_000 - UInt64(1_000 * share)
        if share > 0 { second.note(failure: isOpen ? "504 by quorum" : "503", count: second.all.failed) }
        for _ in 0..<second.all.ok { second.all.latency.record(.milliseconds(5)) }
        run.handle(.second(second), now: now)
        var sight = sight
        sight.isWhole = sight.isWhole && force.isEmpty
        if isOpen { sight.openBreakers = open?.gates ?? [] }
        for (_, id) in run.faults { if let hits { sight.hits[id] = hits } }
        sight.t = Int64(now.nanoseconds / 1_000_000)
        if let sight = looks(seconds, sight) { run.handle(.sight(sight), now: now) }
    }

    private mutating func answer(_ order: ScenarioRun.Order) {
        let word: String =
            switch order {
            case .begin(let key, let action): "begin \(key) \(action.deed.text)"
            case .end(let key): "end \(key)"
            case .announce(let title, _): "announce \(title)"
            case .ask(_, let probe): "ask \(probe.name)"
            default: "\(order)"
            }
        orders.append(word)
        if refuses.contains(word) { return run.handle(.refused("no"), now: now) }
        if let outcome = fails[word] {
            var key: Int?
            if case .begin(let at, _) = order { key = at }
            if case .end(let at) = order { key = at }
            return run.handle(.failed(key, outcome, "it broke"), now: now)
        }
        switch order {
        case .validate: run.handle(.validated("whole"), now: now)
        case .predict: run.handle(.predicted("nobody lost", actions: [:], harms: harms), now: now)
        case .announce: break
        case .startLoad: run.handle(.loadStarted("1000/s", through: through), now: now)
        case .begin(let key, let action):
            force[key] = action
            if stalls[key] != nil { return }
            if case .restore = action.deed { run.handle(.stock(left), now: now) }
            run.handle(
                .begun(key, .init(applied: applied, of: 1, fault: "f\(key)", victims: victims, detail: "in force")),
                now: now)
            switch action.deed {
            case .evacuate, .restore:
                let move = moves[key] ?? ScenarioMove(isCompleted: true)
                run.handle(.moved(key, move), now: now)
                guard move.isCompleted else { return run.handle(.failed(key, .deviated, "rolled back"), now: now) }
            case .attempt: run.handle(.attempted(key, attemptBegins), now: now)
            default: break
            }
            if !action.deed.lasts {
                if case .restore = action.deed { force = [:] }
                if case .attempt = action.deed { force[key] = nil }
                run.handle(.ended(key, "done"), now: now)
            }
        case .ask(let key, let probe):
            let left = answers[probe.name] ?? [CallAnswer(status: 200, output: "ok")]
            guard let answer = left.first else { return run.handle(.unanswered(key, "no answer"), now: now) }
            if left.count > 1 { answers[probe.name] = Array(left.dropFirst()) }
            run.handle(.answered(key, answer), now: now)
        case .end(let key):
            force[key] = nil
            if let isFirst = stalls[key] {
                if isFirst { run.handle(.failed(key, .error, "it was stopped"), now: now) }
                stopped.append(key)
                return run.handle(.ended(key, "stopped before its end"), now: now)
            }
            if let what = early[key] { return run.handle(.endedEarly(key, what), now: now) }
            run.handle(.ended(key, "over"), now: now)
        case .readBack:
            for key in stopped { run.handle(.failed(key, .error, "it was stopped"), now: now) }
            if let cut { run.handle(.cut(cut), now: now) }
            run.handle(.stock(stock), now: now)
            run.handle(.found(found, noise), now: now)
        case .tidy:
            run.noted += notedLate
            run.handle(.tidied("tidy"), now: now)
        }
    }
}
