import MeshBase
import Resilience

enum RampExample: Example {
    static let name = "ramp"
    static let shows = "which share of the calls a target gets while it comes back"

    static func run() -> Table {
        var table = Table("s since failure", "in a row", "never failed again", "always failed again")
        for (seconds, inARow) in [(0, 0), (1, 1), (2, 2), (3, 4), (5, 6), (8, 9)] as [(Int64, Int)] {
            func share(_ history: Double) -> String {
                percent(RecoveryRamp.seed.share(sinceFailure: .seconds(seconds), inARow: inARow, history: history))
            }
            table.row("\(seconds)", "\(inARow)", share(1), share(0))
        }
        return table
    }
}
