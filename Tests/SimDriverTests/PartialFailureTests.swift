import MeshBase
import Testing
import Topology

@testable import SimDriver

/// What policies are worth while half of all calls fail: customers get more with them than without.
@Suite struct PartialFailureTests {
    /// One service that calls another, with no fallback anywhere.
    private func during(
        _ faults: [String], rate: Double = 100, profile: PolicyProfile = .local
    ) throws -> SimAnswers.Tally {
        var mesh = Meshes.small()
        mesh.policies = PoliciesBlock()
        mesh.policies?.profile = profile
        var configuration = Meshes.configuration(
            mesh, seed: 7, seconds: 12, rate: rate, faults: try faults.map { try #require(SimFault($0)) })
        (configuration.load.reads, configuration.load.writes, configuration.load.deletes) = (0, 0, 0)
        configuration.load.services = 1
        configuration.load.entries = ["front"]
        let report = try SimRun.run(configuration)
        #expect(report.isOk, "\(report.complaint)")
        return report.answers.tally(0, 4..<12)
    }

    @Test(arguments: ["back", "front"], [500, 503])
    func ofWhatFailsHalfOfTheTimeCustomersGetMoreThanWithout(_ service: String, _ status: Int) throws {
        let faults = ["errors service/\(service) 0.5 \(status) @2s for 10s"]
        let with = try during(faults)
        let without = try during(faults, profile: .off)
        #expect(with.sent == without.sent && without.sent > 700)
        // A budget of a fifth bounds what retries can bring.
        #expect(Double(with.ok) > 1.06 * Double(without.ok), "\(with.ok) and \(without.ok) of \(with.sent)")
        // And nobody waits for long: a tenth of a call's time at most for a Retry-After.
        #expect(with.quantile(0.99) <= .milliseconds(500), "\(with.quantile(0.99))")
    }

    /// At a high rate twelve failures in a row come by chance, every few seconds.
    @Test func atHighRatesToo() throws {
        let faults = ["errors service/back 0.5 @2s for 10s"]
        let with = try during(faults, rate: 1_200)
        let without = try during(faults, rate: 1_200, profile: .off)
        #expect(with.sent == without.sent && without.sent > 8_000)
        #expect(Double(with.ok) > 1.06 * Double(without.ok), "\(with.ok) and \(without.ok) of \(with.sent)")
        #expect(with.policies["breaker"] ?? 0 < with.sent / 100, "\(with.policies)")
    }

    @Test func whereRetriesAreCheapMostIsMended() throws {
        let faults = ["errors service/back 0.5 @2s for 10s"]
        let with = try during(faults, rate: 10)
        let without = try during(faults, rate: 10, profile: .off)
        #expect(with.ok * 10 > without.ok * 13, "\(with.ok) and \(without.ok) of \(with.sent)")
    }

    /// What is dead or slow is cut off all the same, two seconds after.
    @Test(arguments: ["errors service/back 1 @2s for 10s", "latency service/back 2s @2s for 10s"])
    func whatIsOfNoUseIsCutOff(_ fault: String) throws {
        let during = try during([fault])
        let held = (during.policies["breaker"] ?? 0) + (during.policies["throttle"] ?? 0)
        #expect(Double(held) > 0.85 * Double(during.sent), "\(during.policies) of \(during.sent)")
        #expect(during.quantile(0.8) <= .milliseconds(300), "\(during.quantile(0.8))")
    }
}
