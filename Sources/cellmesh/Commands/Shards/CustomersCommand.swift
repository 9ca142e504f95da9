import ArgumentParser
import ControlPlane
import MeshBase
import Sharding
import Topology

struct CustomersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customers",
        abstract: "List customers by name: who is lost, degraded, or fares otherwise than predicted.",
        discussion: """
            About the fault that goes on, or the last one, as 'blast-radius --actual' is: predicted from the cells that \
            were out, observed by the routers. Several of --lost, --degraded and --different list who is any of these; where \
            nothing is said, that is who is any of all three, and with --on alone everybody of that cell. While the mesh does not run all are as the placement has them.

              cellmesh customers
              cellmesh customers --lost
              cellmesh customers --different -o json
              cellmesh customers --on us-east-1 --limit 20 --after c100
            """)

    @Flag(help: "Those that no cell of their shard can serve, as predicted or as seen.")
    var lost = false

    @Flag(help: "Those that some cell of their shard cannot serve.")
    var degraded = false

    @Flag(help: "Those that fared otherwise than predicted.")
    var different = false

    @Flag(help: "Everybody, also who is untouched as predicted.")
    var all = false

    @Option(help: ArgumentHelp("Only those whose shard has this cell.", valueName: "cell"))
    var on: String?

    @Option(help: ArgumentHelp("At most so many, 1 to 10000.", valueName: "count"))
    var limit = 100

    @Option(help: ArgumentHelp("Go on behind this customer, as 'next' of the page before.", valueName: "customer"))
    var after: String?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if all, lost || degraded || different {
            throw ValidationError("--all is everybody: leave it, or --lost, --degraded and --different, out")
        }
    }

    func run() throws {
        guard 1...10_000 ~= limit else {
            throw CommandFailure(.usage, "--limit \(limit): give 1 to 10000")
        }
        let directory = try mesh.known()
        let model = try StoredMesh(directory)
        var filter = CustomerList.Filter(isLost: lost, isDegraded: degraded, isDifferent: different)
        if !lost, !degraded, !different, !all, on == nil { filter = .touched }
        if let on {
            let source = ModelOptions.Source(model: model, mesh: directory)
            let name = try ChosenTargets.name(on, of: .cell, source, output.console)
            guard let cell = model.topology.cellIndex(named: name) else {
                throw CommandFailure(
                    .usage, "mesh '\(directory.name)' has no cell '\(name.prefix(128))'",
                    hint: NearestWord.hint(for: name, among: model.topology.cells.map(\.name), listing: "cells are"))
            }
            filter.cell = cell
        }
        let first = try after.map { try Self.number($0, of: model.topology.customers) } ?? 0
        var observed: ObservedImpact?
        var foretold = ForetoldImpact()
        if directory.isAlive {
            let told = try ObservedImpact(directory)
            (observed, foretold) = ForetoldImpact(directory, model.topology).current(told, model.topology)
        }
        var dead = CellSet((observed?.cells ?? []).compactMap { model.topology.cellIndex(named: $0) })
        if dead.isEmpty, let status = MeshStatus.ifRunning(directory) { dead = status.dead(model.topology) }
        let list = CustomerList(
            topology: model.topology, placement: model.placement, observed: observed, dead: dead,
            foretold: foretold)
        let report = list.page(directory.name, filter, after: first, most: limit)
        output.console.show(CustomersView.make(report))
        if let next = report.next {
            output.console.next(command + " --after \(next)")
        } else if let one = report.customers.first {
            output.console.next("cellmesh route explain \(one.customer)")
        } else if filter.isTouched {
            output.console.next("cellmesh customers --all")
        }
    }

    private var command: String {
        "cellmesh customers" + (lost ? " --lost" : "") + (degraded ? " --degraded" : "")
            + (different ? " --different" : "") + (all ? " --all" : "")
            + (on.map { " --on \(ShellWord.quoted($0))" } ?? "")
            + (limit == 100 ? "" : " --limit \(limit)")
    }

    /// `c17`.
    private static func number(_ name: String, of customers: Customers) throws -> Int {
        guard let number = customers.number(of: name) else {
            throw CommandFailure(
                .usage, "'\(name.prefix(128))' is no customer of the topology; they are c1 to c\(customers.count)")
        }
        return number
    }
}
