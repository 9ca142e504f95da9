import MeshBase

/// How large a pool should be (C16, `lab bulkhead`).
public enum PoolSizing {
    /// The share of a pool that should be busy on average.
    public static let target = 0.75
    /// Of the workers, those that are kept while idle.
    public static let core = 0.8
    /// Places of the queue for each worker.
    public static let queue = 0.5
    /// How long a worker beyond the core is kept idle.
    public static let keepAlive = TimeAmount.seconds(60)

    /// A size with what belongs to it.
    public struct Size: Sendable, Equatable {
        /// The least that meets the wish.
        public let workers: Int
        /// Workers that are kept while idle.
        public let core: Int
        /// Places that the wish leaves room for.
        public let queue: Int

        /// - Parameter workers: at least 1 (less is 1).
        public init(workers: Int) {
            self.workers = max(workers, 1)
            core = max(1, Int((Double(self.workers) * PoolSizing.core).rounded(.up)))
            queue = Int((Double(self.workers) * PoolSizing.queue).rounded(.up))
        }
    }

    /// Workers that a load keeps busy to the target (Little's law).
    ///
    /// - Parameters:
    ///   - rate: requests a second.
    ///   - utilisation: above 0, at most 1.
    public static func size(rate: Double, service: TimeAmount, utilisation: Double = target) -> Size {
        let load = max(rate, 0) * max(service, .zero).seconds
        // A load of 7.500000000000001 at 0.75 is 10 workers and not 11.
        return Size(workers: Int((min(load / max(utilisation, 1e-6), 1e9) - 1e-9).rounded(.up)))
    }

    /// What a size costs a unit of time.
    public struct Cost: Sendable, Equatable {
        /// How many are paid for.
        public let workers: Int
        /// Of the workers.
        public let held: Double
        /// What is expected to be paid for waits above what was promised.
        public let penalty: Double
        /// What workers and broken promises cost together, in the unit of the prices.
        public var total: Double { held + penalty }
    }

    /// The size of the least cost of workers and of promises that are not kept: workers x `worker` + `penalty` x P(wait >
    /// `promised`). Of equals the smaller.
    ///
    /// - Parameters:
    ///   - worker: cost of one, above 0.
    ///   - penalty: where every request waited too long, 0 and more.
    public static func leastCost(
        rate: Double, service: TimeAmount, arrivalVariation: Double = 1, serviceVariation: Double = 1,
        promised: TimeAmount, worker: Double, penalty: Double
    ) -> Cost {
        let load = max(rate, 0) * max(service, .zero).seconds
        let worker = max(worker, 1e-9)
        let smallest = max(1, Int(min(load, 1e6)) + 1)
        func cost(_ workers: Int) -> Cost {
            let queue = MultiServerQueue(
                rate: rate, service: service, workers: workers, arrivalVariation: arrivalVariation,
                serviceVariation: serviceVariation)
            return Cost(
                workers: workers, held: Double(workers) * worker,
                penalty: max(penalty, 0) * queue.probability(waitAbove: promised))
        }
        var best = cost(smallest)
        var workers = smallest + 1
        // Beyond, the workers alone cost more than the best does with its penalty. Bounded for an absurd penalty: far
        // above the load nobody waits any more.
        let last = smallest + 10_000
        while workers <= last, Double(workers) * worker < best.total {
            let next = cost(workers)
            if next.total < best.total { best = next }
            // Nothing is left to be saved.
            if next.penalty <= 0 { break }
            workers += 1
        }
        return best
    }

    /// Threads that keep processors busy whose work waits for others: processors x (1 + wait/service). Calls of databases
    /// have a ratio of 10 to 100.
    public static func threads(processors: Int, waitOverService ratio: Double) -> Int {
        let ratio = ratio.isFinite ? max(ratio, 0) : 0
        return max(1, Int(min(Double(max(processors, 1)) * (1 + ratio), 1e9).rounded()))
    }

    /// Workers shared out so that the load of each is the same over its workers; each pool has one at least, so with
    /// fewer workers than pools the sum is above the total. What does not divide goes to the largest remainders.
    ///
    /// - Parameter loads: rate x time of each, 0 and more.
    public static func balanced(total: Int, loads: [Double]) -> [Int] {
        let loads = loads.map { $0.isFinite ? max($0, 0) : 0 }
        let sum = loads.reduce(0, +)
        let spare = max(total - loads.count, 0)
        guard sum > 0 else { return loads.map { _ in 1 } }
        // The one of each is part of its share: who would have less than one has one, the others share the rest.
        var shares = Array(repeating: 1, count: loads.count)
        guard spare > 0 else { return shares }
        var open = Set(loads.indices)
        var rest = Double(total)
        var openSum = sum
        var isSettled = false
        while !isSettled {
            isSettled = true
            for index in open.sorted() where rest * loads[index] / openSum < 1 {
                open.remove(index)
                rest -= 1
                openSum -= loads[index]
                isSettled = false
                break
            }
        }
        var left = Int(rest)
        var remainders: [(Double, Int)] = []
        for index in open.sorted() {
            let exact = rest * loads[index] / openSum
            shares[index] = Int(exact + 1e-9)
            left -= shares[index]
            remainders.append((exact - Double(shares[index]), index))
        }
        remainders.sort { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }
        for (_, index) in remainders.prefix(max(left, 0)) { shares[index] += 1 }
        return shares
    }
}
