import Consensus
import Evacuation
import MeshBase
import Replication
import Sharding
import Wire

/// What an open plan waits for, told long before it is taken back for it: by the same predicates that hold it up.
extension Coordinator {
    /// Longer than a question to a cell and its answer take, so that what goes on never shows as a wait.
    static let waitLimit = TimeAmount.seconds(5)

    /// Why the plan under way does not go on: whom it has waited for since nothing was decided for 5 s, with what to do.
    /// Damage, and deciders that do not answer, are told at once. Empty where it goes on, is under watch or paused with
    /// nothing begun, and where no plan is open.
    package func waits(now: Instant) -> String {
        guard case .some(.some(let plan)) = plan, watch == nil else { return "" }
        guard !plan.isPaused || looks.all.contains(where: { $0.phase == .joint }) else { return "" }
        if let damage { return damage }
        let since = waitsSince ?? now
        guard !undecided.isEmpty || now - since >= Self.waitLimit else { return "" }
        return reason(plan) + (now - since >= .seconds(1) ? ", for \(Int64((now - since).seconds)) s" : "")
    }

    /// The same without its time, whatever that is.
    func reason(_ plan: PlanDecree) -> String {
        if let deciders,
            !isReachable(deciders) || !undecided.isEmpty || deciderChange != nil || progress.step == "deciders"
        {
            let waits = unfit(deciders.members.map(\.cell).filter { links[$0.position].state != .up })
            let what = undecided.isEmpty ? "the deciders" : undecided
            if !waits.isEmpty || !undecided.isEmpty { return waits.isEmpty ? what : "\(what): \(waits.text(self))" }
        }
        // While it goes on, who has switched waits for nothing until all have.
        let isMoving = plan.state == .moving && !isComplete
        for entry in ledger.table.entries where entry.state.phase == .joint || entry.state.phase == .new && !isMoving {
            let waits = entry.state.phase == .joint ? unfilled(entry) : unverified(entry)
            if !waits.isEmpty { return "cohort \(entry.cohort): \(waits.text(self))" }
        }
        if plan.state == .releasing {
            for entry in ledger.table.entries where hasPinsToMove(entry, plan) {
                for pin in entry.pins where !pin.isHeld && pin.state.phase != .stable {
                    let waits = pin.state.phase == .joint ? unfilled(entry, pin) : unverified(entry, pin)
                    if !waits.isEmpty {
                        return "a customer of cohort \(entry.cohort) that was moved by hand: \(waits.text(self))"
                    }
                }
            }
            if areAllStable, !hasPinsToMove(plan) {
                let waits = unemptied(plan)
                if !waits.isEmpty { return "the count of what is left: \(waits.text(self))" }
            }
        }
        return "nothing was decided; see 'cellmesh events --type evacuation' and 'cellmesh status'"
    }

    /// The first cohort of which two cells have another value at one version: it is never released.
    private var damage: String? {
        for entry in ledger.table.entries where entry.state.phase != .stable {
            let cells = links.indices.filter {
                links[$0].cohorts[entry.cohort].map { $0.version == entry.version && $0.verified == .damaged } ?? false
            }
            guard !cells.isEmpty else { continue }
            let names = WaitReasons.names(cells.map { links[$0].name })
            return "cohort \(entry.cohort) is damaged: a record has two values at one version, found by \(names)"
        }
        return nil
    }

    // MARK: Who holds up

    /// Of the shards that are to take a cohort, those that keep a majority of one from being filled; where all of them are
    /// fit, the ones that it would be filled from.
    private func unfilled(_ entry: PlacementEntry) -> WaitReasons {
        guard !isFilled(entry) else { return WaitReasons() }
        var cells: [CellIndex] = []
        for shape in ledger.placement.shapes(ofCohort: entry.cohort, other: true) {
            let isAlive = shape.hasMajority(missing: isDead)
            guard !shape.hasMajority(missing: { isBehind($0, entry) }) else { continue }
            cells += shape.domains.flatMap(\.cells).filter { isBehind($0, entry) && (!isAlive || !isDead($0)) }
        }
        var waits = WaitReasons()
        for cell in cells { waits.add(cell, why(cell, entry) ?? .unfilled) }
        // Somebody to fill from is needed too.
        for shape in ledger.placement.shapes(ofCohort: entry.cohort, other: false)
        where !shape.hasMajority(missing: { why($0, entry) != nil }) {
            for cell in shape.domains.flatMap(\.cells) {
                if let why = why(cell, entry) { waits.add(cell, why) }
            }
        }
        return waits
    }

    private func unfilled(_ entry: PlacementEntry, _ pin: PlacementEntry.Pin) -> WaitReasons {
        guard !isFilled(entry, pin: pin), let shard = pin.state.other?.shard else { return WaitReasons() }
        var waits = WaitReasons()
        let isAlive = shard.hasMajority(missing: isDead)
        for cell in shard where isBehind(cell, entry) && (!isAlive || !isDead(cell)) {
            waits.add(cell, why(cell, entry) ?? .unfilled)
        }
        let sources = pin.state.inForce.shard
        if !sources.hasMajority(missing: { why($0, entry) != nil }) {
            for cell in sources { if let why = why(cell, entry) { waits.add(cell, why) } }
        }
        return waits
    }

