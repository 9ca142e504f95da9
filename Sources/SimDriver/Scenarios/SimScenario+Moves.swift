import Drills
import Evacuation
import MeshBase
import Reports
import Scenarios
import Sharding
import Topology

/// Evacuations and restores: how they go, and what disks and placement hold before, meanwhile and afterwards.
extension SimScenario {
    /// A plan that has begun.
    struct Move {
        var kind: EvacuationPlan.Kind
        var region: Int
        var since: Instant
        /// Writes that had met a change before, in all routers.
        var pauses: DurationHistogram
    }

    /// An evacuation that has to be refused.
    struct Attempt {
        var since: Instant
        /// Plans that had begun before.
        var plans: Int
    }

    /// How the mesh was before a region was left.
    struct Inventory {
        var placement: Placement
        /// What is to come of it.
        var predicted: Placement
        /// Rows, by cell.
        var rows: [Int]
    }

    /// How long the deciders are asked before they count as out of reach.
    private static let refusal = TimeAmount.seconds(5)

    func move(_ key: Int, _ kind: EvacuationPlan.Kind, _ word: String, _ action: ScenarioAction, begun: () -> Void) {
        let name = TargetSelector.name(in: word, of: .region)
        guard let region = simulation.topology.regions.firstIndex(where: { $0.name == name }),
            let control = simulation.control
        else { return run.handle(.failed(key, .error, "no control plane moves \(name)"), now: simulation.now) }
        if kind == .evacuate { remember(leaving: region) } else { lookInto(region) }
        simulation.membership.disturbed(now: simulation.now)
        let plans = simulation.planNumber
        control.move(kind, region, stages: action.stages, watch: action.watch)
        simulation.turn(control)
        guard simulation.planNumber > plans else {
            return run.handle(
                .failed(key, .error, "refused: customers would be left without a cell"), now: simulation.now)
        }
        pending[key] = Move(kind: kind, region: region, since: simulation.now, pauses: writePauses)
        begun()
    }

    func follow(_ key: Int, _ move: Move) {
        let now = simulation.now
        guard now - move.since < Self.longestMove else {
            pending[key] = nil
            return run.handle(.failed(key, .error, "the plan has not ended within 10 minutes"), now: now)
        }
        guard now - move.since >= .milliseconds(500), let control = simulation.control, control.isSettled,
            let ended = control.coordinator.ended, ended.plan.region == move.region, ended.plan.kind == move.kind
        else { return }
        pending[key] = nil
        let pauses = writePauses
        let low = OrderInterval(quantile: 0.99, of: pauses.count, deviations: DrillClaim.deviations).low
        run.handle(
            .moved(
                key,
                ScenarioMove(
                    isCompleted: ended.completed,
                    off: move.kind == .evacuate ? lastUse(of: move.region).map { max($0 - move.since, .zero) } : nil,
                    writePause: pauses.count > move.pauses.count ? pauses.quantile(0.99) : nil,
                    writePauseLow: low.map { pauses.quantile(Double($0) / Double(pauses.count)) },
                    writes: Int(clamping: pauses.count))), now: now)
        guard ended.completed else { return run.handle(.failed(key, .deviated, "rolled back"), now: now) }
        run.handle(.ended(key, "completed in \(Wording.time(milliseconds: (now - move.since).milliseconds))"), now: now)
    }

    /// Asks for what has to be refused.
    func attempt(_ key: Int, _ word: String) {
        let name = TargetSelector.name(in: word, of: .region)
        guard let region = simulation.topology.regions.firstIndex(where: { $0.name == name }),
            let control = simulation.control
        else {
            return run.handle(
                .failed(key, .error, "no control plane is asked to move \(name)"), now: simulation.now)
        }
        attempts[key] = Attempt(since: simulation.now, plans: simulation.moves.plans.begun)
        control.move(.evacuate, region, stages: nil, watch: nil)
        simulation.turn(control)
    }

    func follow(_ key: Int, _ attempt: Attempt) {
        let hasBegun = simulation.moves.plans.begun > attempt.plans
        guard hasBegun || simulation.now - attempt.since >= Self.refusal else { return }
        attempts[key] = nil
        if hasBegun, let control = simulation.control {
            control.command(.abort)
            simulation.turn(control)
        }
        let detail = hasBegun ? "an evacuation began" : "it was refused"
        run.handle(.attempted(key, hasBegun), now: simulation.now)
        run.handle(.begun(key, .init(applied: 1, of: 1, detail: detail)), now: simulation.now)
        run.handle(.ended(key, detail), now: simulation.now)
    }

    // MARK: What routers, disks and placement hold

    private var routers: [RouterProcess] { simulation.machines.compactMap { $0.process as? RouterProcess } }

    private var writePauses: DurationHistogram {
        routers.reduce(into: DurationHistogram()) { $0.merge($1.writePauses) }
    }

    /// When any router sent a client's request to a cell of a region last; nil where none has.
    private func lastUse(of region: Int) -> Instant? {
        let cells = simulation.topology.cells.indices.filter { simulation.topology.cells[$0].region == region }
        return routers.flatMap { router in cells.compactMap { router.idle(CellIndex($0)) } }.min().map {
            simulation.now - $0
        }
    }

    private var rows: [Int] {
        simulation.topology.cells.indices.map { simulation.machines[$0].disk?.records.count ?? 0 }
    }

    private func remember(leaving region: Int) {
        guard inventory == nil else { return }
        let placement = simulation.placement
        inventory = Inventory(
            placement: placement, predicted: placement.leaving(region, in: simulation.knownTopology), rows: rows)
    }

    /// What is left in a region that is to be taken back, and who is elsewhere than predicted.
    private func lookInto(_ region: Int) {
        guard let inventory else { return }
        var stock = ScenarioStock()
        stock.customersAstray = simulation.placement.differences(
            to: inventory.predicted, customers: simulation.topology.customers.count)
        stock.rowsLeft = simulation.topology.cells.indices.reduce(0) { sum, cell in
            guard simulation.topology.cells[cell].region == region, let disk = simulation.machines[cell].disk else {
                return sum
            }
            return sum + disk.records.count + disk.hints.count
        }
        run.handle(.stock(stock), now: simulation.now)
    }

    /// What is to be seen once nothing writes any more.
    func takeStock() {
        var stock = ScenarioStock()
        if let inventory {
            stock.customersMoved = simulation.placement.differences(
                to: inventory.placement, customers: simulation.topology.customers.count)
            stock.cellsPoorer = zip(rows, inventory.rows).count { $0 < $1 }
        }
        if run.scenario.objectives.contains(where: { $0.measure.figure == .hintsLeft }) {
            _ = simulation.run(atMost: .seconds(20), &guardian, until: { $0.hintsLeft == 0 })
            stock.hintsLeft = simulation.hintsLeft
        }
        run.handle(.stock(stock), now: simulation.now)
    }
}
