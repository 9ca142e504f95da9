import Checkers
import MeshBase
import Topology

/// Kills somebody at each step of a workflow, one run for each step, and holds that every run comes to the one end that
/// the plan says: 3 m runs for a workflow of m changes, for each of which a crash may come before its effect, between
/// effect and record, and after the record.
package struct SimStrikes: Sendable {
    /// What is interrupted: the last command of these.
    package enum Workflow: String, Sendable, CaseIterable {
        /// A region is left.
        case evacuate
        /// A region is left, and that is taken back half-way.
        case abort
        /// A region that was left is returned to.
        case restore
        /// A customer moves by itself.
        case move
        /// A customer that has moved goes home.
        case unpin
    }

    /// Who is killed.
    package enum Victim: String, Sendable, CaseIterable {
        case control
        case router
        /// A cell of the region that is left, or that the customer leaves.
        case source
        /// A cell that takes over.
        case target
        /// A cell that decides, before and after.
        case decider
    }

    package let workflow: Workflow
    /// The run without anybody killed.
    private let base: SimConfiguration
    /// The steps of the workflow by their numbers in the run.
    package let steps: Range<Int>
    /// What was to be done at each of them.
    package let all: [SimStep]
    /// How the mesh stands when the workflow has come to its end, and where it never began.
    package let end: [SimEnd]
    package let before: [SimEnd]

    /// Runs the workflow twice without a crash: whole, and without its last command.
    ///
    /// - Parameter base: topology, seed, load and cohorts; what it does to the mesh is replaced.
    /// - Throws: where the topology cannot be run, or such a run does not come to its end by itself.
    package init(_ workflow: Workflow, _ base: SimConfiguration) throws(SimRefusal) {
        self.workflow = workflow
        var base = base
        base.strike = nil
        var commands = Array(Self.commands(workflow, base.topology))
        guard let last = commands.popLast() else { throw SimRefusal("nothing is to be done") }
        var at = TimeAmount.milliseconds(500)
        base.faults = commands.map { SimFault(at: at, .operate($0), Simulation.controlName) }
        base.duration = .seconds(3)
        let first = try Self.sound(base)
        if let end = first.steps.last?.at, let begin = first.steps.first?.at {
            // Time passes in the run before the load begins.
            let way = end - begin
            at = workflow == .abort ? at + way / 2 : at + way + .seconds(2)
        }
        base.faults.append(SimFault(at: at, .operate(last), Simulation.controlName))
        base.duration = max(base.duration, at + .seconds(3))
        // The run without the last command is as long, so that both are the same until then.
        var without = base
        without.faults.removeLast()
        before = try Self.sound(without).placement
        let whole = try Self.sound(base)
        end = whole.placement
        all = whole.steps
        let change: [Workflow: String] = [
            .evacuate: "plan", .abort: "reverse of the plan", .restore: "plan", .move: "pin", .unpin: "unpin",
        ]
        guard
            let begin = whole.steps.lastIndex(where: { $0.step.change == change[workflow] && $0.step.moment == .begun })
        else { throw SimRefusal("the workflow '\(workflow.rawValue)' did not begin") }
        steps = begin..<whole.steps.count
        self.base = base
    }

    private static func sound(_ configuration: SimConfiguration) throws(SimRefusal) -> SimulationReport {
        let report = try SimRun.run(configuration)
        guard report.isOk else {
            let wrong = report.verdicts.filter { !$0.ok }.map { "\($0.oracle): \($0.detail)" }.joined(separator: "; ")
            throw SimRefusal("a run without a crash fails: \(wrong)")
        }
        return report
    }

    private static func commands(_ workflow: Workflow, _ topology: MeshTopology) -> [SimMove] {
        let region = topology.regions[0].name
        // To cells of other regions than the first, as far as there are any.
        let others = topology.cells.indices.filter { topology.cells[$0].region != 0 }
        let move = SimMove.customer(1, Array(others.suffix(max(1, min(topology.sharding.size, others.count)))))
        return switch workflow {
        case .evacuate: [.evacuate(region)]
        case .abort: [.evacuate(region), .abort]
        case .restore: [.evacuate(region), .restore(region)]
        case .move: [move]
        case .unpin: [move, .home(1)]
        }
    }

    /// The name of the node.
    package func node(_ victim: Victim) -> String {
        let topology = base.topology
        let cells = topology.cells
        switch victim {
        case .control: return Simulation.controlName
        case .router: return topology.routers.first?.name ?? Simulation.controlName
        case .source: return cells.first { $0.region == 0 }?.name ?? cells[0].name
        case .target: return cells[cells.count - 1].name
        // Those that found a mesh are the first of each region.
        case .decider: return cells.first { $0.region == min(1, topology.regions.count - 1) }?.name ?? cells[0].name
        }
    }

    /// The run in which somebody is killed at a step of the workflow, 0..<steps.count.
    package func configuration(_ step: Int, _ victim: Victim) -> SimConfiguration {
        var configuration = base
        configuration.strike = SimStrike(
            step: steps.lowerBound + step, node(victim),
            for: victim == .control ? .milliseconds(300) : .seconds(1))
        return configuration
    }

    /// Makes that run, with the verdict `terminal`: it has come to the one end that there is.
    package func run(
        _ step: Int, _ victim: Victim, progress: @escaping (SimProgress) -> Bool = { _ in true }
    ) throws(SimRefusal) -> SimulationReport {
        var report = try SimRun.run(configuration(step, victim), progress: progress)
        // Killed before the command was proposed to anybody, it never was given: what a turn has to send goes at its end.
        let isUnsent = all[steps.lowerBound + step].at == all[steps.lowerBound].at
        let expected = victim == .control && isUnsent ? before : end
        let wrong = zip(report.placement, expected).first { $0 != $1 }
        let isStruck = report.steps.count > steps.lowerBound + step
        report.add(
            Verdict(
                oracle: "terminal", ok: wrong == nil && isStruck,
                detail: !isStruck
                    ? "the step was not reached"
                    : wrong.map { "\($0) and not \($1)" } ?? "all cohorts are where the plan says"),
            otherwise: .safety)
        return report
    }
}
