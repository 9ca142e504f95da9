import Blueprints
import Drills
import MeshBase
import Testing
import Topology

@testable import SimDriver

/// What a drill claims is what its customers got, in virtual time: each of these claimed something else once.
@Suite struct VerdictSimTests {
    private func run(_ method: String, objectives: String, baseline: String = "1s", others: [SimFault] = []) throws
        -> DrillReport
    {
        let result = MeshFiles.load(
            scenario: """
                title: x
                load: {rate: 100}
                baseline: {for: \(baseline)}
                method:
                \(method)
                objectives: [\(objectives)]
                settle: 20s
                """, named: "x.yaml")
        let scenario = try #require(result.scenario, "\(result.rendered())")
        return try SimScenario.run(
            scenario, on: Meshes.shipped("nine-cells"), seed: 3, id: "20260101-120000000-x", command: "x",
            others: others
        ).drill
    }

    private func claim(_ drill: DrillReport, _ name: String) throws -> DrillClaim {
        try #require(drill.claims.first { $0.name == name }, "\(drill.claims)")
    }

    @Test func whomTheFirstOfTwoFaultsLosesIsLost() throws {
        let drill = try run(
            """
              - {type: action, name: one, provider: {type: cellmesh, do: "kill region/eu-west", for: 6s}, pauses: {after: 14}}
              - {type: action, name: two, provider: {type: cellmesh, do: "kill cell/us-east-1", for: 6s}}
            """, objectives: "customers_lost==0")
        let lost = try claim(drill, "customers_lost==0")
        #expect(lost.verdict == .deviated && (lost.observed ?? 0) > 5 && drill.exitCode == 5, "\(lost)")
        #expect(try claim(drill, "customers different from the prediction").verdict == .met, "\(drill.claims)")
    }

    @Test func harmOfBeforeIsNotThisDrills() throws {
        let fault = try #require(SimFault("kill region/eu-west @1s for 5s"))
        for objective in ["customers_lost==0", "customers_lost>=1"] {
            let drill = try run(
                """
                  - {type: action, name: lat, provider: {type: cellmesh, do: "latency region/us-west <> region/us-east 5ms", for: 3s}}
                """, objectives: objective, baseline: "20s", others: [fault])
            let lost = try claim(drill, objective)
            #expect(lost.observed == 0 && lost.verdict == (objective.hasSuffix("=0") ? .met : .deviated), "\(lost)")
        }
    }

    @Test func harmOfSomebodyElseIsNamed() throws {
        let method = """
              - {type: action, name: kill, provider: {type: cellmesh, do: "kill cell/us-east-2", for: 8s}}
            """
        let alone = try run(method, objectives: "customers_lost==0")
        #expect(alone.outcome == .passed && alone.conclusive, "\(alone.reason ?? "") \(alone.claims)")
        let fault = try #require(SimFault("kill cell/us-west-2 @3s for 4s"))
        let drill = try run(method, objectives: "customers_lost==0", others: [fault])
        let different = try claim(drill, "customers different from the prediction")
        #expect(different.verdict == .deviated && (different.observed ?? 0) > 10, "\(different)")
        #expect(different.detail?.contains("us-west-2 was killed") == true && drill.exitCode == 5, "\(different)")
    }
}
