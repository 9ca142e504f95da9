import ArgumentParser
import Drills
import MeshBase
import Reports
import Scenarios
import SimDriver
import Telemetry
import Topology

/// `sim run SCENARIO`: a scenario in virtual time, once, or once for each of some seeds.
struct ScenarioRuns {
    /// What came of one seed.
    struct Row: Codable, Sendable, Equatable {
        var seed: UInt64
        /// As of `DrillOutcome`; nil where nothing was run.
        @Nullable var outcome: String?
        @Nullable var conclusive: Bool?
        @Nullable var reason: String?
        /// What the oracles found that must not be, by name.
        var violated: [String]
    }

    /// `sim run SCENARIO --seeds A..B -o json`.
    struct Document: Encodable {
        let schema = ReportJSON.schema
        var scenario: String
        var mesh: String
        var runs: Int
        /// How many ended so, by outcome.
        var outcomes: [String: Int]
        var seeds: [Row]
        var simulatedMilliseconds: Double
        var wallMilliseconds: Double

        private enum CodingKeys: String, CodingKey {
            case schema, scenario, mesh, runs, outcomes, seeds
            case simulatedMilliseconds = "simulated_ms"
            case wallMilliseconds = "wall_ms"
        }
    }

    /// `sim run SCENARIO -o json`: as of a topology, with the drill.
    struct OneDocument: Encodable {
        var simulation: SimulationReport
        var drill: DrillReport

        private enum CodingKeys: String, CodingKey { case drill }

        func encode(to encoder: any Encoder) throws {
            try simulation.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(drill, forKey: .drill)
        }
    }

    let scenario: Scenario
    let topology: MeshTopology
    /// As it was written: for the command that repeats it.
    let words: String
    let defect: SimDefect?
    let wallLimit: TimeAmount

    private func run(_ seed: UInt64, _ feed: SimFeed? = nil, _ progress: @escaping () -> Bool) throws(SimRefusal)
        -> SimScenario.Outcome
    {
        try SimScenario.run(
            scenario, on: topology, seed: seed, id: ReportShelf.id(of: scenario.name, wall: "2023-11-14T22:13:20.000Z"),
            command: "cellmesh sim run \(words) --seed \(seed)", feed: feed, defect: defect
        ) { _ in progress() }
    }

    /// Once, with all that was claimed.
    /// - Returns: the exit code.
    func once(_ seed: UInt64, record: String?, _ console: Console) throws -> Int32 {
        let begun = Pause.now()
        let deadline = begun + wallLimit
        let output = try record.map { try RecordingOutput($0) }
        let feed = output.map { output in SimFeed { bytes in _ = output.append(bytes) } }
        var outcome: SimScenario.Outcome
        do throws(SimRefusal) { outcome = try run(seed, feed) { Pause.now() < deadline } } catch {
            throw CommandFailure(.usage, "\(error); nothing was run")
        }
        outcome.simulation.wallMilliseconds = (Pause.now() - begun).milliseconds
        let simulation = outcome.simulation
        let speed = simulation.simulatedMilliseconds / max(simulation.wallMilliseconds, 0.001)
        let document = OneDocument(simulation: simulation, drill: outcome.drill)
        console.show(
            Report(document, names: ["sim/\(seed)"]) { style in
                DrillView.report(outcome.drill).table(style)
                    + "\nsimulated \(Wording.time(milliseconds: simulation.simulatedMilliseconds)) on "
                    + "\(topology.name) from seed \(seed) in "
                    + "\(Wording.time(milliseconds: simulation.wallMilliseconds)), \(Wording.fixed(speed, 0))x real time; "
                    + "trace \(simulation.traceHash)\n"
            })
        if let output {
            try output.close()
            console.next("cellmesh dashboard \(output.path)")
        }
        return simulation.isOk ? outcome.drill.exitCode : simulation.exitCode
    }

    /// What so many seeds come to, for a real run to stand beside.
    func rehearse(_ count: Int, _ console: Console) throws -> DrillReport.Rehearsal {
        let (rows, _) = try rows(1...UInt64(count), jobs: ParallelRuns.processors, console)
        let others = rows.filter { Self.word($0) != "passed" }
        return DrillReport.Rehearsal(
            runs: count, passed: count - others.count,
            others: others.prefix(10).map { .init(seed: $0.seed, outcome: Self.word($0), reason: $0.reason ?? "") })
    }

