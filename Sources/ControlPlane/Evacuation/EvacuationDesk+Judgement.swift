import Consensus
import Evacuation
import MeshBase
import Nodes
import Reports
import Sharding
import Topology
import UVDriver

/// What is looked at before a plan begins: the mesh as it is, and as it would be.
extension EvacuationDesk {
    /// What somebody asks for.
    struct Wish {
        var kind: EvacuationPlan.Kind
        var region: String
        /// Those to be added or drained.
        var cells: [CellIndex] = []
        /// Of the mesh, or as it would be with further cells.
        var topology: MeshTopology
        /// What only dead cells have of customers without a majority is given up.
        var acceptsLoss = false
        /// The drill that runs and has not asked for it.
        var drill: String?
        /// Taken for alive, whatever is known of them: they are not there yet.
        var assumedAlive: Set<CellIndex> = []
    }

    /// What it would do, and whether it may begin.
    struct Judgement {
        var plan: EvacuationPlan
        var decree: PlanDecree
        var facts: EvacuationFacts
        var verdict: EvacuationVerdict
        var forecast: EvacuationForecast { EvacuationForecast(plan: plan, facts: facts, verdict: verdict) }
        var refusal: EvacuationAnswer { .refused(forecast, EvacuationReport(refused: plan, verdict: verdict)) }
    }

    /// Looks at the mesh as it is now. The deciders and the cells are asked.
    func judge(
        _ wish: Wish, confirmation: EvacuationFacts.Confirmation, stages: [Int]?, isForced: Bool,
        then: @escaping (Judgement) -> Void
    ) {
        ask({ host.read(ticket: $0) }) { [self] answer in
            ReportCollector.ask(places.cells(), "/v1/vitals", as: CellVitals.self, through: client) { [self] vitals in
                let position = topology.regions.firstIndex { $0.name == wish.region } ?? 0
                // Percentages were checked when they were read.
                guard
                    let plan = try? EvacuationPlan(
                        wish.topology, region: position, cells: wish.cells, id: SecretText.randomInteger(),
                        kind: wish.kind, cohorts: table.entries.count, percents: stages)
                else { return }
                var decree = PlanDecree(
                    id: plan.id, kind: wish.kind, region: position, cells: wish.cells,
                    founded: wish.topology.foundingCells, percents: plan.stages.percents,
                    watch: topology.evacuation.watch, began: loop.wallClock())
                decree.acceptsLoss = wish.acceptsLoss
                let facts = facts(
                    wish, decree, confirmation: confirmation, isForced: isForced, answer: answer,
                    vitals: vitals.compactMapValues { $0 })
                then(Judgement(plan: plan, decree: decree, facts: facts, verdict: EvacuationChecks.judge(facts)))
            }
        }
    }

    private func facts(
        _ wish: Wish, _ decree: PlanDecree, confirmation: EvacuationFacts.Confirmation, isForced: Bool,
        answer: CoordinatorAnswer, vitals: [ProcessName: CellVitals]
    ) -> EvacuationFacts {
        let topology = wish.topology
        let state = host.state
        let deciders = state.deciders?.successors ?? []
        let hasMajority = answer == .done
        let cells = topology.cells.indices.map { position in
            let cell = CellIndex(position)
            let known = vitals[ProcessName(.cell, topology.cells[position].name)]
            return EvacuationFacts.Cell(
                isAlive: wish.assumedAlive.contains(cell) || places.isAlive(cell),
                isReachedByOthers: wish.assumedAlive.contains(cell) || places.isReached(cell),
                utilisation: known?.utilisation, isStoreFull: known?.isStoreFull ?? false)
        }
        let use = CellUse(table, topology)
        var facts = EvacuationFacts(
            topology: topology, kind: wish.kind, region: wish.region, changing: wish.cells,
            unused: Array(use.unused), confirmation: confirmation,
            evacuated: use.evacuated.sorted(),
            openPlan: plan.map {
                EvacuationFacts.OpenPlan(region: topology.regions[$0.region].name, state: $0.state.name)
            },
            deciders: deciders.map { decider in
                EvacuationFacts.Decider(
                    cell: decider.cell,
                    answers: hasMajority ? places.isAlive(decider.cell) : state.isLinked(decider.cell))
            },
            cells: cells, isForced: isForced)
        facts.drill = wish.drill
        let (now, after) = Self.before(topology, state.ledger.placement) { decree.target(from: $0) }
        (facts.heldBack, facts.givenUp) = Self.withoutMajority(topology, now, after, cells, wish.acceptsLoss)
        facts.load = LoadPrediction(topology) {
            now.shard(of: CustomerHash(number: $0))
        } after: {
            after.shard(of: CustomerHash(number: $0))
        }
        return facts
    }

    /// How many customers have too few living cells to be moved, before or after; and who has enough afterwards, where what
    /// dead cells have of those is given up.
    private static func withoutMajority(
        _ topology: MeshTopology, _ now: Placement, _ after: Placement, _ cells: [EvacuationFacts.Cell],
        _ acceptsLoss: Bool
    ) -> (held: Int, givenUp: [Int]) {
        let count = topology.customers.count
        guard cells.contains(where: { !$0.isAlive }), count > 0, count <= LoadPrediction.mostCustomers else {
            return (0, [])
        }
        func hasMajority(_ shard: Shard) -> Bool { shard.hasMajority { !cells[$0.position].isAlive } }
        var held = 0
        var givenUp: [Int] = []
        for number in 1...count {
            let customer = CustomerHash(number: number)
            let (old, new) = (now.shard(of: customer), after.shard(of: customer))
            guard old != new, !(hasMajority(old) && hasMajority(new)) else { continue }
            // Who is pinned stays pinned to the cells that it has.
            let isPinned = now.table.entries[now.table.cohort(of: customer)].pin(of: customer) != nil
            if acceptsLoss, !isPinned, hasMajority(new) { givenUp.append(number) } else { held += 1 }
        }
        return (held, givenUp)
    }

    /// A placement, and the same with other cells taking the customers of every cohort that stands.
    static func before(
        _ topology: MeshTopology, _ placement: Placement, and change: (Eligibility) -> Eligibility
    ) -> (Placement, Placement) {
        var now = placement
        now.grow(topology)
        return (now, now.foreseen(change))
    }
}
