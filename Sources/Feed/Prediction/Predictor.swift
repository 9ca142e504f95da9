import Evacuation
import MeshBase
import Reports
import Sharding
import Topology

/// Says what an action would do, by the blast radius, the load and the checks that commands go by.
package enum Predictor {
    /// How customers fare now, which is the same whatever is predicted.
    package static func present(_ situation: MeshSituation) -> FeedImpact.Counts {
        counts(
            ActionForecast(situation), BlastRadius(situation.topology, placement: situation.placement),
            situation.topology)
    }

    /// - Parameters:
    ///   - now: `present`, for whoever predicts several things at once; it is counted where left out.
    ///   - forecast: of an evacuation or a restore: what its own checks say, which ask the mesh; without one the load alone
    ///     is predicted.
    /// - Returns: a report without an id, which `PredictionLedger` gives it.
    package static func predict(
        _ request: PredictionRequest, _ situation: MeshSituation, forecast: EvacuationForecast? = nil,
        now present: FeedImpact.Counts? = nil
    ) -> PredictionReport {
        var action = ActionForecast(request, situation)
        let topology = situation.topology
        let radius = BlastRadius(topology, placement: situation.placement)
        let customers = counts(action, radius, topology)
        let now = present ?? counts(ActionForecast(situation), radius, topology)
        var load = load(action, situation)
        if ["evacuate", "restore"].contains(request.action) {
            evacuation(request, situation, forecast, &action, &load)
        }
        let isWorse =
            customers.lost > now.lost || customers.noQuorum ?? 0 > now.noQuorum ?? 0
            || customers.harmed ?? 0 > now.harmed ?? 0
        if action.confirm == .click, isWorse || request.options?.force == true { action.confirm = .type }
        var report = PredictionReport(
            basis: situation.basis, customers: customers, load: load, lateEdges: action.lateEdges,
            refusals: action.refusals, confirm: action.confirm, word: action.confirm == .type ? action.word : nil)
        report.moved = forecast?.customersMoved
        var out = CellSet()
        let outs = dead(action, topology)
        for cells in outs { out.formUnion(cells) }
        report.out = names(out, topology)
        var impaired = action.impaired
        impaired.formUnion(needed(action, outs, radius))
        report.impaired = names(impaired, topology)
        return report
    }

    /// Every customer by what its worst router would say.
    private static func counts(
        _ action: ActionForecast, _ radius: BlastRadius, _ topology: MeshTopology
    ) -> FeedImpact.Counts {
        let dead = dead(action, topology)
        var counts = FeedImpact.Counts()
        let forecast = CustomerForecast(radius)
        var lacking = 0
        for number in 0..<radius.customers {
            let hash = CustomerHash(number: number + 1)
            let fates = dead.map { forecast.fate(of: hash, dead: $0, impaired: action.impaired) }
            let losesService =
                !action.refused.isEmpty
                && dead.contains { action.losesService(radius.placement.shard(of: hash), dead: $0) }
            // Lost is who has no cell that serves; who has lost a service is degraded, and all that it asks of it is refused.
            let isFull = dead.contains { lacksRoom(hash, $0, action.full, radius) }
            counts.count(max(losesService || isFull ? .degraded : .untouched, fates.map(\.mark).max() ?? .untouched))
            if losesService { counts.harmed = (counts.harmed ?? 0) + 1 }
            if isFull || fates.contains(where: \.lacksQuorum) { lacking += 1 }
        }
        counts.noQuorum = lacking
        return counts
    }

    /// Whether too few cells of a customer serve and have room for its writes.
    private static func lacksRoom(_ customer: CustomerHash, _ dead: CellSet, _ full: CellSet, _ radius: BlastRadius)
        -> Bool
    {
        guard !full.isEmpty else { return false }
        var useless = dead
        useless.formUnion(full)
        return radius.fate(of: customer, dead: useless).lacksQuorum
    }

    /// The cells of full disks that some customer cannot do without.
    private static func needed(_ action: ActionForecast, _ dead: [CellSet], _ radius: BlastRadius) -> CellSet {
        var needed = CellSet()
        guard !action.full.isEmpty else { return needed }
        for number in 0..<radius.customers {
            let hash = CustomerHash(number: number + 1)
            guard dead.contains(where: { lacksRoom(hash, $0, action.full, radius) }) else { continue }
            for cell in radius.placement.shard(of: hash) where action.full.contains(cell) { needed.insert(cell) }
        }
        return needed
    }

    /// Which cells are out, for each router that differs from the others.
    private static func dead(_ action: ActionForecast, _ topology: MeshTopology) -> [CellSet] {
        // Customers come through routers: without any, no cell serves anybody.
        guard !action.cut.isEmpty else { return [CellSet(topology.cells.indices.map { CellIndex($0) })] }
        return distinct(
            action.cut.keys.sorted().map { name in
                var dead = action.out
                dead.formUnion(action.cut[name] ?? CellSet())
                return dead
            })
    }

    private static func names(_ cells: CellSet, _ topology: MeshTopology) -> [String]? {
        cells.isEmpty ? nil : cells.map { topology.cells[$0.position].name }
    }

    private static func distinct(_ sets: [CellSet]) -> [CellSet] {
        var kept: [CellSet] = []
        for set in sets where !kept.contains(set) { kept.append(set) }
        return kept
    }

    /// The load of the cells that are left, against that of those that serve now.
    private static func load(_ action: ActionForecast, _ situation: MeshSituation) -> PredictionReport.Load {
        // What no router reaches carries nothing.
        let dead = action.outForAll
        let placement = situation.placement
        return told(
            LoadPrediction(situation.topology) { number in
                placement.shard(of: CustomerHash(number: number)).leaving(out: situation.down)
            } after: { number in
                placement.shard(of: CustomerHash(number: number)).leaving(out: dead)
            }, situation)
    }

    private static func told(_ load: LoadPrediction, _ situation: MeshSituation) -> PredictionReport.Load {
        let measured = situation.topology.cells.indices.map { cell in
            cell < situation.utilisation.count ? situation.utilisation[cell] : nil
        }
        let after = load.utilisation(after: measured)
        let serving = load.cells.filter { $0.after > 0 }
        // By use where it is known, else by the share of the load.
        let hottest = serving.max { a, b in
            (after[a.cell.position] ?? -1, a.after, b.cell) < (after[b.cell.position] ?? -1, b.after, a.cell)
        }
        return PredictionReport.Load(
            factor: load.factor,
            hottest: hottest.map { cell in
                .init(
                    cell: situation.topology.cells[cell.cell.position].name, before: measured[cell.cell.position],
                    after: after[cell.cell.position])
            })
    }

    private static func evacuation(
        _ request: PredictionRequest, _ situation: MeshSituation, _ forecast: EvacuationForecast?,
        _ action: inout ActionForecast, _ load: inout PredictionReport.Load
    ) {
        let topology = situation.topology
        let name = action.word
        guard request.targets.count == 1, let region = topology.regions.firstIndex(where: { $0.name == name }) else {
            action.refuse("unknown-region", "name one region", asWritten: name, topology.regions.map(\.name))
            return
        }
        if let forecast {
            action.refusals += forecast.refusals.map { .init($0.code.rawValue, "\($0.reason): \($0.next)") }
            if let told = forecast.load {
                let hottest = told.cells.max { ($0.after ?? -1, $1.cell) < ($1.after ?? -1, $0.cell) }
                load = .init(
                    factor: told.factor,
                    hottest: hottest.map { .init(cell: $0.cell, before: $0.before, after: $0.after) })
            }
        } else if request.action == "evacuate" {
            load = told(LoadPrediction(topology, placement: situation.placement, leaving: region), situation)
        }
    }
}
