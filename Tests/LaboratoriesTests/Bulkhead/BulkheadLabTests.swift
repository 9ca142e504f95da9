import MeshBase
import Testing

@testable import Laboratories

@Suite struct BulkheadLabTests {
    /// Conformance 19: M/M/c at load 0.8.
    @Test(arguments: [(1, 0.8), (2, 0.7111), (4, 0.5964), (10, 0.4092)])
    func erlangAndTheQueueAgree(workers: Int, waits: Double) throws {
        var settings = BulkheadLab.Settings()
        settings.workers = workers
        settings.rate = 8 * Double(workers)
        settings.requests = 150_000
        let report = try BulkheadLab.run(settings)
        let measured = try #require(report.measured)
        #expect(abs(report.queue.waitProbability - waits) < 1e-4)
        #expect(abs(measured.waitProbability - waits) < 0.02)
        #expect(abs(measured.utilisation - 0.8) < 0.02)
        #expect(abs(measured.meanWait.seconds / report.queue.meanWait - 1) < 0.1)
        #expect(abs(measured.p99Wait.seconds / report.queue.wait(quantile: 0.99) - 1) < 0.15)
    }

    @Test func workThatVariesLessWaitsLess() throws {
        var settings = BulkheadLab.Settings()
        settings.workers = 10
        settings.variance = 0
        let even = try #require(try BulkheadLab.run(settings).measured)
        settings.variance = 4
        let report = try BulkheadLab.run(settings)
        let uneven = try #require(report.measured)
        #expect(even.meanWait * 2 < uneven.meanWait)
        // Allen and Cunneen's is an approximation.
        #expect(abs(uneven.meanWait.seconds / report.queue.meanWait - 1) < 0.25)
    }

    @Test func sizesByUtilisationAndByCost() throws {
        var settings = BulkheadLab.Settings()
        settings.requests = 0
        let report = try BulkheadLab.run(settings)
        #expect(report.size.workers == 11 && report.size.core == 9 && report.size.queue == 6 && report.measured == nil)
        settings.wait = .milliseconds(900)
        #expect(try BulkheadLab.run(settings).threads == 20)
        settings.wait = .zero
        settings.cost = 1
        settings.penalty = 0
        let cheap = try BulkheadLab.run(settings)
        settings.penalty = 1_000_000
        let dear = try BulkheadLab.run(settings)
        #expect(cheap.size.workers == 9 && dear.size.workers > cheap.size.workers)
    }

    @Test func aQueueWithoutEndIsSaidAndNotRun() throws {
        var settings = BulkheadLab.Settings()
        settings.workers = 8
        let report = try BulkheadLab.run(settings)
        #expect(report.measured == nil && report.sheet.lead.contains { $0.contains("too few") })
        settings.penalty = 1
        #expect(throws: LabRefusal.self) { try BulkheadLab.run(settings) }
    }
}
