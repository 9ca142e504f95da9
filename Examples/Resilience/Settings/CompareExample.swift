import MeshBase
import Resilience

enum CompareExample: Example {
    static let name = "compare"
    static let shows = "two levels at once, for two halves of the customers"

    static func run() -> Table {
        let entry = ComparisonEntry(a: .normal, b: .moderate, share: 0.5, seed: 1)
        var a = ComparisonTally()
        var b = ComparisonTally()
        var random = Generator(seed: 1)
        // 400 customers with twenty requests each; at the lower level answers are faster and of less quality.
        for customer in 0..<400 {
            let hash = CustomerHash("customer-\(customer)")
            let arm = entry.arm(of: hash)
            for request in 0..<20 {
                let took = TimeAmount.milliseconds((arm == .a ? 80 : 40) + Int64(random.below(20)))
                let isGood = !random.chance(arm == .a ? 0.04 : 0.01)
                let now = at(Int64(request) * 1_000)
                switch arm {
                case .a: a.record(hash, ok: isGood, quality: 1, took: took, now: now)
                case .b: b.record(hash, ok: isGood, quality: 0.7, took: took, now: now)
                }
            }
        }
        let report = ComparisonReport(a: a, b: b, now: at(20_000), draws: 200, using: &random)
        var table = Table("figure", "a: \(entry.a.name)", "b: \(entry.b.name)", "b - a, 95 %")
        func number(_ value: Double?) -> String { value.map { fixed($0, 3) } ?? "-" }
        for (n, figure) in report.difference.all.enumerated() {
            let estimate = figure.estimate
            table.row(
                "\(figure.name)", number(report.a.figures.all[n].estimate.value),
                number(report.b.figures.all[n].estimate.value), "\(number(estimate.low))...\(number(estimate.high))")
        }
        table.row("different", report.different.joined(separator: ", "))
        return table
    }
}
