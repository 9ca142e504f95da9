import ArgumentParser
import Laboratories
import MeshBase
import Sharding

struct LabIsolationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isolation", abstract: "See what fails with what, and what keeping it apart costs.",
        discussion: """
            Threads, processes and cells of this machine, of which one crashes: what is gone with it, memory and time to \
            start. Each domain of a topology (cell, zone, region, geography, all) is killed under load: customers predicted \
            and observed, and how long it takes until all is steady again; in virtual time, or with '--real' on the mesh \
            that is up. Where services hold connections, one pool for all cells against one for each.

              cellmesh lab isolation
              cellmesh lab isolation topology/leaky.yaml --seeds 1..5
              cellmesh lab isolation --real
            """)

    @Argument(help: "A topology; the one that 'up' would start where none is named.", completion: .file())
    var file: String?

    @Option(help: ArgumentHelp("One run for each seed, up to 100 of them.", valueName: "first..last"))
    var seeds = SeedRange(1...3)

    @Option(help: ArgumentHelp("Requests a second, 1 to 10000.", valueName: "number"))
    var rate = 400.0

    @Option(
        help: ArgumentHelp(
            "Threads, and processes, that are started and of which one crashes, up to 64; with 0 nothing is started, and no "
                + "cells either. With --real no cells are.",
            valueName: "count"))
    var units = 12

    @Flag(help: "On the mesh that runs (CELLMESH_MESH says which), once for each domain: half a minute each.")
    var real = false

    @OptionGroup var lab: LabOptions

    func validate() throws {
        guard seeds.count <= 100 else { throw ValidationError("--seeds is 100 seeds at most") }
        guard rate >= 1, rate <= 10_000 else { throw ValidationError("--rate is 1 to 10000") }
        guard (0...64).contains(units) else { throw ValidationError("--units is 0 to 64") }
        guard !real || file == nil else {
            throw ValidationError("--real takes no topology: it is the mesh's that is up")
        }
    }

    func run() throws {
        try lab.show("isolation", \IsolationReport.sheet) { try measure() }
    }

    private func measure() throws -> IsolationReport {
        let console = lab.output.console
        var mesh = MeshOptions()
        mesh.name = nil
        let directory = real ? try mesh.running() : nil
        let stored = try directory.map { try StoredMesh($0) }
        let topology = try stored?.topology ?? TopologyFile.topology(file, console: console)
        let placement = stored?.placement ?? Placement(topology)
        var report = IsolationReport(
            mesh: topology.name, customers: topology.customers.count, cells: topology.cells.count, isReal: real,
            command: command)
        if units > 0 {
            report.units[.thread] = try IsolationUnits.threads(units)
            report.units[.process] = try IsolationUnits.processes(units)
            if !real, topology.cells.count <= IsolationCells.most {
                report.units[.cell] = try IsolationCells.measure(file, cells: topology.cells.count)
            }
        }
        let boundaries = FailureBoundaries(topology, placement, rate: rate)
        let runs = IsolationRuns(
            seeds: seeds.range, console: console, wallLimit: .minutes(10))
        if let directory {
            try runs.perform(boundaries, on: directory, into: &report)
        } else {
            try runs.simulate(boundaries, PoolSharing(topology), into: &report)
        }
        return report
    }

    /// What leads to the same figures again.
    private var command: String {
        var line = "cellmesh lab isolation"
        if let file { line += " \(ShellWord.quoted(file))" }
        if real { line += " --real" }
        line += " --seeds \(seeds.defaultValueDescription) --rate \(Int(rate.rounded()))"
        return units == 12 ? line : line + " --units \(units)"
    }
}
