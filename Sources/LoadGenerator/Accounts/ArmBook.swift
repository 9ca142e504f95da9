import MeshBase
import Resilience
import Topology

/// What the customers of each arm had while the mesh compared two degradation levels (C33).
struct ArmBook: Sendable {
    let comparison: ComparisonEntry
    private(set) var tallies = [ComparisonTally(), ComparisonTally()]

    init(_ comparison: ComparisonEntry) { self.comparison = comparison }

    /// A call of a service has ended.
    ///
    /// - Parameter degraded: what `X-Degraded` says; empty where nothing is.
    mutating func ended(
        _ customer: Int, ok: Bool, degraded: UnsafeRawBufferPointer, took: TimeAmount, now: Instant
    ) {
        let hash = CustomerHash(Customers.name(customer))
        tallies[comparison.arm(of: hash).rawValue].record(
            hash, ok: ok, quality: Self.quality(degraded), took: took, now: now)
    }

    /// Of an answer, 0...1: the mean over the answer itself and each of what `X-Degraded` names: a number counts as it is, a
    /// stand-in or a plainer way half, what is missing nothing.
    static func quality(_ header: UnsafeRawBufferPointer) -> Double {
        guard header.count > 0 else { return 1 }
        var (sum, count) = (1.0, 1)
        for part in header.prefix(1_024).split(separator: UInt8(ascii: ",")) {
            let how = String(decoding: part, as: UTF8.self).split(separator: "=").last.map(String.init) ?? ""
            count += 1
            switch how {
            case "empty", "skipped": break
            default: sum += Double(how).map { min(max($0, 0), 1) } ?? 0.5
            }
        }
        return sum / Double(count)
    }

    /// - Parameter seed: of the draws.
    func report(seed: UInt64, now: Instant) -> LoadReport.Comparison {
        var generator = Generator(seed: seed, concern: "load.comparison")
        let report = ComparisonReport(a: tallies[0], b: tallies[1], now: now, using: &generator)
        return LoadReport.Comparison(comparison, report)
    }
}
