import MeshBase
import Resilience

/// A storm of retries (F5): what several layers of retries make of one request while the last service fails, and whether
/// its answers come back once what began it is over (M. Bronson et al., "Metastable Failures in Distributed Systems",
/// HotOS 2021).
///
/// Two runs for each arm. In the first the last service is gone for 20 s: all of its attempts fail at once, and their
/// number beside that of requests is the amplification, which is a product of the layers. In the second, replicas are slow
/// for a while: what counts is what happens afterwards.
package enum RetryStormLab {
    /// What is tried.
    package struct Settings: Sendable, Equatable {
        /// Services that call each other, and so layers of retries, 1...5.
        package var layers = 3
        /// Of each call, 1...8.
        package var attempts = 4
        /// Clients' requests a second, 1...1000.
        package var rate = 50.0
        /// Of the last service, 1...16.
        package var replicas = 3
        /// Requests that one works on at once, 1...1000.
        package var workers = 4
        /// And that wait at it, 0...100000.
        package var queue = 200
        /// Busy share of the workers when all is well, 0.05...0.99; says how long the work takes.
        package var load = 0.5
        /// Of every attempt, at every layer.
        package var timeout = TimeAmount.seconds(1)
        /// So many replicas are slow, for a while.
        package var slowReplicas = 3
        /// So many times as slow, 1...100.
        package var slowFactor = 10.0
        /// For so long, 1...60 s.
        package var trouble = TimeAmount.seconds(10)
        /// What is watched afterwards, 10...300 s.
        package var watched = TimeAmount.seconds(60)
        /// Retries for each call that a budget allows.
        package var ratio = 0.2
        /// Of all arms.
        package var seed: UInt64 = 1

        /// All replicas are ten times as slow for ten seconds.
        package init() {}

        /// The story of the seeds: one of three replicas is a fifth slower, all of them well used.
        package static var story: Settings {
            var settings = Settings()
            settings.load = 0.9
            settings.slowReplicas = 1
            settings.slowFactor = 1.25
            settings.trouble = .seconds(60)
            return settings
        }

        /// Mean time of work, from load and rate.
        var service: TimeAmount { TimeAmount(seconds: load * Double(replicas * workers) / rate) }

        func check() throws(LabRefusal) {
            try LabRefusal.check("layers", layers, 1...5)
            try LabRefusal.check("attempts", attempts, 1...8)
            try LabRefusal.check("rate", rate, 1...1_000)
            try LabRefusal.check("replicas", replicas, 1...16)
            try LabRefusal.check("workers", workers, 1...1_000)
            try LabRefusal.check("queue", queue, 0...100_000)
            try LabRefusal.check("load", load, 0.05...0.99)
            try LabRefusal.check("slow replicas", slowReplicas, 0...replicas)
            try LabRefusal.check("slow factor", slowFactor, 1...100)
            try LabRefusal.check("seconds of trouble", trouble.seconds, 1...60)
            try LabRefusal.check("seconds watched", watched.seconds, 10...300)
            try LabRefusal.check("seconds of timeout", timeout.seconds, 0.05...10)
            try LabRefusal.check("ratio", ratio, 0...1)
            // A run is a few million events at most.
            let worst = rate * RetryStormPrediction.power(Double(attempts), layers)
            guard worst <= 200_000 else {
                throw LabRefusal(
                    "\(layers) layers of \(attempts) attempts at \(Int(rate)) requests/s: \(Int(worst)) attempts/s; "
                        + "give fewer of one of them, 200000 attempts/s at most")
            }
        }
    }

    /// What comes before the trouble, so that all is as usual.
    static let calm = 10

    /// The arms that are compared where nothing is said: nothing, each fix alone, all of them.
    package static let standardArms: [Set<StormFix>] =
        [[]] + StormFix.allCases.map { [$0] } + [Set(StormFix.allCases)]

    /// Runs all arms on the same requests.
    package static func run(
        _ settings: Settings, arms: [Set<StormFix>] = standardArms
    ) throws(LabRefusal) -> RetryStormReport {
        try settings.check()
        return RetryStormReport(
            settings: settings, predicted: RetryStormPrediction(settings), arms: arms.map { arm(settings, $0) })
    }

    private static func arm(_ settings: Settings, _ fixes: Set<StormFix>) -> RetryStormReport.Arm {
        var arm = RetryStormReport.Arm(fixes: StormFix.allCases.filter(fixes.contains))
        amplify(settings, fixes, &arm)
        disturb(settings, fixes, &arm)
        return arm
    }

    /// The last service is gone.
    private static func amplify(_ settings: Settings, _ fixes: Set<StormFix>, _ arm: inout RetryStormReport.Arm) {
        // The budget looks back 10 s: from then on the outage alone counts.
        let (from, to) = (calm + 12, calm + 22)
        let leaf = StormLeaf(
            seed: settings.seed, service: settings.service, trouble: .outage(replicas: settings.replicas),
            from: .zero + .seconds(Int64(calm)), to: .distantFuture)
        var run = ChainRun(
            ChainModel(storm: settings, fixes: fixes, end: .zero + .seconds(Int64(to))), leaf)
        run.run()
        let last = settings.layers - 1
        arm.amplification = run.tally.ratio(from, to, { $0.attempts[last] }, of: { $0.offered })
        arm.byLayer = (0..<settings.layers).map { layer in
            run.tally.ratio(from, to, { $0.attempts[layer] }, of: { $0.calls[layer] })
        }
    }

    /// Replicas are slow for a while.
    private static func disturb(_ settings: Settings, _ fixes: Set<StormFix>, _ arm: inout RetryStormReport.Arm) {
        let from = Instant.zero + .seconds(Int64(calm))
        let to = from + settings.trouble
        let leaf = StormLeaf(
            seed: settings.seed, service: settings.service,
            trouble: .slow(replicas: settings.slowReplicas, factor: settings.slowFactor), from: from, to: to)
        var model = ChainModel(storm: settings, fixes: fixes, end: to + settings.watched)
        model.measuresFrom = to
        var run = ChainRun(model, leaf)
        run.run()
        let over = Int(to.nanoseconds / 1_000_000_000)
        let end = Int(model.end.nanoseconds / 1_000_000_000)
        let last = settings.layers - 1
        let tally = run.tally
        arm.goodput = tally.ratio(over, end, { $0.answered }, of: { $0.offered })
        arm.wasted = tally.ratio(calm, end, { $0.wasted }, of: { $0.worked })
        arm.p99 = Quantiles(tally.latencies)(0.99)
        arm.load = (0..<end).map { Double(tally.seconds[$0].attempts[last]) / settings.rate }
        arm.answered = (0..<end).map { Double(tally.seconds[$0].answered) / settings.rate }
        arm.peakLoad = arm.load.max() ?? 0
        arm.recovered = recovery(tally, from: over, to: end).map { .seconds(Int64($0 - over)) }
    }

    /// The first second from which on, over any five seconds to the end, at least 90 % of the requests are answered.
    private static func recovery(_ tally: ChainTally, from: Int, to: Int) -> Int? {
        var second = to - 5
        guard second >= from else { return nil }
        while second >= from, tally.ratio(second, second + 5, { $0.answered }, of: { $0.offered }) >= 0.9 {
            second -= 1
        }
        return second + 1 > to - 5 ? nil : second + 1
    }
}
