import MeshBase
import Nodes
import Sharding
import Testing

@testable import SimDriver

/// Conformance 34: killed at every step of a workflow, each run comes to the one end that the plan says.
@Suite struct StrikeTests {
    /// Few cohorts, so that all steps fit into a test; `make swarm-moves` has all of them.
    private func strikes(_ workflow: SimStrikes.Workflow) throws -> SimStrikes {
        var base = Meshes.configuration(seed: 5, rate: 40)
        base.placement = PlacementTable(cohortCount: 2)
        base.watch = .milliseconds(50)
        return try SimStrikes(workflow, base)
    }

    /// Before the effect, between effect and record, after the record: of every change, from the first to the last.
    @Test(arguments: SimStrikes.Workflow.allCases) func theControlPlaneAtEveryStep(
        _ workflow: SimStrikes.Workflow
    ) throws {
        let strikes = try strikes(workflow)
        let steps = strikes.all[strikes.steps]
        for moment in CoordinatorStep.Moment.allCases {
            #expect(steps.count { $0.step.moment == moment } == steps.count / 3)
        }
        for step in 0..<strikes.steps.count {
            let report = try strikes.run(step, .control)
            #expect(report.isOk, "\(workflow) \(step), \(steps[steps.startIndex + step].step): \(report.complaint)")
        }
    }

    @Test(
        arguments: [SimStrikes.Workflow.evacuate, .move],
        [SimStrikes.Victim.router, .source, .target, .decider]
    ) func everybodyElse(_ workflow: SimStrikes.Workflow, _ victim: SimStrikes.Victim) throws {
        let strikes = try strikes(workflow)
        // What was decided, and nobody knows: every third step.
        for step in stride(from: 1, to: strikes.steps.count, by: 3) {
            let report = try strikes.run(step, victim)
            #expect(report.isOk, "\(workflow) \(step), \(victim): \(report.complaint)")
        }
    }
}
