import MeshBase
import Resilience

enum EarlyExample: Example {
    static let name = "early-shed"
    static let shows = "a tenth turned away before there is too much, a third when the machine is short"

    static func run() -> Table {
        var table = Table("in work", "machine", "share", "normal shed", "critical shed")
        for (inWork, cpu) in [(60, 0.5), (75, 0.5), (75, 0.9)] {
            var shedder = EarlyShedder(capacity: 100, policy: EarlyPolicy())
            shedder.look(LoadSignals(cpu: cpu, loopLag: .milliseconds(20)))
            var random = Generator(seed: 1)
            for _ in 0..<1_000 {
                _ = shedder.admit(.normal, inWork: inWork, draw: random.unit())
                _ = shedder.admit(.critical, inWork: inWork, draw: random.unit())
            }
            table.row(
                "\(inWork)", "cpu \(percent(cpu))", percent(shedder.share(inWork: inWork)),
                "\(shedder.shed[.normal]) of 1000", "\(shedder.shed[.critical])")
        }
        return table
    }
}
