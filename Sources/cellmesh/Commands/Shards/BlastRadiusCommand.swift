import ArgumentParser
import ControlPlane
import MeshBase
import Sharding

struct BlastRadiusCommand: WatchingCommand {
    static let configuration = CommandConfiguration(
        commandName: "blast-radius", abstract: "Predict which customers a set of dead cells touches.",
        discussion: """
            Counts every customer's shard. lost: no cell of the shard can serve; degraded: some cannot; untouched: \
            all can; no quorum: how many of the lost and degraded have too few cells left for their tier, so that \
            records are refused, not services. Beside it: what a random seed gives on average, one pool of all \
            cells, and plain cells with one customer set each.

            Without --if, the cells that no customer reaches in the running mesh. --actual sets beside the prediction \
            what the routers saw, customer by customer, while the same cells were out for them: how the shard stood, \
            and how requests ended: failed, slow, without a quorum, refused. Whoever fared otherwise than predicted \
            is named. It is about the fault that goes on, or the last one.

              cellmesh blast-radius --if us-east-1,us-west-2
              cellmesh blast-radius --if region/eu-west --topology topology/flagship.yaml
              cellmesh blast-radius --actual -o json
            """)

    @Option(
        name: .customLong("if"), parsing: .singleValue,
        help: ArgumentHelp("Cells that are dead: names, region/NAME or zone/REGION/ZONE.", valueName: "cell,..."))
    var dead: [String] = []

    @Flag(help: "Add what traffic saw.")
    var actual = false

    @OptionGroup var watch: WatchOptions

    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let source = try model.load(console)
        if actual || watch.isOn, source.mesh == nil {
            throw CommandFailure(.usage, "a topology file has no traffic to look at", hint: "leave --topology out")
        }
        try watch.show(console) { try report(source).full }
    }

    private func report(_ source: ModelOptions.Source) throws -> BlastRadiusView {
        let topology = source.model.topology
        var observed: ObservedImpact?
        if actual { observed = try ObservedImpact(model.mesh.running()) }
        let isSeen = dead.isEmpty && observed.map { !$0.cells.isEmpty && !$0.isMoved } ?? false
        let set = try deadCells(source, isSeen ? observed : nil)
        let radius = BlastRadius(topology, placement: source.model.placement)
        var view = BlastRadiusView(report: radius.report(dead: set))
        view.isSeen = isSeen
        if let observed {
            view.observed = .init(
                impact: observed,
                comparison: ImpactComparison(observed, radius, topology, dead: dead.isEmpty ? nil : set))
        }
        return view
    }

    /// Those that were named; else those that the routers' window is about; else those that are down.
    private func deadCells(_ source: ModelOptions.Source, _ observed: ObservedImpact?) throws -> CellSet {
        let topology = source.model.topology
        guard dead.isEmpty else { return CellSet(try TargetFinder(topology: topology).cells(dead)) }
        if let observed {
            return CellSet(observed.cells.compactMap { topology.cellIndex(named: $0) })
        }
        guard let mesh = source.mesh else { throw CommandFailure(.usage, "name the dead cells with --if CELL,...") }
        if let status = MeshStatus.ifRunning(mesh) { return status.dead(topology) }
        if watch.isOn, mesh.isAlive { throw CommandFailure.withoutControl(mesh) }
        throw CommandFailure(.usage, "mesh '\(mesh.name)' does not run: name the dead cells with --if CELL,...")
    }
}
