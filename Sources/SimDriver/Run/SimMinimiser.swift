import MeshBase

/// Makes the plan of a failing run smaller while it goes on failing in the same way: delta debugging (Zeller and
/// Hildebrandt 2002), then shorter faults.
package struct SimMinimiser {
    /// What came of it.
    package struct Outcome: Sendable {
        package var configuration: SimConfiguration
        /// The oracles that say no, of the first run.
        package var oracles: [String]
        package var faultsBefore: Int
        package var runs: Int
        /// Of the smallest run that fails.
        package var report: SimulationReport
    }

    private let progress: (_ runs: Int, _ faults: Int) -> Bool
    private let mostRuns: Int
    private var runs = 0
    private var oracles: [String] = []
    private var best: (configuration: SimConfiguration, report: SimulationReport)?

    /// - Parameters:
    ///   - mostRuns: the search ends after so many, with what it has.
    ///   - progress: false ends the search, with what it has.
    package init(mostRuns: Int = 500, progress: @escaping (_ runs: Int, _ faults: Int) -> Bool = { _, _ in true }) {
        self.mostRuns = mostRuns
        self.progress = progress
    }

    /// Nil when the configuration does not fail.
    package mutating func minimise(_ configuration: SimConfiguration) throws(SimRefusal) -> Outcome? {
        runs = 1
        let report = try SimRun.run(configuration)
        oracles = report.verdicts.filter { !$0.ok }.map(\.oracle)
        guard !oracles.isEmpty else { return nil }
        best = (configuration, report)
        try dropFaults()
        try shortenFaults()
        try shortenRun()
        return Outcome(
            configuration: best!.configuration, oracles: oracles, faultsBefore: configuration.faults.count, runs: runs,
            report: best!.report)
    }

    /// True when the smaller run fails by one of the same oracles; it is the best one then.
    private mutating func fails(_ configuration: SimConfiguration) throws(SimRefusal) -> Bool {
        runs += 1
        let report = try SimRun.run(configuration)
        guard report.verdicts.contains(where: { !$0.ok && oracles.contains($0.oracle) }) else { return false }
        best = (configuration, report)
        return true
    }

    private var mayGoOn: Bool { runs < mostRuns && progress(runs, best!.configuration.faults.count) }

    private mutating func dropFaults() throws(SimRefusal) {
        var parts = 2
        while mayGoOn {
            let faults = best!.configuration.faults
            guard !faults.isEmpty else { return }
            parts = min(parts, faults.count)
            let size = (faults.count + parts - 1) / parts
            var hasShrunk = false
            for start in stride(from: 0, to: faults.count, by: size) where mayGoOn {
                var smaller = best!.configuration
                smaller.faults = Array(faults[..<start] + faults[min(start + size, faults.count)...])
                if try fails(smaller) {
                    hasShrunk = true
                    break
                }
            }
            if hasShrunk {
                parts = max(2, parts - 1)
            } else {
                guard size > 1 else { return }
                parts = min(parts * 2, faults.count)
            }
        }
    }

    /// Halves lengths as far as it goes.
    private mutating func shortenFaults() throws(SimRefusal) {
        for index in best!.configuration.faults.indices {
            while mayGoOn, let length = best!.configuration.faults[index].length, length > .milliseconds(10) {
                var smaller = best!.configuration
                smaller.faults[index].length = .milliseconds(max(1, length.nanoseconds / 2_000_000))
                guard try fails(smaller) else { break }
            }
        }
    }

    /// Ends the load soon after the last fault.
    private mutating func shortenRun() throws(SimRefusal) {
        let ends = best!.configuration.faults.map { $0.at + ($0.length ?? .zero) }.max() ?? .zero
        for more in [TimeAmount.milliseconds(100), .seconds(1), .seconds(3)] where mayGoOn {
            var smaller = best!.configuration
            smaller.duration = .milliseconds((ends + more).millisecondsRoundedUp)
            guard smaller.duration < best!.configuration.duration else { return }
            if try fails(smaller) { return }
        }
    }
}
