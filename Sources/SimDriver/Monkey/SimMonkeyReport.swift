import Drills
import MeshBase
import Reports
import Scenarios

/// What a monkey came to in virtual time: `sim run --monkey -o json`, which is that of a simulation with three members more.
package struct SimMonkeyReport: Sendable, Encodable {
    /// One day of its calendar on which something was hit.
    package struct Day: Sendable, Equatable, Encodable {
        /// Such as `2023-11-13`.
        package var date: String
        package var killed = 0
        package var spared = 0
        package var passed = 0
        package var inconclusive = 0
        package var deviated = 0
        /// Kills that were judged by nothing.
        package var interrupted = 0
        /// In milliseconds; nil without a kill that was judged.
        @Nullable package var longestRecovery: Double?

        init(date: String) {
            self.date = date
            longestRecovery = nil
        }

        private enum CodingKeys: String, CodingKey {
            case date, killed, spared, passed, inconclusive, deviated, interrupted
            case longestRecovery = "longest_recovery_ms"
        }
    }

    /// The calendar of a run.
    package struct Calendar: Sendable, Equatable, Encodable {
        /// RFC 3339.
        package var from: String
        package var to: String
        /// Of it the time through which the mesh has lived; the rest was skipped, since nothing could happen in it.
        package var livedMilliseconds: Double

        private enum CodingKeys: String, CodingKey {
            case from, to
            case livedMilliseconds = "lived_ms"
        }
    }

    /// Of the simulation under it.
    package var simulation: SimulationReport
    /// As `monkey ls` has it; off, since the run is over.
    package var monkey: MonkeyReport
    package var calendar: Calendar
    package var days: [Day]

    init(_ simulation: SimulationReport, _ monkey: MonkeyReport, _ calendar: Calendar) {
        self.simulation = simulation
        self.monkey = monkey
        self.calendar = calendar
        days = []
        for row in monkey.rows.reversed() {
            let date = String(row.time.prefix(10))
            if days.last?.date != date { days.append(Day(date: date)) }
            days[days.count - 1].add(row)
        }
    }

    /// 11 where a rule of safety or of the monkey's was broken, 5 where a kill deviated, 3 where none was decided, else 0.
    package var exitCode: Int32 {
        if !simulation.isOk { return simulation.exitCode }
        let kills = monkey.rows.filter { !$0.isSpared }
        if kills.contains(where: { $0.outcome == DrillOutcome.deviated.rawValue }) { return 5 }
        return kills.contains { $0.outcome == DrillOutcome.passed.rawValue && $0.conclusive } ? 0 : 3
    }

    private enum CodingKeys: String, CodingKey { case monkey, calendar, days }

    package func encode(to encoder: any Encoder) throws {
        try simulation.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(monkey, forKey: .monkey)
        try container.encode(calendar, forKey: .calendar)
        try container.encode(days, forKey: .days)
    }
}

extension SimMonkeyReport.Day {
    fileprivate mutating func add(_ row: MonkeyRow) {
        guard !row.isSpared else { return spared += 1 }
        killed += 1
        switch row.outcome {
        case DrillOutcome.passed.rawValue where row.conclusive: passed += 1
        case DrillOutcome.passed.rawValue: inconclusive += 1
        case DrillOutcome.deviated.rawValue: deviated += 1
        default: interrupted += 1
        }
        if let recovery = row.recoveryMilliseconds { longestRecovery = max(longestRecovery ?? 0, recovery) }
    }
}
