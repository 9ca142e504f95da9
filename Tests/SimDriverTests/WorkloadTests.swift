import MeshBase
import Testing
import Topology

@testable import SimDriver

/// The example workloads, each with what its scenario breaks, in virtual time: what their files promise is what customers get.
@Suite struct WorkloadTests {
    private typealias Tally = SimAnswers.Tally

    /// Calls of one service with POST, or several.
    private func configuration(
        _ topology: String, seconds: Int64 = 10, rate: Double, entries: [String], keyed: Double = 0,
        faults: [String] = []
    ) throws -> SimConfiguration {
        var configuration = Meshes.configuration(
            Meshes.shipped(topology), seed: 7, seconds: seconds, rate: rate,
            faults: try faults.map { try #require(SimFault($0)) })
        (configuration.load.reads, configuration.load.writes, configuration.load.deletes) = (0, 0, 0)
        configuration.load.services = 1
        configuration.load.entries = entries
        configuration.load.keyed = keyed
        if keyed == 1 { configuration.load.posts = 1 }
        return configuration
    }

    private func run(_ configuration: SimConfiguration) throws -> SimulationReport {
        let report = try SimRun.run(configuration)
        #expect(report.isOk, "\(report.complaint)")
        return report
    }

    // MARK: I1

    /// Without shipping a parcel is booked later: answers say so, and are as quick as before.
    @Test func checkoutWithoutShippingIsDegraded() throws {
        let report = try run(
            try configuration(
                "three-regions", rate: 100, entries: ["checkout"],
                faults: ["latency service/shipping 2s @2s for 6s"]))
        let during = report.answers.tally(0, 4..<8)
        #expect(during.ok == during.sent && during.sent > 300)
        #expect(Double(during.degraded) > 0.9 * Double(during.ok), "\(during.degraded) of \(during.ok)")
        #expect(during.how.keys.allSatisfy { $0.hasPrefix("shipping=") }, "\(during.how)")
    }

    /// Once every cell has seen it, callers do not wait for what will not come: not for probes either, and five seconds after
    /// its end everything is as before.
    @Test func whatIsCutOffCostsNobodyTimeAndComesBack() throws {
        let report = try run(
            try configuration(
                "three-regions", seconds: 18, rate: 150, entries: ["checkout"],
                faults: ["latency service/shipping 2s @2s for 8s"]))
        let during = report.answers.tally(0, 5..<10)
        #expect(during.ok == during.sent && during.quantile(0.99) <= .milliseconds(100), "\(during.quantile(0.99))")
        let after = report.answers.tally(0, 15..<18)
        #expect(after.ok == after.sent && after.degraded == 0, "\(after.how) of \(after.sent)")
    }

    /// Without payment nobody can buy: who asks is told by which breaker, and when to try again.
    @Test func checkoutWithSlowPaymentAnswersTryAgain() throws {
        var configuration = try configuration(
            "three-regions", rate: 60, entries: ["checkout"], faults: ["latency service/payment 2s @2s for 6s"])
        configuration.load.posts = 0
        let during = try run(configuration).answers.tally(0, 3..<8)
        let failed = during.sent - during.ok - during.lost
        #expect(failed > 200 && during.comeBack == failed, "\(during.comeBack) of \(failed): \(during.policies)")
        #expect(Double(during.policies["breaker"] ?? 0) > 0.75 * Double(failed), "\(during.policies)")
    }

    /// And nobody pays twice: what a key was answered is what it is answered again.
    @Test func checkoutWithSlowPaymentChargesOnce() throws {
        let report = try run(
            try configuration(
                "three-regions", rate: 60, entries: ["checkout"], keyed: 1,
                faults: ["latency service/payment 2s @2s for 6s"]))
        #expect(report.verdict("keys")?.standing == .judged)
        #expect(report.answers.tally(0, 3..<8).policies["breaker"] ?? 0 > 50)
    }

    // MARK: I2

    @Test func aFeedWithoutAdsIsAFeed() throws {
        let report = try run(
            try configuration(
                "social-feed", rate: 60, entries: ["feed"], faults: ["latency service/ads 3s @2s for 6s"]))
        let during = report.answers.tally(0, 3..<8)
        #expect(during.ok == during.sent && during.degraded > 0, "\(during)")
        #expect(during.quantile(1) <= .milliseconds(2_250), "\(during.quantile(1))")
    }

    // MARK: I3

    /// Answers partially, within its deadline.
    @Test func theDashboardIsNeverEmpty() throws {
        let report = try run(
            try configuration(
                "dashboard", rate: 40, entries: ["dashboard"],
                faults: ["hang service/social @2s for 6s", "hang service/balance @2s for 6s"]))
        let during = report.answers.tally(0, 2..<8)
        #expect(during.ok == during.sent, "\(during)")
        #expect(during.how["social=empty"] ?? 0 > 0 && during.how["balance=static"] ?? 0 > 0, "\(during.how)")
        #expect(during.quantile(1) <= .milliseconds(2_250), "\(during.quantile(1))")
    }

    // MARK: I4

    /// Ten times the calls for two seconds: nobody waits for recommendations longer than is useful.
    @Test func recommendationsDoNotHoldASpikeUp() throws {
        var configuration = try configuration("streaming", seconds: 8, rate: 100, entries: ["browse"])
        configuration.load.spike = SimLoad.Spike(from: .seconds(3), to: .seconds(5), factor: 10)
        let report = try run(configuration)
        let during = report.answers.tally(0, 3..<5)
        #expect(during.sent > 1_500 && Double(during.ok) > 0.99 * Double(during.sent), "\(during)")
        #expect(during.quantile(0.99) <= .milliseconds(225), "\(during.quantile(0.99))")
    }

    @Test func aTitleWithoutMetadataHasItsName() throws {
        let report = try run(
            try configuration(
                "streaming", rate: 100, entries: ["browse"], faults: ["errors service/metadata 1.0 @2s for 6s"]))
        let during = report.answers.tally(0, 2..<8)
        #expect(during.ok == during.sent, "\(during)")
        #expect(during.how.keys.contains { $0.hasPrefix("metadata=") }, "\(during.how)")
    }

    // MARK: I5, A6

    /// Receipts hang and their queue fills: drivers' positions do not notice.
    @Test func hotPathsDoNotNoticeAFullColdPath() throws {
        let text = "hang cell/berlin/service/receipts @2s for 6s"
        let quiet = try run(try configuration("dispatch", rate: 120, entries: ["track", "finish"], keyed: 1))
        let struck = try run(
            try configuration("dispatch", rate: 120, entries: ["track", "finish"], keyed: 1, faults: [text]))
        let (before, during) = (quiet.answers.tally(0, 2..<8), struck.answers.tally(0, 2..<8))
        #expect(during.ok == during.sent && during.sent == before.sent, "\(during)")
        #expect(during.quantile(0.99) <= before.quantile(0.99) * 2, "\(during.quantile(0.99))")
        // Rides end all the same: a receipt can come later.
        let rides = struck.answers.tally(1, 2..<8)
        #expect(Double(rides.ok) > 0.95 * Double(rides.sent), "\(rides)")
    }

    // MARK: I6

    /// A runaway order flow: what is irregular stops its symbol within seconds, and what is stopped is told so.
    @Test func aValueBreakerStopsARunaway() throws {
        var configuration = try configuration(
            "trading", rate: 100, entries: ["orders"], keyed: 1,
            faults: ["errors service/exchange 1.0 @2s for 6s"])
        configuration.load.worth = 10...5_000
        let report = try run(configuration)
        let before = report.answers.tally(0, 0..<2)
        let during = report.answers.tally(0, 4..<8)
        #expect(Double(before.ok) > 0.95 * Double(before.sent), "\(before)")
        let stopped = (during.policies["value"] ?? 0) + (during.policies["capital"] ?? 0)
        #expect(Double(stopped) > 0.9 * Double(during.sent), "\(during.policies) of \(during.sent)")
    }
}
