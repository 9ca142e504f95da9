import Checkers
import Drills
import LoadGenerator
import MeshBase
import Reports
import Scenarios
import Topology

/// A load on both sides of a cut: who is served where, and what each tier's clients are answered while it is in force.
extension LiveScenario {
    /// The region that is cut off, and the others together.
    private var cutSides: [(name: String, isInside: Bool)] {
        run.cutRegion.map { [($0, true), ("elsewhere", false)] } ?? []
    }

    /// That clients are on both sides of what is to be cut off.
    ///
    /// - Parameter actions: those whose targets have been chosen.
    func checkSides(_ actions: [Int: ScenarioAction]) throws {
        let chosen = run.plan.indices.lazy.compactMap { (actions[$0] ?? self.run.plan[$0]).deed.cutRegion }.first
        guard let misfit = chosen.flatMap({ run.scenario.misfit(ofCut: $0, in: mesh.topology) }) else { return }
        throw CommandFailure(.usage, misfit.message, hint: misfit.hint, next: misfit.next)
    }

    /// The loads of the scenario: one, or one on each side.
    func sides() throws -> [BackgroundLoad.Side] {
        guard run.scenario.load.isTwoSided,
            let region = mesh.topology.regions.firstIndex(where: { $0.name == run.cutRegion })
        else { return [try side(run.scenario.load)] }
        let placement = try mesh.placement()
        return try cutSides.enumerated().map { position, side in
            let router = DrillLoad.router(mesh.directory, mesh.topology) { ($0.region == region) == side.isInside }
            guard let router else { throw DrillTrouble(.baselineNotMet, "no router runs in \(side.name)") }
            var configuration = try DrillLoad.configuration(
                run.scenario.load, share: 0.5, seed: run.scenario.seed ?? mesh.topology.seed, mesh.topology,
                placement)
            // Another client on each side; both ask for the same records. Sessions would refuse what this is to show.
            configuration.seed &+= UInt64(position)
            (configuration.checksSessions, configuration.checksSiblings) = (false, false)
            configuration.readsCacheBack = true
            let reach = mesh.reach(placement) { (mesh.topology.cells[$0.position].region == region) == side.isInside }
            configuration.customerClass = { $0 < reach.count ? Int(reach[$0]) : CutReach.nothing.rawValue }
            return BackgroundLoad.Side(name: side.name, router: router.endpoint, configuration: configuration)
        }
    }

    /// From here on it is cut.
    func beginCut() throws {
        guard run.scenario.load.isTwoSided else { return }
        try load?.beginWindow()
    }

    /// To here it was.
    func endCut() {
        guard run.scenario.load.isTwoSided, cut.isEmpty else { return }
        cut = (try? load?.beginWindow())?.compactMap { $0.windows.dropLast().last } ?? []
    }

    /// Tells what each side was answered, once the load has read back.
    func tellCut(_ found: [BackgroundLoad.Found]) {
        guard cut.count == cutSides.count, found.count == cut.count, !cut.isEmpty else { return }
        var told = ScenarioCut()
        told.straddled = cut.map(\.straddled).reduce(0, +)
        for tier in StoreSettings.Tier.allCases {
            for (position, window) in cut.enumerated() {
                told.add(tier, side: cutSides[position].name, lost: found[position].writes(tier).lost) {
                    window.counts(tier, classes: $0).all
                }
            }
        }
        handle(.cut(told))
    }
}
