import MeshBase
import Resilience

enum DetectorsExample: Example {
    static let name = "detectors"
    static let shows = "in which way a target is unwell"

    static func run() -> Table {
        let targets: [(String, (Int) -> (Mark, Int64), Bool)] = [
            ("answers in 20 ms", { _ in (.success, 20) }, true),
            ("has become twice as slow", { n in (.success, n < 100 ? 20 : 40) }, true),
            ("is past its limit", { _ in (.slow, 1_200) }, true),
            ("fails one time in ten", { n in (n % 10 == 0 ? .failure : .success, 20) }, true),
            ("fails three times in ten", { n in (n % 10 < 3 ? .failure : .success, 20) }, true),
            ("fails every other time", { n in (n % 2 == 0 ? .failure : .success, 20) }, true),
            ("fails, and its probes say that it is well", { n in (n % 10 < 6 ? .failure : .success, 20) }, true),
            ("answers nothing", { _ in (.failure, 20) }, false),
        ]
        var table = Table("target", "finding", "why")
        for (name, result, isProbeGood) in targets {
            var detector = DependencyDetector()
            for call in 0..<200 {
                let (mark, took) = result(call)
                detector.record(mark, took: .milliseconds(took))
                if call % 10 == 0 { detector.recordProbe(isProbeGood) }
            }
            table.row(name, "\(detector.finding.name)", detector.explain().detail)
        }
        return table
    }
}
