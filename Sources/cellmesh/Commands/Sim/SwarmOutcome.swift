import MeshBase
import SimDriver

/// What is kept of one run of a swarm.
struct SwarmOutcome: Sendable {
    /// What tells the run from the others.
    var title: String
    var seed: UInt64
    var exitCode: Int32
    /// The oracles that said no, and why.
    var failures: [(oracle: String, detail: String)]
    /// What each oracle's verdict was worth.
    var standings: [(oracle: String, word: String)]
    var replay: String
    var events: UInt64
    var simulatedMilliseconds: Double
    var faultsFired: Int
    var requests: Int

    init(_ report: SimulationReport, title: String, replay: String) {
        self.title = title
        seed = report.seed
        exitCode = report.exitCode
        failures = report.verdicts.filter { !$0.ok }.map { ($0.oracle, $0.detail) }
        standings = report.verdicts.map { ($0.oracle, $0.word) }
        self.replay = replay
        events = report.events
        simulatedMilliseconds = report.simulatedMilliseconds
        faultsFired = report.faultsFired
        requests = report.requests.sent
    }

    /// How many runs each oracle judged, found violated, skipped and had nothing to judge in; in the order of the verdicts.
    static func counts(_ outcomes: [SwarmOutcome]) -> [(oracle: String, counts: [String: Int])] {
        var found: [(oracle: String, counts: [String: Int])] = []
        for standing in outcomes.lazy.flatMap(\.standings) {
            if let index = found.firstIndex(where: { $0.oracle == standing.oracle }) {
                found[index].counts[standing.word, default: 0] += 1
            } else {
                found.append((standing.oracle, [standing.word: 1]))
            }
        }
        return found
    }

    /// Makes runs on several threads, with a line of progress.
    /// - Returns: their outcomes in order and the time they took in milliseconds; nil when one was refused.
    static func runs(
        _ count: Int, _ limits: RunLimits, _ console: Console, of noun: String,
        _ work: @escaping @Sendable (_ run: Int, _ goesOn: @escaping (SimProgress) -> Bool) -> SwarmOutcome?
    ) -> (runs: [SwarmOutcome], wall: Double)? {
        CrashReporter.install()
        let line = ProgressLine(console)
        let begun = Pause.now()
        let deadline = begun + limits.wallLimit.amount
        let outcomes = ParallelRuns.map(
            count, jobs: limits.threads,
            progress: { done in
                line.show("\(Wording.count(done)) of \(Wording.plural(count, noun))")
                return true
            },
            { index, _ in work(index) { _ in Pause.now() < deadline } })
        line.end()
        return outcomes.map { ($0, (Pause.now() - begun).milliseconds) }
    }
}
