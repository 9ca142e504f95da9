import MeshBase
import Topology

/// The checks before an evacuation or a restore, as a function of what was observed: every refusal at once, each with
/// its figure and what to do next. Nothing is changed by them.
///
/// A region that is to be left may be dead; that the others are not, and that this side is not the isolated one, is
/// what most checks are about. Cells of regions that were evacuated before are counted nowhere.
public struct EvacuationChecks: Sendable {
    /// Of so many cells dead or more, in percent, no placement is changed.
    public static let mostDeadPercent = 55

    let facts: EvacuationFacts
    let region: Int
    /// Living or dead, all that are in use and are not in question.
    let targets: [CellIndex]
    /// Cells of the region in question, or those that are to be added or drained.
    let own: [CellIndex]
    var verdict = EvacuationVerdict()

    /// Looks at all facts.
    public static func judge(_ facts: EvacuationFacts) -> EvacuationVerdict {
        let names = facts.topology.regions.map(\.name)
        guard let region = names.firstIndex(of: facts.region) else {
            var verdict = EvacuationVerdict()
            verdict.refusals.append(
                EvacuationRefusal(
                    .unknownRegion, "the mesh has no region '\(facts.region)'",
                    figure: Figures.count(names.count, "region"), next: "name one of \(Figures.list(names))"))
            return verdict
        }
        var checks = EvacuationChecks(facts, region)
        checks.run()
        checks.forceWhatCanBe()
        return checks.verdict
    }

    private init(_ facts: EvacuationFacts, _ region: Int) {
        let topology = facts.topology
        self.facts = facts
        self.region = region
        let all = topology.cells.indices.map { CellIndex($0) }
        let own =
            facts.kind.isOfCells
            ? facts.changing
            : all.filter { topology.cells[$0.position].region == region && !facts.unused.contains($0) }
        self.own = own
        targets = all.filter { cell in
            !own.contains(cell) && !facts.unused.contains(cell)
                && !facts.evacuated.contains(topology.cells[cell.position].region)
        }
    }

    private mutating func run() {
        confirmation()
        plan()
        drill()
        switch facts.kind {
        case .evacuate: lastRegion()
        case .restore: notEvacuated()
        case .add, .drain: change()
        }
        majority()
        dead()
        isolation()
        held()
        switch facts.kind {
        case .evacuate, .drain:
            liveliness()
            domains()
            blueprints(of: own, to: targets)
            capacity()
            stores(targets)
        case .restore, .add:
            takersServe()
            blueprints(of: targets, to: own)
            stores(own)
        }
    }

    mutating func refuse(_ code: EvacuationRefusal.Code, _ reason: String, figure: String, next: String) {
        let refusal = EvacuationRefusal(code, reason, figure: figure, next: next)
        if facts.isForced && code.isForceable {
            verdict.overridden.append(refusal)
            note(.forced, "forced in spite of \(code.rawValue): \(reason)")
        } else {
            verdict.refusals.append(refusal)
        }
    }

    mutating func note(_ code: EvacuationNote.Code, _ text: String) {
        verdict.notes.append(EvacuationNote(code, text))
    }

    func name(_ cell: CellIndex) -> String { facts.topology.cells[cell.position].name }
    func names(_ cells: [CellIndex]) -> String { Figures.list(cells.map(name)) }
    var regionName: String { facts.topology.regions[region].name }
    /// What is left, or comes into use.
    var subject: String { facts.kind.isOfCells ? names(own) : regionName }
    static let force = ", or go on with --force"
    var force: String { Self.force }

    /// Beside a refusal that holds whatever is forced, no other one says that it can be. What was not confirmed can be
    /// confirmed in the same breath.
    private mutating func forceWhatCanBe() {
        guard verdict.refusals.contains(where: { !$0.code.isForceable && $0.code != .confirmation }) else { return }
        verdict.refusals = verdict.refusals.map { refusal in
            guard refusal.next.hasSuffix(Self.force) else { return refusal }
            return EvacuationRefusal(
                refusal.code, refusal.reason, figure: refusal.figure,
                next: String(refusal.next.dropLast(Self.force.count)))
        }
    }

    // MARK: What was asked for

    private mutating func confirmation() {
        let next = "type --confirm \(regionName)"
        switch facts.confirmation {
        case .notNeeded: break
        case .missing:
            refuse(.confirmation, "the region was not confirmed", figure: "none given", next: next)
        case .typed(let text) where text != regionName:
            let given = String(text.prefix(TopologyName.longest))
            refuse(
                .confirmation, "'\(given)' was confirmed and \(regionName) was named", figure: "'\(given)'", next: next)
        case .typed: break
        }
    }

    private mutating func plan() {
        guard let open = facts.openPlan else { return }
        refuse(
            .planOpen, "a plan for \(open.region) is open (\(open.state)), and there is one at a time",
            figure: "\(open.region) \(open.state)",
            next: "see 'cellmesh evacuation status'; wait for its end, or take it back with 'cellmesh evacuation abort'"
        )
    }

    private mutating func drill() {
        guard let drill = facts.drill else { return }
        let name = String(drill.prefix(TopologyName.longest))
        refuse(
            .drillRuns, "the drill \(name) runs, and would be judged by what this does to customers",
            figure: name, next: "end it with 'cellmesh drill stop'\(force)")
    }

    private mutating func lastRegion() {
        if facts.evacuated.contains(region) {
            refuse(
                .alreadyEvacuated, "\(regionName) is evacuated already", figure: "no cohort uses it",
                next: "bring it back with 'cellmesh restore \(regionName)'")
        } else if targets.isEmpty {
            refuse(
                .lastRegion, "\(regionName) is the last region with customers", figure: "0 regions would be left",
                next: facts.evacuated.isEmpty ? "add a region first" : "restore another region first")
        }
    }

    private mutating func change() {
        if facts.evacuated.contains(region) {
            refuse(
                .alreadyEvacuated, "\(regionName) is evacuated, and takes no customers",
                figure: "no cohort uses it", next: "bring it back with 'cellmesh restore \(regionName)' first")
        }
        let idle = own.filter { facts.unused.contains($0) }
        if facts.kind == .drain, !idle.isEmpty {
            refuse(
                .alreadyDrained, "\(names(idle)) \(idle.count == 1 ? "holds" : "hold") no customers",
                figure: Figures.count(idle.count, "cell"),
                next: "see 'cellmesh status'; 'cellmesh cell add \(regionName)' brings one into use")
        }
        if facts.kind == .drain, targets.isEmpty {
            refuse(
                .lastRegion, "\(subject) \(own.count == 1 ? "is the last cell" : "are the last cells") with customers",
                figure: "0 cells would be left", next: "add a cell first, with 'cellmesh cell add'")
        }
    }

    private mutating func notEvacuated() {
        guard !facts.evacuated.contains(region) else { return }
        refuse(
            .notEvacuated, "\(regionName) is not evacuated", figure: "cohorts use it",
            next: "see 'cellmesh status' for what is evacuated")
    }
}
