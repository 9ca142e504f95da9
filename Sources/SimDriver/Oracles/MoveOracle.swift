import Checkers
import Evacuation
import MeshBase
import Nodes
import Replication
import Sharding
import Topology

/// What must hold while customers move, and afterwards.
struct MoveOracle {
    private(set) var plans = (begun: 0, completed: 0, takenBack: 0)
    private(set) var entries = 0
    private(set) var refused = 0
    private var checks = 0
    private var twoAccept: String?
    /// Cells that were given up have their quorum until they hear of it: that is the loss that was accepted.
    private var givenUp: Set<CustomerHash> = []
    /// The mesh's as it was founded; entries of any version are looked at by it.
    private var placement: Placement?

    mutating func noted(_ event: CoordinatorEvent) {
        switch event {
        case .planBegan: plans.begun += 1
        case .planEnded(_, let completed):
            if completed { plans.completed += 1 } else { plans.takenBack += 1 }
        case .entryDecided: entries += 1
        case .givenUp(_, let customers, _): givenUp.formUnion(customers)
        case .planChanged, .stageBegan, .stageEnded, .cohortFilled, .decidersReplaced, .stalled: break
        }
    }

    mutating func answered(_ answer: CoordinatorAnswer) {
        if answer != .done { refused += 1 }
    }

    /// At each instant at most one placement accepts a customer's writes: of all epochs that cells have installed, at most
    /// one has its quorums. Looked at for a few customers of the cohort whenever a store has installed an entry of it.
    mutating func check(_ cohort: Int, _ simulation: Simulation) {
        guard twoAccept == nil else { return }
        checks += 1
        // Which of the installed entries each cell has; -1 for one that has no vote.
        var installed: [PlacementEntry] = []
        var byCell: [Int] = []
        for position in simulation.topology.cells.indices {
            guard let disk = simulation.machines[position].disk, disk.votes, !disk.stored[cohort].isPurging else {
                byCell.append(-1)
                continue
            }
            let known = installed.firstIndex { $0 == disk.stored[cohort].entry }
            byCell.append(known ?? installed.count)
            if known == nil { installed.append(disk.stored[cohort].entry) }
        }
        guard installed.count > 1 else { return }
        if placement == nil { placement = simulation.founding }
        let inOrder = installed.indices.sorted { installed[$0].version < installed[$1].version }
        for customer in simulation.customers(of: cohort) where !givenUp.contains(customer) {
            let epochs = installed.map { $0.epoch(of: customer) }
            var accepting: [Epoch] = []
            for number in inOrder {
                let assignment = placement!.assignment(of: customer, by: installed[number])
                let members = QuorumMembers(assignment)
                var holders: Positions = 0
                for position in 0..<members.count {
                    let theirs = byCell[members[position].position]
                    if theirs >= 0, epochs[theirs] == assignment.epoch { holders |= 1 << Positions(position) }
                }
                if members.quorum.isComplete(holders, .majority), !accepting.contains(assignment.epoch) {
                    accepting.append(assignment.epoch)
                }
            }
            if accepting.count > 1 {
                twoAccept = "cohort \(cohort): epochs \(accepting.map(\.rawValue)) both have their quorums"
                return
            }
        }
    }

    func verdicts(of simulation: Simulation, isSettled: Bool) -> [Verdict] {
        guard simulation.faults.contains(where: \.isMove) else { return [] }
        // One acknowledgement is enough for all other tiers, whoever else lives: a fill reads those that can be read, and what
        // others take in the epoch before goes on by their hints.
        let isJudged = simulation.topology.blueprints.contains { $0.store?.has(.critical) ?? false }
        var verdicts = [
            Verdict(
                oracle: "moves", ok: isSettled,
                detail: "\(plans.begun) plans: \(plans.completed) completed, \(plans.takenBack) taken back; "
                    + "\(entries) entries decided, \(refused) commands refused, "
                    + "\(simulation.heldBack) customers held back"
                    + (isSettled ? "" : "; not settled: \(simulation.unsettled)")),
            isJudged
                ? Verdict(
                    oracle: "one-placement", ok: twoAccept == nil,
                    detail: twoAccept ?? "at most one epoch had its quorums in \(checks) looks")
                : .skipped("one-placement", because: "without tier critical no write needs a majority"),
        ]
        if isSettled { verdicts.append(isolation(simulation)) }
        return verdicts
    }

