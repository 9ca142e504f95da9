import MeshBase
import Resilience

enum LadderExample: Example {
    static let name = "ladder"
    static let shows = "the best way that the signals allow"

    static func run() -> Table {
        let ladder = Ladder.recommendations
        let signals: [(String, LadderReadings, DegradationLevel)] = [
            ("all is well", LadderReadings(cpu: 0.3), .normal),
            ("database at 150 ms", LadderReadings(cpu: 0.3, db: .milliseconds(150)), .normal),
            ("inference at 700 ms", LadderReadings(cpu: 0.3, inference: .milliseconds(700)), .normal),
            ("cpu at 95 %", LadderReadings(cpu: 0.95), .normal),
            ("all is well, by hand", LadderReadings(cpu: 0.3), .critical),
        ]
        var table = Table("signals", "level", "rung", "where it fails", "why")
        for (name, reading, level) in signals {
            let rung = ladder.rung(for: reading, level: level)
            let next = ladder.next(after: rung).map { ladder.rungs[$0].mode } ?? "-"
            table.row(
                name, "\(level.name)", ladder.rungs[rung].mode, next,
                ladder.explanation(of: rung, for: reading, level: level).detail)
        }
        return table
    }
}
