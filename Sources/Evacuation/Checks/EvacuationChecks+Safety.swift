import MeshBase
import Topology

/// Who may decide, and whether this side can be trusted to.
extension EvacuationChecks {
    mutating func majority() {
        let all = facts.deciders.count
        let needed = all / 2 + 1
        let answering = facts.deciders.filter(\.answers)
        let outside = answering.count { !own.contains($0.cell) }
        let figure = "\(answering.count) of \(all) answer, \(outside) of them outside \(subject), needs \(needed)"
        guard answering.count >= needed else {
            let silent = facts.deciders.filter { !$0.answers }.map(\.cell)
            refuse(
                .noMajority, "no majority of the deciders answers (\(figure))", figure: figure,
                next: silent.isEmpty
                    ? "see 'cellmesh doctor': the mesh has no deciders"
                    : "start \(names(silent)) again, or heal the partition; until then no placement changes, and traffic "
                        + "goes on")
            return
        }
        // The first step moves them out; nothing is refused, as a majority of both sides takes part in that.
        if facts.kind == .evacuate || facts.kind == .drain, outside < needed {
            note(
                .decidersInside,
                "the majority of the deciders rests on \(subject) (\(figure)): they are moved out first, and were it "
                    + "lost before that, no placement could change")
        }
    }

    mutating func dead() {
        let counted = targets + own
        let dead = counted.filter { !facts.cell($0).isAlive }
        guard !counted.isEmpty, dead.count * 100 >= Self.mostDeadPercent * counted.count else { return }
        let share = Figures.percent(Double(dead.count) / Double(counted.count))
        let figure = "\(dead.count) of \(counted.count) dead (\(share)), needs fewer than \(Self.mostDeadPercent) %"
        refuse(
            .tooManyDead, "too many cells are dead (\(figure))", figure: figure,
            next: "start cells again, or find out with 'cellmesh members --diff' whether this side is cut off")
    }

    /// A side that reaches at most half of the cells elsewhere, or misses a whole region that others reach, may be the
    /// one that is cut off.
    mutating func isolation() {
        let reached = targets.count { facts.cell($0).isAlive }
        let next = "heal the partition, or run the command on the other side; see 'cellmesh members --diff'"
        if !targets.isEmpty, reached * 2 <= targets.count {
            let figure = "\(reached) of \(targets.count) cells outside \(subject), needs more than half"
            refuse(.isolated, "this side may be the isolated one (it reaches \(figure))", figure: figure, next: next)
            return
        }
        for other in facts.topology.regions.indices {
            let cells = targets.filter { facts.topology.cells[$0.position].region == other }
            guard !cells.isEmpty, !cells.contains(where: { facts.cell($0).isAlive }) else { continue }
            let seen = cells.count { facts.cell($0).isReachedByOthers }
            guard seen > 0 else { continue }
            let name = facts.topology.regions[other].name
            let figure = "0 of \(cells.count) cells of \(name) from here, \(seen) from elsewhere"
            refuse(
                .isolated, "this side may be the isolated one (it reaches \(figure))", figure: figure, next: next)
            return
        }
    }

    /// Said before, as it is in the report: who cannot be moved stays, and the others go.
    mutating func held() {
        if !facts.givenUp.isEmpty {
            let dead = facts.topology.cells.indices.filter { !facts.cell(CellIndex($0)).isAlive }
            let who = facts.givenUp.prefix(6).map { Customers.name($0) }.joined(separator: ", ")
            note(
                .lossAccepted,
                "what only dead cells have of \(Figures.count(facts.givenUp.count, "customer")) is given up "
                    + "(\(who)\(facts.givenUp.count > 6 ? ", ..." : "")): writes that were acknowledged to them may be gone, "
                    + "and \(names(dead.map { CellIndex($0) })) drop what they have when they are back")
        }
        guard facts.heldBack > 0 else { return }
        let who = Figures.count(facts.heldBack, "customer")
        note(
            .heldBack,
            "\(who) \(facts.heldBack == 1 ? "stays" : "stay") where \(facts.heldBack == 1 ? "it is" : "they are"): no majority "
                + "of the shard lives, now or afterwards; start dead cells again first to take them along")
    }

    mutating func liveliness() {
        if !own.isEmpty, !own.contains(where: { facts.cell($0).isAlive }) {
            note(
                facts.kind.isOfCells ? .cellsDead : .regionDead,
                "\(noneAlive): the records come from majorities of the survivors, and rows are dropped "
                    + "there when it is back")
        }
        let dead = targets.filter { !facts.cell($0).isAlive }
        if !dead.isEmpty {
            note(
                .deadTargets,
                "\(dead.count) of \(targets.count) cells that take over are dead (\(names(dead))): a customer moves where a "
                    + "majority of its new shard lives")
        }
    }

    private var noneAlive: String {
        facts.kind.isOfCells
            ? own.count == 1 ? "\(subject) is dead" : "all of \(subject) are dead" : "no cell of \(subject) is alive"
    }

    mutating func takersServe() {
        let alive = own.count { facts.cell($0).isAlive }
        if alive == 0 {
            let figure = "0 of \(own.count) cells alive"
            refuse(
                facts.kind.isOfCells ? .cellsDead : .regionDead, noneAlive, figure: figure,
                next: facts.kind == .add
                    ? "start \(own.count == 1 ? "it" : "them") with 'cellmesh restart \(subject)'"
                    : "start its cells with 'cellmesh restart region/\(regionName)'")
        } else if alive < own.count {
            let dead = own.filter { !facts.cell($0).isAlive }
            note(
                .deadTargets,
                "\(dead.count) of \(own.count) cells of \(subject) are dead (\(names(dead))): a customer moves where a "
                    + "majority of its new shard lives")
        }
    }
}
