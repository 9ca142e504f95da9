import MeshBase
import Resilience

enum AdaptiveSheddingExample: Example {
    static let name = "adaptive-shedding"
    static let shows = "the share of each class that is shed under pressure"

    static func run() -> Table {
        let policy = AdaptivePolicy.local
        let signals: [(String, LoadSignals)] = [
            ("busy, and yet on time", LoadSignals(cpu: 0.99, loopLag: .milliseconds(1))),
            ("busy and late", LoadSignals(cpu: 0.85, loopLag: .milliseconds(20))),
            ("busier and late", LoadSignals(cpu: 0.95, loopLag: .milliseconds(20))),
            ("memory", LoadSignals(cpu: 0.3, memory: 0.9)),
            ("slow answers", LoadSignals(cpu: 0.3, p95: .milliseconds(1_500))),
        ]
        var table = Table("signals", "pressure", "by", "high", "normal", "low")
        for (name, reading) in signals {
            let pressure = Pressure(reading, policy: policy)
            let shares = Priority.allCases.map { percent(pressure.shares[Int($0.rawValue)]) }
            let by = pressure.signal.map { "\($0)" } ?? "-"
            table.row(name, percent(pressure.worst), by, shares[1], shares[2], shares[3])
        }
        return table
    }
}
