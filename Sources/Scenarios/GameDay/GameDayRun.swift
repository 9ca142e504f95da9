import Drills
import MeshBase
import Reports

/// One run of a game day: what is to be done next, and what came of all. It does nothing itself: whoever drives it carries out
/// its orders and tells how each drill ended.
package struct GameDayRun: Sendable {
    /// What is to be done now.
    package enum Order: Sendable, Equatable {
        /// It is announced until then.
        case announce(until: Instant)
        /// The drill of this place is run: `ended` or `refused`.
        case run(Int)
        /// Nothing is done until then, after the drill of this place.
        case rest(Int, until: Instant)
    }

    package let day: GameDay
    /// So far; whole once `finish` was called.
    package private(set) var report: GameDayReport
    private let began: Instant
    private var place = 0
    private var order: Order?
    private var drillBegan = Instant.zero
    private var isOver: Bool { order == nil }

    /// - Parameters:
    ///   - id: under which its report is kept.
    ///   - wall: when it began, RFC 3339.
    package init(_ day: GameDay, id: String, mesh: String, wall: String, now: Instant) {
        self.day = day
        began = now
        report = GameDayReport(id: id, name: day.name, title: day.title, mesh: mesh, began: wall)
        if day.announce > .zero { order = .announce(until: now + day.announce) } else { begin(now) }
    }

    /// What is to be done now; nil once it is over.
    package mutating func next(now: Instant) -> Order? {
        switch order {
        case .announce(let until) where now >= until, .rest(_, let until) where now >= until: begin(now)
        default: break
        }
        return order
    }

    private mutating func begin(_ now: Instant) {
        drillBegan = now
        order = .run(place)
    }

    /// The drill under way has ended, with a report of its own.
    package mutating func ended(_ drill: DrillReport, now: Instant) {
        add(
            GameDayReport.Drill(
                name: day.drills[place].scenario.name, outcome: drill.outcome.rawValue,
                verdict: GameDayReport.Verdict(drill), reason: drill.reason,
                report: drill.report == nil ? nil : drill.id),
            drill.outcome, now: now)
    }

    /// The drill under way could not be begun: it has failed.
    package mutating func refused(_ why: String, now: Instant) {
        add(
            GameDayReport.Drill(
                name: day.drills[place].scenario.name, outcome: DrillOutcome.error.rawValue, verdict: .failed,
                reason: why, report: nil),
            .error, now: now)
    }

    /// Somebody ends it: the drill under way has been taken back, or none is.
    package mutating func interrupt(_ why: String) {
        guard !isOver else { return }
        report.reason = report.reason ?? why
        report.isInterrupted = true
        end()
    }

    private mutating func add(_ drill: GameDayReport.Drill, _ outcome: DrillOutcome, now: Instant) {
        guard case .run = order else { preconditionFailure("no drill is under way") }
        var drill = drill
        drill.startMilliseconds = (drillBegan - began).milliseconds
        drill.durationMilliseconds = (now - drillBegan).milliseconds
        report.drills.append(drill)
        let rest = day.drills[place].scenario.coolDown
        place += 1
        if outcome == .interrupted { return interrupt("interrupted in the drill '\(drill.name)'") }
        if day.stopOn.contains(outcome), place < day.drills.count {
            report.reason = "stopped: the drill '\(drill.name)' ended as \(outcome.rawValue)"
            return end()
        }
        guard place < day.drills.count else { return end() }
        order = .rest(place - 1, until: now + (rest > .zero ? rest : day.coolDown))
    }

    private mutating func end() {
        order = nil
        report.drills += day.drills.dropFirst(report.drills.count).map {
            GameDayReport.Drill(name: $0.scenario.name, outcome: "skipped", verdict: .skipped, reason: nil, report: nil)
        }
    }

    /// The report of one whose command goes away without another word: the drill under way is told of without its end.
    package func killed(now: Instant) -> GameDayReport {
        var run = self
        run.report.durationMilliseconds = (now - began).milliseconds
        guard !isOver else { return run.report }
        if case .run(let place) = order {
            var drill = GameDayReport.Drill(
                name: day.drills[place].scenario.name, outcome: DrillOutcome.error.rawValue, verdict: .failed,
                reason: Self.death, report: nil)
            drill.startMilliseconds = (drillBegan - began).milliseconds
            drill.durationMilliseconds = (now - drillBegan).milliseconds
            run.report.drills.append(drill)
        }
        run.interrupt(Self.death)
        return run.report
    }

    private static let death = "its command was killed"

    /// The report, once it is over.
    ///
    /// - Parameter isWhole: whether the mesh serves as a whole afterwards; nil where nobody says.
    package mutating func finish(isWhole: Bool?, now: Instant) -> GameDayReport {
        precondition(isOver, "a game day is finished when it is over")
        report.durationMilliseconds = (now - began).milliseconds
        report.isWhole = isWhole
        return report
    }
}
