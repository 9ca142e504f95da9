import MeshBase
import Testing
import Topology

@testable import Chaos

@Suite struct CellRulesTests {
    private func rules(_ texts: String...) throws -> CellRules {
        let faults = try texts.enumerated().map { Fault(id: "f\($0 + 1)", try FaultRequest(text: $1).spec()) }
        return CellRules(cell: "e1", region: "east", zone: "a", faults: faults)
    }

    @Test func aCellIsStruckByItsNameAndByWhereItIs() throws {
        for target in ["cell/e1", "e1", "zone/east/a", "region/east", "mesh", "cell/w1,cell/e1"] {
            #expect(try rules("zombie \(target)").effect.isZombie, "\(target)")
        }
        for target in ["cell/w1", "zone/east/b", "region/west"] {
            let rules = try rules("zombie \(target)")
            #expect(rules.effect.isNone && rules.ids.isEmpty, "\(target)")
        }
        #expect(try rules("hang service/x", "pause cell/e1").ids.isEmpty)
    }

    @Test func severalAreOne() throws {
        let rules = try rules("slow e1 10x", "slow e1 100x", "lie e1 50%", "lie e1 50%", "flap e1 4s", "flap e1 2s")
        #expect(rules.effect.slowness == 100 && rules.effect.lies == 0.75 && rules.effect.turn == .seconds(2))
        #expect(rules.ids.count == 6)
        var hits: [String: UInt64] = ["f1": 1]
        rules.count((mute: 3, slow: 5, failed: 7, starved: 0), in: &hits)
        #expect(hits == ["f1": 6, "f2": 5, "f3": 7, "f4": 7, "f5": 3, "f6": 3])
    }

    @Test func aFlapperIsMuteByTurns() throws {
        let effect = try rules("flap e1 2s").effect
        let mute = [0, 1_999, 2_000, 3_999, 4_000, 5_999, 6_000].map { effect.isMute(age: .milliseconds($0)) }
        #expect(mute == [true, true, false, false, true, true, false])
        #expect(!effect.isZombie && !effect.isNone)
    }

    @Test func whatTheNextStartDoesIsNoMatterOfThisOne() throws {
        let rules = try rules("amnesia e1 keep-id")
        #expect(rules.effect.isNone && rules.effect.amnesia == .init(fault: "f1", keepsID: true))
        var hits: [String: UInt64] = ["f1": 0]
        rules.count((1, 1, 1, 1), in: &hits)
        #expect(hits.isEmpty)
    }

    @Test func ofMemoryTheLargestShareIsHeldAndWhatIsAskedGoesItsWay() throws {
        let rules = try rules("fill-memory e1 40%", "fill-memory region/east 90%", "fill-memory cell/w1 99%")
        #expect(rules.effect.ballast == 0.9 && rules.effect.isNone && rules.ids == ["f1", "f2"])
        var hits: [String: UInt64] = [:]
        rules.count((mute: 1, slow: 1, failed: 1, starved: 4), in: &hits)
        #expect(hits == ["f1": 4, "f2": 4])
    }
}
