import MeshBase
import Resilience

enum TimeoutExample: Example {
    static let name = "timeout"
    static let shows = "an attempt limit that follows what the target takes"

    static func run() -> Table {
        let policy = AdaptiveTimeoutPolicy.local
        var durations = DurationRing()
        var timeout = AdaptiveTimeout(base: .seconds(1))
        var table = Table("answers", "took ms", "p95 ms", "limit ms", "told")
        for (count, took) in [(10, 400), (10, 600), (40, 900), (60, 500)] as [(Int, Int64)] {
            var told = "-"
            for _ in 0..<count where durations.record(.milliseconds(took)) {
                if let change = timeout.update(durations, policy) { told = "\(ms(change.from)) -> \(ms(change.to))" }
            }
            table.row("\(count)", "\(took)", ms(durations.p95), ms(timeout.limit), told)
        }
        return table
    }
}
