import MeshBase
import Resilience

/// How large a pool should be (C16): by formulas, and beside them the same pool in virtual time.
package enum BulkheadLab {
    /// What is asked.
    package struct Settings: Sendable, Equatable {
        /// Requests a second, above 0, at most 100000.
        package var rate = 80.0
        /// Mean time on a processor, 10 us...60 s.
        package var service = TimeAmount.milliseconds(100)
        /// Mean time for which a worker waits for others, with every request.
        package var wait = TimeAmount.zero
        /// Of the time that a request holds a worker: squared coefficient of variation, 0...100.
        package var variance = 1.0
        /// Wait for a worker that is promised.
        package var promised = TimeAmount.milliseconds(100)
        /// Of a worker, and where every request waited longer than promised; nil: the size is by utilisation.
        package var cost: Double?
        /// What is paid where every request waits longer than promised.
        package var penalty: Double?
        /// A size that is to be judged; nil: the one that is found.
        package var workers: Int?
        /// For the rule of threads, 1...1024.
        package var processors = 2
        /// Requests of the run in virtual time, 0: none; at most 5 million.
        package var requests = 200_000
        /// Of the run.
        package var seed: UInt64 = 1
        /// The recorded run that figures were taken from; nil: they were given.
        package var from: String?

        /// Eight requests in work at once.
        package init() {}

        /// How long a request holds a worker.
        package var held: TimeAmount { service + wait }

        /// Rate, mean and variance as a recorded run has them.
        ///
        /// - Throws: where it has none.
        package mutating func take(
            _ recording: LabRecording, rate asksRate: Bool = true, spread asksSpread: Bool = true
        ) throws(LabRefusal) {
            if asksSpread {
                // What fails at once, or waits for its limit, says nothing of how long work takes.
                _ = try recording.baseline(most: 0.5)
                let (mean, variation) = try recording.spread()
                (service, variance) = (mean, min(variation, 100))
            }
            if asksRate { rate = try recording.offered() }
            from = recording.name
        }

        func check() throws(LabRefusal) {
            try LabRefusal.check("rate", rate, 0.001...100_000)
            try LabRefusal.check("seconds of service", service.seconds, 0.00001...60)
            try LabRefusal.check("seconds of wait", wait.seconds, 0...600)
            try LabRefusal.check("variance", variance, 0...100)
            try LabRefusal.check("seconds promised", promised.seconds, 0...600)
            try LabRefusal.check("cost", cost ?? 1, 0.000001...1e12)
            try LabRefusal.check("penalty", penalty ?? 0, 0...1e15)
            try LabRefusal.check("workers", workers ?? 1, 1...100_000)
            try LabRefusal.check("processors", processors, 1...1_024)
            try LabRefusal.check("requests", requests, 0...5_000_000)
            guard (cost == nil) == (penalty == nil) else {
                throw LabRefusal("a cost without a penalty, or the other way round: give both, or none")
            }
            guard rate * held.seconds <= 50_000 else {
                throw LabRefusal("\(Int(rate * held.seconds)) requests in work at once: 50000 at most are calculated")
            }
        }
    }

    /// Calculates, and measures where requests are asked for.
    package static func run(_ settings: Settings) throws(LabRefusal) -> BulkheadLabReport {
        try settings.check()
        // What is drawn has the variation that whole parts allow.
        let variation = Generator.drawnVariation(settings.variance)
        var cost: PoolSizing.Cost?
        if let worker = settings.cost, let penalty = settings.penalty {
            cost = PoolSizing.leastCost(
                rate: settings.rate, service: settings.held, serviceVariation: variation,
                promised: settings.promised, worker: worker, penalty: penalty)
        }
        let size =
            (settings.workers ?? cost?.workers).map { PoolSizing.Size(workers: $0) }
            ?? PoolSizing.size(rate: settings.rate, service: settings.held)
        let queue = MultiServerQueue(
            rate: settings.rate, service: settings.held, workers: size.workers, serviceVariation: variation)
        let measured =
            settings.requests > 0 && queue.isStable ? PoolRun.run(settings, workers: size.workers) : nil
        return BulkheadLabReport(
            settings: settings, size: size, queue: queue, cost: cost,
            threads: PoolSizing.threads(
                processors: settings.processors, waitOverService: settings.wait.seconds / settings.service.seconds),
            measured: measured)
    }
}

/// A pool in virtual time.
enum PoolRun {
    private enum Event: Sendable {
        case arrival
        case done
    }

    /// The first tenth is left out: the pool begins empty.
    static func run(_ settings: BulkheadLab.Settings, workers: Int) -> BulkheadLabReport.Measured {
        var pool = WorkerPool<Instant>(workers: workers, queueLimit: Int(Int32.max))
        var agenda = Agenda<Event>()
        var arrivals = Generator(seed: settings.seed, concern: "lab/bulkhead/arrivals")
        var works = Generator(seed: settings.seed, concern: "lab/bulkhead/work")
        let mean = TimeAmount(seconds: 1 / settings.rate)
        let warm = settings.requests / 10
        var waits: [TimeAmount] = []
        waits.reserveCapacity(settings.requests - warm)
        var (arrived, begun, waited) = (0, 0, 0)
        var (busy, from) = (TimeAmount.zero, Instant.zero)
        func start(_ since: Instant) {
            let took = works.time(mean: settings.held, variation: settings.variance)
            begun += 1
            if begun > warm {
                if begun == warm + 1 { from = agenda.now }
                busy = busy + took
                let wait = agenda.now - since
                if wait > .zero { waited += 1 }
                waits.append(wait)
            }
            agenda.add(.done, at: agenda.now + took)
        }
        agenda.add(.arrival, at: .zero)
        while begun < settings.requests, let event = agenda.next(before: .distantFuture) {
            switch event {
            case .arrival:
                arrived += 1
                if case .run = pool.admit(agenda.now, rank: 0, now: agenda.now) { start(agenda.now) }
                agenda.add(.arrival, at: agenda.now + arrivals.exponentialTime(mean: mean))
            case .done:
                if let next = pool.release(now: agenda.now).next { start(next) }
            }
        }
        let quantiles = Quantiles(waits)
        let time = (agenda.now - from).seconds
        return BulkheadLabReport.Measured(
            utilisation: time > 0 ? busy.seconds / time / Double(workers) : 0,
            waitProbability: Double(waited) / Double(max(waits.count, 1)), meanWait: quantiles.mean,
            p99Wait: quantiles(0.99) ?? .zero,
            above: Double(waits.count { $0 > settings.promised }) / Double(max(waits.count, 1)))
    }
}