    /// No row outside of its customer's shard, and none outside of its geography.
    private func isolation(_ simulation: Simulation) -> Verdict {
        let placement = simulation.placement
        var rows = 0
        for (position, cell) in simulation.topology.cells.enumerated() {
            guard let disk = simulation.machines[position].disk, disk.votes else { continue }
            for key in disk.records.map(\.key).sorted(by: {
                ($0.hash.rawValue, $0.key.count) < ($1.hash.rawValue, $1.key.count)
            }) {
                rows += 1
                guard placement.isMember(CellIndex(position), of: key.hash) else {
                    let name = String(decoding: key.customer, as: UTF8.self)
                    return Verdict(
                        oracle: "isolation", ok: false,
                        detail: "\(cell.name) still has rows of \(name), whose shard it is not in")
                }
                if let geography = placement.geography(of: key.hash),
                    simulation.topology.regions[cell.region].geography != geography
                {
                    return Verdict(
                        oracle: "isolation", ok: false, detail: "\(cell.name) has rows of a customer of \(geography)")
                }
            }
        }
        return Verdict(oracle: "isolation", ok: true, detail: "\(rows) rows are all in their customers' shards")
    }
}

extension Simulation {
    /// Customers that stay where they are for want of a majority, by what was decided last.
    var heldBack: Int { placement.table.entries.reduce(0) { $0 + $1.pins.count(where: \.isHeld) } }

    /// Some customers of a cohort.
    func customers(of cohort: Int) -> [CustomerHash] { samples[cohort] }

    /// The first three customers of each cohort; fewer where it has no more.
    static func samples(_ topology: MeshTopology, _ table: PlacementTable) -> [[CustomerHash]] {
        var samples: [[CustomerHash]] = Array(repeating: [], count: table.entries.count)
        var lacking = samples.count
        for number in 1...max(topology.customers.count, 1) where lacking > 0 {
            let hash = CustomerHash(number: number)
            let cohort = table.cohort(of: hash)
            guard samples[cohort].count < 3 else { continue }
            samples[cohort].append(hash)
            if samples[cohort].count == 3 { lacking -= 1 }
        }
        return samples
    }

    /// What is not over yet, for people.
    var unsettled: String {
        guard let control else { return "the control plane is down" }
        let open = placement.table.entries.filter { !$0.isStable }
        let behind = mesh.filter { machine in
            machine.disk?.stored.contains { $0.isPurging || $0.entry != placement.table.entries[$0.entry.cohort] }
                ?? false
        }
        return "plan \(String(describing: control.coordinator.plan)), \(control.coordinator.progress.step), "
            + "\(open.count) cohorts on the way, "
            + "behind: \(behind.map(\.name)), stalled: \(control.coordinator.stallReason)"
    }
}

extension CoordinatorEvent {
    var traceContent: UInt64 {
        switch self {
        case .planBegan(let plan): plan.id
        case .planChanged(let plan): plan.id &+ UInt64(plan.state.rawValue)
        case .planEnded(let plan, let completed): plan.id ^ (completed ? 1 : 2)
        case .stageBegan(let percent, _), .stageEnded(let percent, _, _): UInt64(percent)
        case .entryDecided(let cohort, let version, _): UInt64(cohort) << 32 | version
        case .cohortFilled(let cohort): UInt64(cohort) << 32 | 0xF
        case .decidersReplaced(let cells): UInt64(cells.count)
        case .stalled: 7
        case .givenUp(let cohort, let customers, _): UInt64(cohort) << 32 | UInt64(customers.count)
        }
    }
}