    /// Once for each seed, several at a time.
    /// - Returns: 5 where a run deviated, 3 where none did and some decided nothing, 1 where one could not be run.
    func all(_ seeds: ClosedRange<UInt64>, jobs: Int, _ console: Console) throws -> Int32 {
        let begun = Pause.now()
        let (rows, simulated) = try rows(seeds, jobs: jobs, console)
        var outcomes: [String: Int] = [:]
        for row in rows { outcomes[Self.word(row), default: 0] += 1 }
        let wall = (Pause.now() - begun).milliseconds
        let document = Document(
            scenario: scenario.name, mesh: topology.name, runs: rows.count, outcomes: outcomes, seeds: rows,
            simulatedMilliseconds: simulated, wallMilliseconds: wall)
        console.show(
            Report(document, names: rows.map { "sim/\($0.seed)" }) { style in
                table(rows, outcomes, style)
                    + "simulated \(Wording.time(milliseconds: simulated)) in \(Wording.time(milliseconds: wall)), "
                    + "\(Wording.fixed(simulated / max(wall, 0.001), 0))x real time\n"
            })
        if let first = rows.first(where: { Self.word($0) != "passed" }) {
            let again = "cellmesh sim run \(words) --seed \(first.seed)"
            console.next(again)
        }
        if rows.contains(where: { $0.outcome == nil }) { return ExitStatus.failed.rawValue }
        if rows.contains(where: { !$0.violated.isEmpty }) { return 11 }
        if rows.contains(where: { $0.outcome == "deviated" || $0.outcome == "aborted" }) { return 5 }
        return rows.allSatisfy { $0.outcome == "passed" && $0.conclusive == true } ? 0 : 3
    }

    /// - Returns: what each seed came to, and virtual milliseconds of all.
    private func rows(
        _ seeds: ClosedRange<UInt64>, jobs: Int, _ console: Console
    ) throws -> ([Row], simulated: Double) {
        let count = Int(seeds.upperBound - seeds.lowerBound) + 1
        let results = try ParallelRuns.simulations(count, of: "seeds", jobs: jobs, within: wallLimit, console) {
            index, goesOn throws(SimRefusal) in
            try run(seeds.lowerBound + UInt64(index), nil, goesOn)
        }
        let rows = zip(seeds, results).map { seed, result in
            switch result {
            case .success(let outcome):
                Row(
                    seed: seed, outcome: outcome.drill.outcome.rawValue, conclusive: outcome.drill.conclusive,
                    reason: outcome.drill.reason,
                    violated: outcome.simulation.verdicts.filter { !$0.ok }.map(\.oracle))
            case .failure(let error):
                Row(seed: seed, outcome: nil, conclusive: nil, reason: "\(error)", violated: [])
            }
        }
        return (rows, results.reduce(0) { $0 + ((try? $1.get())?.simulation.simulatedMilliseconds ?? 0) })
    }

    static func word(_ row: Row) -> String {
        guard let outcome = row.outcome else { return "not run" }
        return outcome == "passed" && row.conclusive == false ? "passed, inconclusive" : outcome
    }

    private func table(_ rows: [Row], _ outcomes: [String: Int], _ style: TableStyle) -> String {
        let counts = outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        var text = "\(scenario.name) on \(topology.name), simulated: "
        text += counts.map { "\($0.value) of \(rows.count) \($0.key)" }.joined(separator: ", ") + "\n"
        let others = rows.filter { Self.word($0) != "passed" }
        guard !others.isEmpty else { return text }
        var table = style.table([.init("SEED", .right), .init("OUTCOME"), .init("WHY")])
        for row in others.prefix(20) {
            let why = (row.violated.map { "violated: \($0)" } + [row.reason ?? ""]).joined(separator: "; ")
            table.add([.init("\(row.seed)"), .init(Self.word(row)), .init(why)])
        }
        text += "\n" + table.render()
        if others.count > 20 { text += "and \(others.count - 20) more\n" }
        return text + "\n"
    }
}
