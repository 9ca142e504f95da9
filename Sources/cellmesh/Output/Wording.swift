import Reports
import Telemetry

typealias Wording = Reports.Wording

extension Wording {
    static func style(ofState state: String) -> TableWriter.Style {
        switch state {
        case "serving", "alive", "ready", "running": .green
        case "starting", "degraded", "refilling", "paused", "suspect", "evacuated", "stopping": .yellow
        case "down", "unreachable", "dead", "failed", "lost": .red
        default: .plain
        }
    }
}
