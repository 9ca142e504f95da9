import MeshBase
import Resilience

enum SheddingExample: Example {
    static let name = "shedding"
    static let shows = "which classes are admitted at which load"

    static func run() -> Table {
        var shedder = LoadShedder(capacity: 100)
        var table = Table("in work", "critical", "high", "normal", "low", "begins or ends")
        for inWork in [50, 70, 85, 95, 100, 60] {
            let words = Priority.allCases.map { shedder.admit($0, inWork: inWork) ? "yes" : "shed" }
            var told: [String] = []
            shedder.changes { told.append("\($0.name) \($1 ? "begins" : "ends")") }
            table.row("\(inWork)", words[0], words[1], words[2], words[3], told.joined(separator: ", "))
        }
        return table
    }
}
