import MeshBase
import Sharding
import Testing
import Topology

@testable import Evacuation

@Suite struct EvacuationChecksTests {
    @Test func aHealthyMeshMayBegin() {
        let verdict = EvacuationChecks.judge(facts(mesh()))
        #expect(verdict.mayBegin && verdict.reason == nil, "\(verdict.refusals)")
        // Three members over two regions: said, not refused.
        #expect(verdict.noteCodes == [.sharedDomain])
        #expect(
            verdict.notes[0].text.hasPrefix(
                "members of a shard will share a region (2 regions left for shards of 3): the loss"))
    }

    @Test func theRegionMustBeThereAndNamedTwice() {
        let unknown = EvacuationChecks.judge(facts(mesh(), region: "mars"))
        #expect(unknown.codes == [.unknownRegion])
        #expect(unknown.reason == "the mesh has no region 'mars': name one of r1, r2 and r3")

        var asked = facts(mesh())
        asked.confirmation = .typed("r2")
        #expect(EvacuationChecks.judge(asked).codes == [.confirmation])
        #expect(EvacuationChecks.judge(asked).reason == "'r2' was confirmed and r1 was named: type --confirm r1")
        asked.confirmation = .missing
        asked.isForced = true
        #expect(EvacuationChecks.judge(asked).codes == [.confirmation], "force confirms nothing")
        asked.confirmation = .notNeeded
        #expect(EvacuationChecks.judge(asked).mayBegin)
    }

    @Test func oneAtATime() {
        var asked = facts(mesh())
        asked.openPlan = .init(region: "r2", state: "reversing")
        #expect(EvacuationChecks.judge(asked).codes == [.planOpen])
        #expect(EvacuationChecks.judge(asked).refusals[0].figure == "r2 reversing")
        // A restore during an evacuation is the same.
        asked.kind = .restore
        asked.evacuated = [0]
        #expect(EvacuationChecks.judge(asked).codes == [.planOpen])
    }

    @Test func aDrillThatRunsIsNotDisturbed() {
        var asked = facts(mesh())
        asked.drill = "kill-cell"
        let verdict = EvacuationChecks.judge(asked)
        #expect(verdict.codes == [.drillRuns])
        #expect(verdict.refusals.first?.next == "end it with 'cellmesh drill stop', or go on with --force")
        asked.isForced = true
        #expect(EvacuationChecks.judge(asked).mayBegin)
    }

    @Test func evacuatedAndLastRegions() {
        var asked = facts(mesh())
        asked.evacuated = [0]
        #expect(EvacuationChecks.judge(asked).codes.contains(.alreadyEvacuated))
        asked.evacuated = [1, 2]
        asked.isForced = true
        #expect(EvacuationChecks.judge(asked).codes == [.lastRegion], "force leaves no mesh without cells")
        #expect(EvacuationChecks.judge(facts(mesh(regions: 1, spread: .cell))).codes == [.lastRegion])
    }

    @Test func aMajorityOfTheDecidersMustAnswer() {
        var asked = facts(mesh())
        for silent in 0..<2 { asked.deciders[silent].answers = false }
        #expect(EvacuationChecks.judge(asked).mayBegin, "three of five")
        asked.deciders[2].answers = false
        let verdict = EvacuationChecks.judge(asked)
        #expect(verdict.codes == [.noMajority])
        #expect(verdict.refusals[0].figure == "2 of 5 answer, 1 of them outside r1, needs 3")
        #expect(verdict.refusals[0].next.hasPrefix("start r1-1, r2-1 and r3-1 again"))
        asked.deciders = []
        #expect(EvacuationChecks.judge(asked).codes == [.noMajority])
    }

    /// Two regions, three of five deciders in the one to be left: alive, they are moved out; dead, nothing is decided.
    @Test func theDecidersOfTheRegionItself() {
        var asked = facts(mesh(regions: 2, size: 2, spread: .cell))
        asked.deciders = [0, 1, 2, 8, 9].map { .init(cell: CellIndex($0), answers: true) }
        let alive = EvacuationChecks.judge(asked)
        #expect(alive.mayBegin && alive.noteCodes.contains(.decidersInside), "\(alive)")
        for decider in 0..<3 { asked.deciders[decider].answers = false }
        #expect(EvacuationChecks.judge(asked).codes == [.noMajority])
    }

    /// Prediction 10: no evacuation above 55 % dead.
    @Test func halfTheMeshMayBeDeadAndNoMore() {
        var asked = facts(mesh(regions: 2, cells: 10, size: 2, spread: .cell))
        for cell in 0..<10 { asked.cells[cell].isAlive = false }
        let dead = EvacuationChecks.judge(asked)
        #expect(dead.mayBegin && dead.noteCodes.contains(.regionDead), "\(dead)")
        asked.cells[10].isAlive = false
        let tooMany = EvacuationChecks.judge(asked)
        #expect(tooMany.codes == [.tooManyDead], "\(tooMany)")
        #expect(tooMany.refusals[0].figure == "11 of 20 dead (55 %), needs fewer than 55 %")
        // Cells of a region that was evacuated before may be switched off.
        var third = facts(mesh(regions: 3, cells: 10, size: 2, spread: .cell))
        third.evacuated = [2]
        for cell in 20..<30 { third.cells[cell].isAlive = false }
        for cell in 0..<10 { third.cells[cell].isAlive = false }
        #expect(EvacuationChecks.judge(third).mayBegin)
        // What is not told of is dead.
        third.cells = []
        #expect(EvacuationChecks.judge(third).codes.contains(.tooManyDead))
    }

    @Test func thisSideMayBeTheIsolatedOne() {
        // Control in r3 reaches only r3, and r1 is to be evacuated.
        var asked = facts(mesh())
        for cell in 8..<16 { asked.cells[cell].isAlive = false }
        let half = EvacuationChecks.judge(asked)
        #expect(half.codes == [.isolated], "\(half)")
        #expect(half.refusals[0].figure == "8 of 16 cells outside r1, needs more than half")
        asked.isForced = true
        #expect(EvacuationChecks.judge(asked).codes == [.isolated])

        // Four regions: one is not reached from here; dead it is no obstacle, reached by others it is.
        var four = facts(mesh(regions: 4))
        for cell in 8..<16 { four.cells[cell].isAlive = false }
        let dead = EvacuationChecks.judge(four)
        #expect(dead.mayBegin && dead.noteCodes.contains(.deadTargets), "\(dead)")
        four.cells[9].isReachedByOthers = true
        #expect(EvacuationChecks.judge(four).codes == [.isolated])
        #expect(EvacuationChecks.judge(four).refusals[0].figure == "0 of 8 cells of r2 from here, 1 from elsewhere")
    }

    @Test func shardsNeedDomainsAndCells() {
        // Two regions and k = 2: one region would hold both members.
        let one = EvacuationChecks.judge(facts(mesh(regions: 2, size: 2)))
        #expect(one.codes == [.tooFewRegions] && one.refusals[0].figure == "1 region left for shards of 2")
        let forced = EvacuationChecks.judge(facts(mesh(regions: 2, size: 2), isForced: true))
        #expect(
            forced.mayBegin && forced.overridden.map(\.code) == [.tooFewRegions]
                && forced.noteCodes == [.decidersInside, .forced])
        let few = EvacuationChecks.judge(facts(mesh(regions: 3, cells: 1)))
        #expect(few.codes == [.tooFewCells] && few.refusals[0].figure == "2 cells left for shards of 3")
        #expect(EvacuationChecks.judge(facts(mesh(regions: 4))).notes.isEmpty)
    }

    @Test func nobodyLeavesTheirGeography() {
        func verdict(_ geographies: [String?], isForced: Bool = false) -> EvacuationVerdict {
            EvacuationChecks.judge(
                facts(mesh(geographies: geographies, shares: [.init(geography: "eu", share: 0.1)]), isForced: isForced))
        }
        let left = verdict(["eu", "us", "us"], isForced: true)
        #expect(left.codes == [.geography], "\(left)")
        #expect(left.reason?.contains("customers bound to geography eu would be left without a cell") == true)
        // A second region of the geography, and a region of another one, are no obstacle.
        #expect(verdict(["eu", "eu", "us"]).mayBegin)
        #expect(verdict(["us", "us", "eu"]).mayBegin)
        let unbound = mesh(geographies: ["eu", "us", "us"], shares: [.init(geography: "eu", share: 0)])
        #expect(EvacuationChecks.judge(facts(unbound)).mayBegin, "nobody is bound to it")
        // Who has no cell already loses none.
        var gone = facts(
            mesh(geographies: ["us", "us", "eu"], shares: [.init(geography: "eu", share: 0.1)]), isForced: true)
        gone.evacuated = [2]
        #expect(EvacuationChecks.judge(gone).mayBegin)
    }

    /// `--force` was suggested beside what it does not override.
    @Test func nothingIsSaidToBeForcedWhereSomethingElseCannotBe() {
        func nexts(_ share: Double) -> [String] {
            let mesh = mesh(geographies: ["eu", "us", "us"], shares: [.init(geography: "eu", share: share)])
            return EvacuationChecks.judge(facts(mesh, use: 0.95)).refusals.map(\.next)
        }
        let forceable = nexts(0)
        #expect(!forceable.isEmpty && forceable.allSatisfy { $0.hasSuffix(", or go on with --force") }, "\(forceable)")
        let bound = nexts(0.1)
        #expect(bound.count > 1 && bound.allSatisfy { !$0.contains("--force") && !$0.hasSuffix(",") }, "\(bound)")
    }

    /// Prediction 3, with every cell used alike.
    @Test func headroomByUse() throws {
        func verdict(_ use: Double, isForced: Bool = false) -> EvacuationVerdict {
            var asked = facts(mesh(), use: use, isForced: isForced)
            // The factor is 3/2 exactly where each cell has its share: the seed's noise is LoadPredictionTests' matter.
            asked.load = LoadPrediction(evenly(asked.topology)) {
                spreadBefore($0)
            } after: {
                spreadAfter($0)
            }
            return EvacuationChecks.judge(asked)
        }
        let low = verdict(0.45)
        #expect(low.mayBegin && low.noteCodes == [.sharedDomain])
        #expect(abs((low.capacity?.after ?? 0) - 0.675) < 1e-9 && low.capacity?.excess == 0)

        let half = verdict(0.5)
        #expect(half.mayBegin && half.noteCodes == [.sharedDomain, .lowShed])
        #expect(
            half.notes[1].text
                == "the cells that take over are predicted at 75 % (50 % now, times 1.50): low priority is "
                + "shed from 70 % on")

        let high = verdict(0.7)
        #expect(high.codes == [.headroom] && high.refusals[0].figure == "105 % of capacity against 85 %")
        #expect(
            high.reason == "the cells that take over would need 105 % of capacity against 85 % (70 % now, times 1.50); "
                + "19 % of the requests would be shed, lowest priorities first: add cells or lower the load, or go on "
                + "with --force")

        let forced = verdict(0.7, isForced: true)
        #expect(forced.mayBegin && forced.overridden.map(\.code) == [.headroom])
        #expect(abs((forced.capacity?.excess ?? 0) - 0.19) < 0.001, "20 of 105")
        #expect(forced.noteCodes == [.sharedDomain, .forced, .lowShed])
    }

    private func evenly(_ topology: MeshTopology) -> MeshTopology {
        var topology = topology
        topology.customers.count = 48
        return topology
    }
    /// Two customers in each cell; those of r1-n go to r2-n and r3-n.
    private func spreadBefore(_ number: Int) -> Shard { [CellIndex((number - 1) / 2)] }
    private func spreadAfter(_ number: Int) -> Shard {
        let cell = (number - 1) / 2
        return cell >= 8 ? [CellIndex(cell)] : number % 2 == 0 ? [CellIndex(cell + 8)] : [CellIndex(cell + 16)]
    }

    /// With the placement's own noise the three cases of prediction 3 come out as with exact thirds.
    @Test func headroomByThePlacement() {
        #expect(EvacuationChecks.judge(facts(mesh(), use: 0.45)).noteCodes == [.sharedDomain])
        let half = EvacuationChecks.judge(facts(mesh(), use: 0.5))
        #expect(half.mayBegin && half.noteCodes == [.sharedDomain, .lowShed], "\(half)")
        #expect(EvacuationChecks.judge(facts(mesh(), use: 0.7)).codes == [.headroom])
    }

    @Test func oneHotCell() {
        var asked = facts(mesh(), use: 0.3)
        asked.cells[8].utilisation = 0.62
        let hot = EvacuationChecks.judge(asked)
        #expect(hot.mayBegin && hot.noteCodes == [.sharedDomain, .hotCell], "\(hot)")
        asked.cells[8].utilisation = 0.8
        let burnt = EvacuationChecks.judge(asked)
        #expect(burnt.codes == [.headroom] && burnt.refusals[0].reason.contains("of the capacity of r2-1"), "\(burnt)")
    }

    @Test func unknownUseIsSaid() {
        #expect(EvacuationChecks.judge(facts(mesh(), use: nil)).noteCodes == [.sharedDomain, .useUnknown])
        var asked = facts(mesh(), use: 0.3)
        asked.cells[9].utilisation = nil
        asked.cells[10].utilisation = .nan
        let some = EvacuationChecks.judge(asked)
        #expect(some.noteCodes == [.sharedDomain, .useUnknown] && some.capacity?.unknown == 2)
        // A dead cell's use is nobody's concern.
        asked.cells[9].isAlive = false
        #expect(EvacuationChecks.judge(asked).capacity?.unknown == 1)
        asked.load = nil
        #expect(EvacuationChecks.judge(asked).capacity == nil)
    }

    @Test func targetsRunAllThatTheRegionRuns() {
        var topology = mesh(blueprints: [
            storefront, Blueprint(name: "small", services: Array(storefront.services[1...2])),
        ])
        topology.cells[12].blueprint = 1
        let verdict = EvacuationChecks.judge(facts(topology))
        #expect(verdict.codes == [.serviceMissing, .storeWeaker], "\(verdict)")
        #expect(
            verdict.refusals[0].reason == "r2-5 would take over and do not run checkout, refund, cart, rates and ledger"
        )
        #expect(verdict.refusals[1].reason == "r2-5 would take over records of tier critical and promise less")
        // The other way round r2 has all that it needs to take from r2.
        topology.cells[12].blueprint = 0
        topology.cells[0].blueprint = 1
        #expect(EvacuationChecks.judge(facts(topology)).mayBegin)
    }

    @Test func storesMustHoldWhatTheyGet() {
        var asked = facts(mesh())
        asked.cells[9].isStoreFull = true
        let full = EvacuationChecks.judge(asked)
        #expect(full.codes == [.storeFull] && full.refusals[0].reason == "the disk of r2-2 is full")
        asked.cells[9].isStoreFull = false
        asked.cells[0].isStoreFull = true
        #expect(EvacuationChecks.judge(asked).mayBegin, "the region's own disks get nothing")
        asked.bytesToCopy = 160 << 20
        for cell in 8..<24 { asked.cells[cell].freeBytes = 1 << 30 }
        #expect(EvacuationChecks.judge(asked).mayBegin)
        asked.cells[11].freeBytes = 1 << 20
        asked.cells[12].freeBytes = 2 << 20
        let short = EvacuationChecks.judge(asked)
        #expect(
            short.codes == [.storeFull] && short.refusals[0].figure.hasPrefix("r2-4: 1 MiB free, needs "), "\(short)")
        asked.bytesToCopy = .max
        #expect(EvacuationChecks.judge(asked).codes == [.storeFull])
    }

    @Test func restores() {
        var asked = facts(mesh(), kind: .restore)
        #expect(EvacuationChecks.judge(asked).codes == [.notEvacuated])
        asked.evacuated = [0]
        #expect(EvacuationChecks.judge(asked).mayBegin && EvacuationChecks.judge(asked).notes.isEmpty)
        for cell in 0..<8 { asked.cells[cell].isAlive = cell == 7 }
        #expect(EvacuationChecks.judge(asked).mayBegin && EvacuationChecks.judge(asked).noteCodes == [.deadTargets])
        asked.cells[7].isAlive = false
        #expect(EvacuationChecks.judge(asked).codes == [.regionDead])
        asked.confirmation = .typed("r1")
        asked.cells[0] = .init(isStoreFull: true)
        #expect(EvacuationChecks.judge(asked).codes == [.storeFull])
    }

    /// Every refusal tells its figure and what to do, in any mix of facts; none traps.
    @Test func anyFactsAreJudged() {
        var seen: Set<EvacuationRefusal.Code> = []
        for seed in UInt64(0)..<2_000 {
            var rng = Generator(seed: seed, concern: "evacuation facts")
            func pick<T>(_ values: [T]) -> T { values[Int(rng.below(UInt64(values.count)))] }
            var topology = mesh(
                regions: 1 + Int(rng.below(4)), cells: 1 + Int(rng.below(6)), size: 1 + Int(rng.below(4)),
                spread: pick(ShardingPolicy.Spread.allCases), customers: 50, geographies: [pick(["eu", nil]), "eu"],
                shares: rng.chance(0.5) ? [.init(geography: "eu", share: 0.3)] : [],
                blueprints: [storefront, Blueprint(name: "echo", services: [Service(name: "ping")])])
            for cell in topology.cells.indices where rng.chance(0.05) { topology.cells[cell].blueprint = 1 }
            var asked = facts(topology, region: pick(["r1", "r2", "r9"]), use: rng.unit() * 1.2)
            asked.kind = pick(EvacuationPlan.Kind.allCases)
            if asked.kind.isOfCells {
                let region = topology.regions.firstIndex { $0.name == asked.region }
                asked.changing = topology.cells.indices.filter {
                    topology.cells[$0].region == region && rng.chance(0.4)
                }.map { CellIndex($0) }
            }
            asked.unused = topology.cells.indices.filter { _ in rng.chance(0.1) }.map { CellIndex($0) }
            asked.heldBack = rng.chance(0.2) ? Int(rng.below(50)) : 0
            asked.confirmation = pick([.notNeeded, .missing, .typed("r1")])
            asked.evacuated = topology.regions.indices.filter { _ in rng.chance(0.3) }
            asked.openPlan = rng.chance(0.2) ? .init(region: "r2", state: "moving") : nil
            asked.drill = rng.chance(0.1) ? "kill-cell" : nil
            let dead = rng.unit()
            for cell in asked.cells.indices {
                asked.cells[cell].isAlive = !rng.chance(dead * dead)
                asked.cells[cell].isReachedByOthers = rng.chance(0.5)
                asked.cells[cell].isStoreFull = rng.chance(0.02)
                asked.cells[cell].freeBytes = rng.chance(0.5) ? rng.next() >> 40 : nil
            }
            for decider in asked.deciders.indices { asked.deciders[decider].answers = rng.chance(0.8) }
            asked.bytesToCopy = rng.chance(0.5) ? rng.next() >> rng.below(64) : nil
            asked.cells.removeLast(Int(rng.below(UInt64(asked.cells.count))) / 4)
            asked.isForced = rng.chance(0.3)
            let verdict = EvacuationChecks.judge(asked)
            for refusal in verdict.refusals {
                seen.insert(refusal.code)
                #expect(!refusal.reason.isEmpty && !refusal.figure.isEmpty && !refusal.next.isEmpty, "seed \(seed)")
                #expect(!asked.isForced || !refusal.code.isForceable, "seed \(seed)")
                #expect(!refusal.reason.contains("unknown %") && !refusal.reason.hasSuffix("."), "seed \(seed)")
            }
            #expect(verdict.overridden.allSatisfy { asked.isForced && $0.code.isForceable }, "seed \(seed)")
        }
        #expect(
            seen.count == EvacuationRefusal.Code.allCases.count,
            "never: \(Set(EvacuationRefusal.Code.allCases).subtracting(seen))")
    }
}
