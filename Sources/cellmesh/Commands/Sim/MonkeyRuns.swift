import ArgumentParser
import Drills
import MeshBase
import Reports
import Scenarios
import Sharding
import SimDriver
import Telemetry
import Topology

/// `sim run --monkey`: a monkey in virtual time, once, or once for each of some seeds.
struct MonkeyRuns {
    /// What came of one seed.
    struct Row: Codable, Sendable, Equatable {
        var seed: UInt64
        var killed: UInt64
        var spared: UInt64
        var deviated: Int
        /// What the oracles found that must not be, by name.
        var violated: [String]
        /// Why nothing was run; nil where it was.
        @Nullable var reason: String?
    }

    /// `sim run --monkey --seeds A..B -o json`.
    struct Document: Encodable {
        let schema = ReportJSON.schema
        var mesh: String
        var runs: Int
        var killed: UInt64
        var spared: UInt64
        var seeds: [Row]
        var livedMilliseconds: Double
        var wallMilliseconds: Double

        private enum CodingKeys: String, CodingKey {
            case schema, mesh, runs, killed, spared, seeds
            case livedMilliseconds = "lived_ms"
            case wallMilliseconds = "wall_ms"
        }
    }

    let topology: MeshTopology
    let request: MonkeyRequest
    let length: TimeAmount
    let rate: Double
    let crashes: Double
    let defect: SimDefect?
    let wallLimit: TimeAmount

    private func settings(_ seed: UInt64) throws -> SimMonkey.Settings {
        let plan: MonkeyPlan
        do throws(MonkeyPlan.Refusal) { plan = try MonkeyPlan(request, seed: seed) } catch {
            throw CommandFailure(.usage, error.message)
        }
        var settings = SimMonkey.Settings(plan)
        (settings.length, settings.rate, settings.crashes, settings.defect) = (length, rate, crashes, defect)
        do throws(UnknownTarget) {
            var chooser = TargetChooser(topology, Placement(topology), seed: plan.seed)
            let words = try chooser.words(for: TargetChooser.parts(plan.except))
            settings.excepted = Set(
                try TargetList(words, in: topology).processes.filter { $0.role == .cell }.map(\.name))
        } catch { throw CommandFailure(.usage, error.message, hint: error.hint) }
        return settings
    }

    /// Once, with all that was drawn.
    /// - Returns: the exit code.
    func once(_ seed: UInt64, record: String?, _ console: Console) throws -> Int32 {
        let begun = Pause.now()
        let deadline = begun + wallLimit
        let output = try record.map { try RecordingOutput($0) }
        let feed = output.map { output in SimFeed { bytes in _ = output.append(bytes) } }
        let settings = try settings(seed)
        var report: SimMonkeyReport
        do throws(SimRefusal) {
            report = try SimMonkey.run(settings, on: topology, seed: seed, feed: feed) { _ in
                Pause.now() < deadline && !Interruption.hasCome
            }
        } catch { throw CommandFailure("\(error)") }
        report.simulation.wallMilliseconds = (Pause.now() - begun).milliseconds
        console.show(MonkeyView.simulated(report, on: topology.name))
        if let output {
            try output.close()
            console.next("cellmesh dashboard \(output.path)")
        }
        return report.exitCode
    }

    /// Once for each seed, several at a time.
    /// - Returns: 11 where a rule was broken, 1 where one could not be run, 5 where a kill deviated.
    func all(_ seeds: ClosedRange<UInt64>, jobs: Int, _ console: Console) throws -> Int32 {
        let begun = Pause.now()
        let count = Int(seeds.upperBound - seeds.lowerBound) + 1
        let all = try (0..<count).map { try settings(seeds.lowerBound + UInt64($0)) }
        let results = try ParallelRuns.simulations(count, of: "seeds", jobs: jobs, within: wallLimit, console) {
            index, goesOn throws(SimRefusal) in
            try SimMonkey.run(all[index], on: topology, seed: seeds.lowerBound + UInt64(index)) { _ in goesOn() }
        }
        let rows = zip(seeds, results).map { seed, result in
            switch result {
            case .success(let report):
                Row(
                    seed: seed, killed: report.monkey.counts.killed, spared: report.monkey.counts.spared,
                    deviated: report.days.map(\.deviated).reduce(0, +),
                    violated: report.simulation.verdicts.filter { !$0.ok }.map(\.oracle), reason: nil)
            case .failure(let error):
                Row(seed: seed, killed: 0, spared: 0, deviated: 0, violated: [], reason: "\(error)")
            }
        }
        let lived = results.reduce(0) { $0 + ((try? $1.get())?.calendar.livedMilliseconds ?? 0) }
        let wall = (Pause.now() - begun).milliseconds
        let document = Document(
            mesh: topology.name, runs: rows.count, killed: rows.map(\.killed).reduce(0, +),
            spared: rows.map(\.spared).reduce(0, +), seeds: rows, livedMilliseconds: lived,
            wallMilliseconds: wall
        )
        console.show(
            Report(document, names: rows.map { "sim/\($0.seed)" }) { style in table(document, style) })
        if rows.contains(where: { !$0.violated.isEmpty }) { return 11 }
        if rows.contains(where: { $0.reason != nil }) { return ExitStatus.failed.rawValue }
        return rows.contains { $0.deviated > 0 } ? 5 : 0
    }

    private func table(_ document: Document, _ style: TableStyle) -> String {
        var text =
            "monkeys on \(document.mesh), simulated: \(Wording.plural(document.runs, "seed")), "
            + "\(document.killed) killed, \(document.spared) spared\n"
        let others = document.seeds.filter { !$0.violated.isEmpty || $0.deviated > 0 || $0.reason != nil }
        if !others.isEmpty {
            var table = style.table([
                .init("SEED", .right), .init("KILLED", .right), .init("DEVIATED", .right), .init("WHY"),
            ])
            for row in others.prefix(20) {
                let why = row.violated.map { "violated: \($0)" } + [row.reason].compactMap { $0 }
                table.add([
                    .init("\(row.seed)"), .init("\(row.killed)"), .init("\(row.deviated)"),
                    .init(why.joined(separator: "; ")),
                ])
            }
            text += "\n" + table.render()
            if others.count > 20 { text += "and \(others.count - 20) more\n" }
        }
        return text
    }
}
