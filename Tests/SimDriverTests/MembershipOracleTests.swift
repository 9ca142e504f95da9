import Chaos
import MeshBase
import Testing

@testable import SimDriver

/// Each oracle of the membership is shown a build that breaks its rule, and must say so; without it, it must not.
@Suite struct MembershipOracleTests {
    struct Case: Sendable {
        var defect: SimDefect.Membership
        var oracle: String
        var code: Int32
        var faults: [SimFault]
        var seconds: Int64 = 6
    }

    static let cases: [Case] = [
        Case(
            defect: .goesBack, oracle: "membership-monotone", code: 11,
            faults: [SimFault(at: .seconds(1), .kill, "r1-1", for: .seconds(3))]),
        Case(
            defect: .resurrects, oracle: "membership-resurrection", code: 11,
            faults: [SimFault(at: .seconds(1), .kill, "r1-1", for: .seconds(3))]),
        Case(
            defect: .raisesOthers, oracle: "membership-ownership", code: 11,
            faults: [SimFault(at: .seconds(1), .kill, "r1-1", for: .seconds(3))]),
        Case(
            defect: .reportsLeaversDead, oracle: "membership-goodbye", code: 11,
            faults: [SimFault(at: .seconds(1), .leave, "r2-1", for: .seconds(2))]),
        Case(
            defect: .missesDeaths, oracle: "membership-completeness", code: 12,
            faults: [SimFault(at: .seconds(1), .kill, "r1-1")], seconds: 90),
        Case(defect: .suspectsTheSound, oracle: "no-false-deaths", code: 12, faults: []),
        Case(
            defect: .buriesTheLiving, oracle: "no-false-deaths", code: 12,
            faults: [SimFault(at: .seconds(1), .kill, "r1-1")]),
        Case(
            defect: .staysSplit, oracle: "membership-agreement", code: 12,
            faults: [SimFault(at: .seconds(1), FaultSpec(.partition, .region("r1"), .mesh))]),
    ]

    private func configuration(_ example: Case) -> SimConfiguration {
        Meshes.configuration(seed: 3, seconds: example.seconds, rate: 10, faults: example.faults)
    }

    @Test(arguments: cases) func aBrokenBuildIsNoticed(_ example: Case) throws {
        var configuration = configuration(example)
        configuration.defect = SimDefect(membership: example.defect)
        let report = try SimRun.run(configuration)
        #expect(report.verdict(example.oracle)?.ok == false, "\(example.defect): \(report.complaint)")
        #expect(report.exitCode == example.code || report.exitCode == 11, "\(report.complaint)")
    }

    @Test(arguments: cases) func aSoundBuildIsNot(_ example: Case) throws {
        let report = try SimRun.run(configuration(example))
        #expect(report.isOk, "\(report.complaint)")
    }

    @Test func everyDefectHasItsOracle() {
        #expect(Set(Self.cases.map(\.defect)) == Set(SimDefect.Membership.allCases))
    }
}
