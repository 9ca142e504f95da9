import MeshBase
import Testing

@testable import LoadGenerator

/// Keys that keep siblings, over real sockets.
@Suite(.serialized) struct LoadSiblingTests {
    private func configuration() throws -> LoadConfiguration {
        var configuration = LoadConfiguration(rate: 500, duration: .milliseconds(400), customers: 2)
        configuration.arrivals = .uniform
        configuration.connections = 4
        configuration.keys = 5
        configuration.mix = try LoadMix("reads=50%,writes=50%")
        configuration.run = 0x1234
        configuration.verifies = true
        configuration.keySiblings = [true]
        configuration.checksSiblings = true
        configuration.verificationPatience = .milliseconds(300)
        configuration.objectives = [try Objective("lost_writes==0")]
        return configuration
    }

    @Test func allThatWasAcknowledgedIsThere() throws {
        let (report, _) = try runLoad(try configuration()) { responder, _ in responder.siblings = TestSiblings() }
        #expect(report.ok == 200 && report.writes.acknowledged > 60, "\(report.text)")
        #expect(report.writes.lost == 0 && report.writes.unverified == 0 && report.metObjectives)
        let verdict = try #require(report.verdicts.first { $0.oracle == "siblings" })
        #expect(verdict.ok && verdict.detail.hasPrefix("\(report.writes.acknowledged) writes judged"), "\(verdict)")
        #expect(!verdict.detail.contains(" 0 conflicts read"), "\(verdict)")
    }

    @Test func aWriteThatIsGoneIsLost() throws {
        let (report, _) = try runLoad(try configuration()) { responder, _ in
            responder.siblings = TestSiblings()
            responder.forgetsEvery = 5
        }
        #expect(report.writes.lost > 0 && !report.metObjectives)
        #expect(report.verdicts.contains { $0.oracle == "siblings" && $0.isViolated }, "\(report.verdicts)")
    }

    @Test func whatCannotBeReadBackIsNotVerified() throws {
        let (report, _) = try runLoad(try configuration()) { responder, run in
            responder.siblings = TestSiblings()
            try responder.after(.milliseconds(300)) {
                responder.problem = { method, _ in method == .get ? (503, "no-quorum") : nil }
            }
        }
        #expect(report.writes.lost == 0 && report.writes.unverified == report.writes.acknowledged, "\(report.text)")
        #expect(report.verdicts.contains { $0.oracle == "siblings" && !$0.ok && !$0.conclusive }, "\(report.verdicts)")
    }
}
