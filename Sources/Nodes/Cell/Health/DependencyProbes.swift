import MeshBase
import Resilience

/// One probe for each call from service to service of a cell: whether the callee takes work. As many as the blueprint has
/// calls; they ask within the cell, so all are made in one look.
struct DependencyProbes: Sendable {
    private var probes: [Probe] = []
    /// How many there are, made or not.
    let count: Int
    /// When the next is due.
    private(set) var nextDue = Instant.distantFuture
    /// Those that are down.
    private(set) var down = 0

    init(_ count: Int) { self.count = count }

    mutating func begin(_ settings: ProbeSettings, now: Instant) {
        probes = (0..<count).map { _ in Probe(.dependency, settings: settings, now: now, due: now + settings.every) }
        down = 0
        schedule()
    }

    mutating func stop() {
        probes = []
        nextDue = .distantFuture
    }

    /// The next that is due, by its gate.
    mutating func begins(now: Instant) -> Int? {
        guard now >= nextDue else { return nil }
        return probes.firstIndex { $0.due.map { $0 <= now } ?? false }
    }

    /// Makes one that is due.
    ///
    /// - Returns: whether it is up, if that has changed and is no matter of course.
    mutating func ended(_ gate: Int, isGood: Bool, now: Instant) -> Bool? {
        guard probes.indices.contains(gate), let token = probes[gate].begin(now: now) else { return nil }
        let before = probes[gate].verdict
        let verdict = probes[gate].ended(token, isGood: isGood, now: now)
        schedule()
        switch verdict {
        case .down:
            down += 1
            return false
        case .up where before == .down:
            down -= 1
            return true
        default: return nil
        }
    }

    private mutating func schedule() {
        nextDue = probes.reduce(.distantFuture) { min($0, $1.due ?? .distantFuture) }
    }

    /// The gates whose callees are down.
    var downGates: [Int] { probes.indices.filter { probes[$0].verdict == .down } }

    /// All of them as one line of a report; nil without any.
    var sum: CellHealthReport.Probe? {
        guard !probes.isEmpty else { return nil }
        let verdict: Probe.Verdict =
            down > 0 ? .down : probes.contains { $0.verdict == .unknown } ? .unknown : .up
        return .init(
            kind: .dependency, verdict: verdict, good: probes.reduce(0) { $0 + $1.history.good },
            count: probes.reduce(0) { $0 + $1.history.count })
    }
}
