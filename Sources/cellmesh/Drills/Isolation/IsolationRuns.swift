import ControlPlane
import Drills
import Laboratories
import MeshBase
import Scenarios
import Sharding
import SimDriver
import Topology

/// The drills of `lab isolation`, in virtual time or on the mesh that is up.
struct IsolationRuns {
    let seeds: ClosedRange<UInt64>
    let console: Console
    let wallLimit: TimeAmount

    private struct Piece: Sendable {
        var topology: MeshTopology
        var scenario: Scenario
        var seed: UInt64
        var domain: FailureBoundaries.Domain?
        var isShared = false
    }

    /// Each domain once for each seed, and the pools both ways; several at a time.
    func simulate(
        _ boundaries: FailureBoundaries, _ pools: PoolSharing?, into report: inout IsolationReport
    ) throws {
        // So that nearly every customer is seen in the time of a loss.
        var even = boundaries.topology
        even.customers.popularity = .uniform
        var tasks: [Piece] = []
        let hang = try pools.map { try FailureBoundaries.read($0.text(rate: boundaries.rate), named: "hang") }
        for seed in seeds {
            for domain in boundaries.domains(seed: seed) {
                tasks.append(
                    Piece(topology: even, scenario: try boundaries.scenario(domain), seed: seed, domain: domain))
            }
            guard let pools, let hang else { continue }
            for (topology, isShared) in [(pools.walled, false), (pools.leaky, true)] {
                tasks.append(Piece(topology: topology, scenario: hang, seed: seed, isShared: isShared))
            }
        }
        let reports = try run(tasks)
        if let pools { report.pools = [false, true].map { pools.predicted(isShared: $0) } }
        for (task, drill) in zip(tasks, reports) {
            if let domain = task.domain {
                report.losses[domain.kind, default: []].append(boundaries.seen(drill, task.scenario, domain))
            } else {
                pools?.add(drill, task.scenario, to: &report.pools[task.isShared ? 1 : 0])
            }
        }
    }

    private func run(_ tasks: [Piece]) throws -> [DrillReport] {
        let results = try ParallelRuns.simulations(
            tasks.count, of: "runs", jobs: ParallelRuns.processors, within: wallLimit, console
        ) { index, goesOn throws(SimRefusal) in
            let task = tasks[index]
            return try SimScenario.run(
                task.scenario, on: task.topology, seed: task.seed, id: "lab", command: "cellmesh lab isolation"
            ) { _ in goesOn() }.drill
        }
        return try results.map { result in
            do { return try result.get() } catch { throw LabRefusal("\(error)") }
        }
    }

    /// Each domain once on the mesh that is up, as drills of its own, whose reports are kept.
    func perform(_ boundaries: FailureBoundaries, on mesh: DataDirectory, into report: inout IsolationReport) throws {
        let runner = DrillRunner(mesh: mesh, console: console)
        let lock = try runner.begin()
        defer { lock.release() }
        for domain in boundaries.domains(seed: seeds.lowerBound) where !Interruption.hasCome {
            let scenario = try boundaries.scenario(domain)
            let notice = DrillNotice(mesh, scenario.name)
            defer { notice.end() }
            if console.format != .json { console.message("\(domain.kind.rawValue): the loss of \(domain.target) ...") }
            let drill = try runner.perform(
                scenario, text: boundaries.text(domain), command: report.command, notice)
            guard drill.outcome == .passed || drill.outcome == .deviated else {
                throw CommandFailure(
                    .unhealthy, "the loss of \(domain.target) \(drill.outcome.rawValue): \(drill.reason ?? "")",
                    next: "cellmesh drill show \(drill.id)")
            }
            report.losses[domain.kind] = [boundaries.seen(drill, scenario, domain)]
        }
        if Interruption.hasCome { throw CommandFailure(.interrupted, "interrupted; what was killed was started again") }
    }
}
