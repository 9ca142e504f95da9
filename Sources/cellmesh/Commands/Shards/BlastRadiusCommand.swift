import ArgumentParser
import ControlPlane
import Feed
import MeshBase
import Reports
import Sharding
import Topology

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
        help: ArgumentHelp(
            "Cells that are dead: names, region/NAME, zone/REGION/ZONE, or a choice such as cell/{busiest}.",
            valueName: "cell,..."))
    var dead: [String] = []

    @Flag(help: "Add what traffic saw.")
    var actual = false

    @OptionGroup var watch: WatchOptions
    @OptionGroup var choice: ChoiceOptions

    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let source = try model.load(console)
        // Once: what is watched stays the same.
        let dead = try ChosenTargets.words(dead, source, console, seed: choice.seed)
        if actual || watch.isOn, source.mesh == nil {
            throw CommandFailure(.usage, "a topology file has no traffic to look at", hint: "leave --topology out")
        }
        try watch.show(console) { try report(source, dead).full }
    }

    private func report(_ source: ModelOptions.Source, _ dead: [String]) throws -> BlastRadiusView {
        let topology = source.model.topology
        var observed: ObservedImpact?
        var foretold = ForetoldImpact()
        if actual { observed = try ObservedImpact(model.mesh.running()) }
        if dead.isEmpty, let mesh = source.mesh, mesh.isAlive {
            foretold = ForetoldImpact(mesh, topology)
            if let told = observed { (observed, foretold) = foretold.current(told, topology) }
        }
        let radius = BlastRadius(topology, placement: source.model.placement)
        var named: CellSet?
        if !dead.isEmpty {
            do throws(UnknownTarget) { named = CellSet(try TargetList(dead, in: topology).cells(in: topology)) } catch {
                throw CommandFailure(error)
            }
        }
        let comparison = observed.map { ImpactComparison($0, radius, topology, dead: named, foretold: foretold) }
        let isSeen = dead.isEmpty && observed.map { !$0.cells.isEmpty || !$0.impaired.isEmpty } ?? false
        let status = dead.isEmpty ? source.mesh.flatMap { MeshStatus.ifRunning($0) } : nil
        let set = try named ?? cells(source, status, isSeen ? observed : nil)
        var view = BlastRadiusView(report: CustomerForecast(radius).report(dead: set, impaired: foretold.impaired))
        view.isSeen = isSeen
        if dead.isEmpty { view.take(comparison?.moved, foretold.told) }
        view.impaired = foretold.impaired.map { topology.cells[$0.position].name }
        if dead.isEmpty {
            view.words = CellWords(status: observed?.isOpen == false && isSeen ? nil : status, observed)
                .words(of: view.report.cells + view.report.idle)
        }
        if let observed, let comparison { view.observed = .init(impact: observed, comparison: comparison) }
        return view
    }

    /// Those that the routers' window is about; else those that are down.
    private func cells(
        _ source: ModelOptions.Source, _ status: MeshStatus?, _ observed: ObservedImpact?
    ) throws -> CellSet {
        let topology = source.model.topology
        if let observed {
            return CellSet(observed.cells.compactMap { topology.cellIndex(named: $0) })
        }
        guard let mesh = source.mesh else { throw CommandFailure(.usage, "name the dead cells with --if CELL,...") }
        if let status { return status.dead(topology) }
        if watch.isOn, mesh.isAlive { throw CommandFailure.withoutControl(mesh) }
        throw CommandFailure(.usage, "mesh '\(mesh.name)' does not run: name the dead cells with --if CELL,...")
    }
}
