import MeshBase
import Testing

@testable import Resilience

@Suite struct SizingTests {
    private func near(_ a: Double, _ b: Double, _ tolerance: Double = 5e-5) -> Bool { abs(a - b) <= tolerance }

    @Test(arguments: [(1, 0.8, 4.0), (2, 0.7111, 1.7778), (4, 0.5964, 0.7455), (10, 0.4092, 0.2046)])
    func conformance19ErlangC(workers: Int, waits: Double, wait: Double) {
        let queue = MultiServerQueue(rate: 0.8 * Double(workers), service: .seconds(1), workers: workers)
        #expect(near(queue.waitProbability, waits))
        #expect(near(queue.meanWait, wait))
        #expect(near(queue.utilisation, 0.8, 1e-12))
    }

    @Test func conformance19ErlangB() {
        #expect(near(Erlang.blocked(workers: 10, load: 8), 0.1217))
        #expect(Erlang.blocked(workers: 0, load: 8) == 1)
        #expect(Erlang.blocked(workers: 3, load: 0) == 0)
        // Against the definition: a^c / c! over the sum of a^k / k!.
        var term = 1.0
        var sum = 1.0
        for k in 1...20 {
            term *= 15.0 / Double(k)
            sum += term
        }
        #expect(near(Erlang.blocked(workers: 20, load: 15), term / sum, 1e-12))
    }

    @Test func oneWorkerIsTheKnownQueue() {
        // M/M/1: P(wait > t) = rho e^(-(mu - lambda) t), mean rho / (mu - lambda), Little's law between them.
        let queue = MultiServerQueue(rate: 80, service: .milliseconds(10), workers: 1)
        #expect(near(queue.meanWait, 0.8 / 20, 1e-12))
        #expect(near(queue.meanWaiting, 80 * 0.04, 1e-9))
        #expect(near(queue.probability(waitAbove: .milliseconds(100)), 0.8 * exponential(-2), 1e-12))
        let p99 = queue.wait(quantile: 0.99)
        #expect(near(p99, naturalLogarithm(80) / 20, 1e-12))
        #expect(near(queue.probability(waitAbove: TimeAmount(seconds: p99)), 0.01, 1e-7))
        #expect(queue.wait(quantile: 0.2) == 0)
    }

    @Test func fixedWorkTimesHalveTheWait() {
        let fixed = MultiServerQueue(rate: 80, service: .milliseconds(10), workers: 1, serviceVariation: 0)
        #expect(near(fixed.meanWait, 0.02, 1e-12))
        let bursty = MultiServerQueue(rate: 80, service: .milliseconds(10), workers: 1, serviceVariation: 3)
        #expect(near(bursty.meanWait, 0.08, 1e-12))
    }

    @Test func beyondTheWorkersTheQueueHasNoEnd() {
        let queue = MultiServerQueue(rate: 100, service: .milliseconds(10), workers: 1)
        #expect(!queue.isStable && queue.meanWait == .infinity && queue.waitProbability == 1)
        #expect(queue.wait(quantile: 0.5) == .infinity && queue.probability(waitAbove: .hours(1)) == 1)
        #expect(MultiServerQueue(rate: .nan, service: .zero, workers: 0).meanWait >= 0)
    }

    @Test func sizeByLittlesLaw() {
        let size = PoolSizing.size(rate: 150, service: .milliseconds(50))
        #expect(size.workers == 10 && size.core == 8 && size.queue == 5)
        #expect(PoolSizing.size(rate: 151, service: .milliseconds(50)).workers == 11)
        #expect(PoolSizing.size(rate: 0, service: .zero).workers == 1)
        #expect(PoolSizing.threads(processors: 8, waitOverService: 10) == 88)
        #expect(PoolSizing.threads(processors: 4, waitOverService: .nan) == 4)
    }

    @Test func leastCostIsNoMoreThanItsNeighbours() {
        func cost(_ workers: Int) -> Double {
            let queue = MultiServerQueue(rate: 100, service: .milliseconds(80), workers: workers)
            return Double(workers) * 2 + 100 * queue.probability(waitAbove: .milliseconds(50))
        }
        let best = PoolSizing.leastCost(
            rate: 100, service: .milliseconds(80), promised: .milliseconds(50), worker: 2, penalty: 100)
        for workers in 9...60 { #expect(best.total <= cost(workers) + 1e-9) }
        #expect(near(best.total, cost(best.workers), 1e-9))
        #expect((10...14).contains(best.workers))
        // Where a wait costs nothing the smallest that has an end is best; where it costs much, many.
        let free = PoolSizing.leastCost(
            rate: 100, service: .milliseconds(80), promised: .zero, worker: 2, penalty: 0)
        #expect(free.workers == 9)
        let dear = PoolSizing.leastCost(
            rate: 100, service: .milliseconds(80), promised: .zero, worker: 2, penalty: 1e9)
        #expect(dear.workers > 20)
    }

    @Test func sharesHaveTheSameLoad() {
        #expect(PoolSizing.balanced(total: 50, loads: [3, 2, 3, 2]) == [15, 10, 15, 10])
        #expect(PoolSizing.balanced(total: 10, loads: [1, 1, 1]) == [4, 3, 3])
        // One of each at least, and the rest is still all given out.
        #expect(PoolSizing.balanced(total: 10, loads: [100, 1, 0]) == [8, 1, 1])
        #expect(PoolSizing.balanced(total: 2, loads: [1, 1, 1]) == [1, 1, 1])
        #expect(PoolSizing.balanced(total: 7, loads: []) == [])
        #expect(PoolSizing.balanced(total: 7, loads: [0, .nan]) == [1, 1])
    }

    @Test(arguments: [UInt64(41), 42, 43]) func sharesAddUp(seed: UInt64) {
        var rng = Generator(seed: seed)
        for _ in 0..<500 {
            let loads = (0..<Int(1 + rng.below(12))).map { _ in rng.unit() * rng.unit() * 30 + 0.001 }
            let total = loads.count + Int(rng.below(200))
            let shares = PoolSizing.balanced(total: total, loads: loads)
            #expect(shares.reduce(0, +) == total, "seed \(seed): \(loads)")
            #expect(shares.allSatisfy { $0 >= 1 }, "seed \(seed)")
        }
    }
}