    /// Live cells of the side in force that have not compared all that they hold; dead ones where too few live.
    private func unverified(_ entry: PlacementEntry) -> WaitReasons {
        guard !isVerified(entry) else { return WaitReasons() }
        var waits = WaitReasons()
        for shape in ledger.placement.shapes(ofCohort: entry.cohort, other: false) {
            let isAlive = shape.hasMajority(missing: isDead)
            for cell in shape.domains.flatMap(\.cells)
            where isUnverified(cell, entry) && (!isAlive || !isDead(cell)) {
                waits.add(cell, why(cell, entry) ?? .unverified)
            }
        }
        for pin in entry.pins where !pin.isHeld { waits.add(unverified(entry, pin)) }
        // Each comparison waits a while for live cells of the other side that cannot be read.
        for cell in Set(
            ledger.placement.shapes(ofCohort: entry.cohort, other: true).flatMap(\.domains).flatMap(\.cells))
        where !isDead(cell) {
            if let why = why(cell, entry) { waits.add(cell, why) }
        }
        return waits
    }

    private func unverified(_ entry: PlacementEntry, _ pin: PlacementEntry.Pin) -> WaitReasons {
        var waits = WaitReasons()
        guard !isVerified(entry, pin: pin) else { return waits }
        let isAlive = pin.shard.hasMajority(missing: isDead)
        for cell in pin.shard where isUnverified(cell, entry) && (!isAlive || !isDead(cell)) {
            waits.add(cell, why(cell, entry) ?? .unverified)
        }
        return waits
    }

    /// Live cells of the region that hold rows still, or have not told how many.
    private func unemptied(_ plan: PlanDecree) -> WaitReasons {
        var waits = WaitReasons()
        for position in links.indices where links[position].isAlive && uncounted(position) != nil {
            waits.add(CellIndex(position), unfitness(links[position]) ?? .holds)
        }
        return waits
    }

    private func unfit(_ cells: [CellIndex]) -> WaitReasons {
        var waits = WaitReasons()
        for cell in cells { if let why = unfitness(links[cell.position]) { waits.add(cell, why) } }
        return waits
    }

    private func unfitness(_ link: CoordinatorLink) -> WaitReasons.Why? {
        if !link.isAlive { return .dead }
        if link.state != .up { return .unlinked }
        return switch link.trouble {
        case .full: .full
        case .broken: .broken
        case .none: nil
        }
    }

    /// Why a cell cannot take part; nil where it can, and is only not done yet.
    private func why(_ cell: CellIndex, _ entry: PlacementEntry) -> WaitReasons.Why? {
        let link = links[cell.position]
        if let why = unfitness(link) { return why }
        guard let status = link.cohorts[entry.cohort] else { return .mute }
        if !status.votes { return .voteless }
        if status.isPurging { return .purging }
        return status.version == entry.version ? nil : .behind
    }
}

/// Cells that something waits for, each with the first reason that was found.
struct WaitReasons {
    /// The gravest first; what a cell is waited for, and what can be done.
    enum Why: Int, CaseIterable {
        case dead, full, broken, unlinked, mute, voteless, behind, purging, unfilled, unverified, holds

        var text: String {
            switch self {
            case .dead: "not alive: start again"
            case .full: "disk full: free space, or stop the cell"
            case .broken: "its store fails: see 'cellmesh logs CELL', or stop the cell"
            case .unlinked: "alive, and the control plane has no link to it: see 'cellmesh why CELL'"
            case .mute: "has not answered the control plane: see 'cellmesh logs CELL'"
            case .voteless: "its store does not vote: see 'cellmesh store CELL'"
            case .behind: "has not taken over the newest placement: see 'cellmesh logs CELL'"
            case .purging: "still drops what it must not keep: see 'cellmesh store CELL'"
            case .unfilled: "not filled yet: see 'cellmesh store CELL'"
            case .unverified: "has not compared all it holds yet: see 'cellmesh store CELL'"
            case .holds: "its rows are not gone, or not counted: see 'cellmesh store CELL'"
            }
        }
    }
    private static let mostNamed = 6

    private var byCell: [CellIndex: Why] = [:]

    var isEmpty: Bool { byCell.isEmpty }

    mutating func add(_ cell: CellIndex, _ why: Why) { if byCell[cell] == nil { byCell[cell] = why } }
    mutating func add(_ others: WaitReasons) { byCell.merge(others.byCell) { mine, _ in mine } }

    /// `a, b (not alive: start again); c (disk full: ...)`.
    func text(_ coordinator: Coordinator) -> String {
        let parts = Why.allCases.compactMap { why -> String? in
            let cells = byCell.filter { $0.value == why }.keys.sorted()
            guard !cells.isEmpty else { return nil }
            return Self.names(cells.map { coordinator.links[$0.position].name }) + " (\(why.text))"
        }
        return parts.joined(separator: "; ")
    }

    static func names(_ cells: [String]) -> String {
        let more = cells.count > mostNamed ? " and \(cells.count - mostNamed) more" : ""
        return cells.prefix(mostNamed).joined(separator: ", ") + more
    }
}
