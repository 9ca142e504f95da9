import MeshBase
import Resilience

enum PeakExample: Example {
    static let name = "peak"
    static let shows = "pools that grow for a peak in eleven steps, and shrink again"

    static func run() -> Table {
        let policy = PeakPolicy(over: .seconds(10), lasts: .seconds(5))
        let usual = PeakSizes(workers: 8, queue: 32)
        let peak = PeakSizes(workers: 24, queue: 128)
        var ramp = PeakRamp()
        var table = Table("s", "step", "workers", "queue", "event")
        var event = ramp.begin(policy, now: .zero)
        for second in 0...26 {
            if second > 0 { event = ramp.advance(policy, now: at(Int64(second) * 1_000)) }
            let sizes = usual.toward(peak, step: ramp.step)
            guard event != nil || second % 5 == 0 else { continue }
            let word = event.map { "\($0)" } ?? ""
            table.row("\(second)", "\(ramp.step)", "\(sizes.workers)", "\(sizes.queue)", word)
        }
        return table
    }
}
