import MeshBase
import Testing
import Topology

@testable import Chaos

@Suite struct WireRulesTests {
    private let delay = Delay(base: .milliseconds(30))

    @Test func aRegionIsCutFromTheOthersInBothDirections() {
        let fault = Mesh.fault(.partition, "region/east", ["region/west", "region/eu"])
        let east = Mesh.rules("e1", [fault])
        #expect(east.touched == ["w1", "w2", "u1", "r1", "control"])
        #expect(east.deafTo == ["w1", "w2", "u1", "r1", "control"])
        let west = Mesh.rules("w1", [fault])
        #expect(west.touched == ["e1", "e2"] && west.deafTo == ["e1", "e2"])
        // The two others still hear each other.
        #expect(Mesh.rules("u1", [fault]).touched == ["e1", "e2"])
    }

    @Test func routersAndControlBelongToTheirRegionAndItsFirstZone() {
        let region = Mesh.fault(.latency, "region/west", ["cell/u1"], delay: delay)
        #expect(Mesh.rules("u1", [region]).touched == ["w1", "w2", "r1", "control"])
        let zone = Mesh.fault(.latency, "zone/west/a", ["cell/u1"], delay: delay)
        #expect(Mesh.rules("u1", [zone]).touched == ["w1", "r1", "control"])
        #expect(Mesh.rules("w2", [zone]).isEmpty)
    }

    @Test func oneTargetStandsAgainstEverythingOutsideOfIt() {
        let fault = Mesh.fault(.loss, "zone/east/a", rate: 0.5)
        #expect(Mesh.rules("e1", [fault]).touched == ["e2", "w1", "w2", "u1", "r1", "control"])
        #expect(Mesh.rules("e2", [fault]).touched == ["e1"])
        let region = Mesh.fault(.loss, "region/east", rate: 0.5)
        #expect(Mesh.rules("e2", [region]).touched == ["w1", "w2", "u1", "r1", "control"])
    }

    @Test func oneWayStrikesOnlyWhatTheFirstSends() {
        let fault = Mesh.fault(.blackhole, "cell/e1", ["router/r1"], oneWay: true)
        let cell = Mesh.rules("e1", [fault])
        #expect(cell.touched == ["r1"] && cell.deafTo.isEmpty)
        let router = Mesh.rules("r1", [fault])
        #expect(router.touched.isEmpty && router.deafTo == ["e1"])
        let e1 = Mesh.nodes.number(of: "e1")!
        #expect(router.preventsConnection(with: e1), "the answer to a SYN would not come")
        #expect(cell.preventsConnection(with: Mesh.nodes.number(of: "r1")!))
    }

    @Test func aRegionAgainstItselfIsItsInside() {
        let fault = Mesh.fault(.latency, "region/east", ["region/east"], delay: delay)
        #expect(Mesh.rules("e1", [fault]).touched == ["e2"])
        #expect(Mesh.rules("w1", [fault]).isEmpty)
    }

    @Test func theTopologysLinksAreRulesThatStay() {
        let links = Links(
            default: Links.Quality(latency: .microseconds(500)),
            pairs: [
                Links.Pair(first: "east", second: "west", quality: Links.Quality(latency: .milliseconds(30), loss: 0.1))
            ])
        let rules = Mesh.rules("e1", [Mesh.fault(.latency, "cell/e1", ["cell/w1"], delay: delay)], links: links)
        func delays(_ name: String) -> [TimeAmount] {
            rules.sending[Mesh.nodes.number(of: name)!].delays.map(\.base)
        }
        #expect(delays("e2") == [.microseconds(500)], "the default holds inside a region too")
        #expect(delays("w1") == [.milliseconds(30), .milliseconds(30)])
        #expect(delays("r1") == [.milliseconds(30)])
        #expect(delays("u1") == [.microseconds(500)])
        #expect(delays("e1").isEmpty, "no node has a link to itself")
        #expect(rules.ids == ["f1"])
    }

    @Test func nobodyElseIsTouched() {
        let fault = Mesh.fault(.partition, "cell/e1", ["cell/w1"])
        for name in ["e2", "w2", "u1", "r1", "control"] { #expect(Mesh.rules(name, [fault]).isEmpty, "\(name)") }
        #expect(Mesh.rules("e2", [fault]).ids.isEmpty)
    }

    @Test func targetsThatDoNotExistMatchNothing() {
        #expect(Mesh.rules("e1", [Mesh.fault(.partition, "cell/gone", ["region/gone"])]).isEmpty)
    }
}

/// What is counted as struck, and for which fault.
@Suite struct FaultHitTests {
    private func hits(_ rules: WireRules, _ effect: WireRules.Effect, _ peer: String, isArrival: Bool = false)
        -> [UInt64]
    {
        var hits = [UInt64](repeating: 0, count: rules.ids.count)
        rules.count(effect, with: Mesh.nodes.number(of: peer)!, isArrival: isArrival, in: &hits)
        return hits
    }

    @Test func eachFaultCountsWhatItCanHaveDone() {
        let rules = Mesh.rules(
            "e1",
            [
                Mesh.fault(.latency, "cell/w1", id: "f1"), Mesh.fault(.loss, "cell/w1", rate: 0.5, id: "f2"),
                Mesh.fault(.duplicate, "cell/w2", rate: 0.5, id: "f3"),
            ])
        #expect(rules.ids == ["f1", "f2", "f3"])
        #expect(hits(rules, .delayed, "w1") == [1, 1, 0])
        #expect(hits(rules, .lost, "w1") == [0, 1, 0])
        #expect(hits(rules, .duplicated, "w2") == [0, 0, 1])
        // Nothing of it lies on that way.
        #expect(hits(rules, .delayed, "w2") == [0, 0, 0])
        #expect(hits(rules, .delayed, "e2") == [0, 0, 0])
    }

    @Test func aCutIsCountedOnBothSidesOfAWay() {
        let rules = Mesh.rules("e1", [Mesh.fault(.partition, "cell/w1", ["region/east"], oneWay: true)])
        // What w1 sends is stopped on its arrival; what goes there is not.
        #expect(hits(rules, .cut, "w1", isArrival: true) == [1])
        #expect(hits(rules, .cut, "w1") == [0])
    }

    @Test func callsAreCountedForTheFaultsOfTheirService() {
        var request = FaultRequest(kind: "latency", targets: ["service/payment"])
        request.delay = .milliseconds(5)
        var hang = FaultRequest(kind: "hang", targets: ["service/shipping@e1"])
        hang.lease = .seconds(5)
        guard let slow = try? request.fault(id: "f1", topology: Mesh.topology(), now: .wall(0)),
            let stuck = try? hang.fault(id: "f2", topology: Mesh.topology(), now: .wall(0))
        else {
            Issue.record("the faults are refused")
            return
        }
        let rules = ServiceRules(cell: "e1", services: ["payment", "shipping"], faults: [slow, stuck])
        var hits: [String: UInt64] = ["f1": 2]
        rules.count([(3, 7, 9), (11, 4, 13)], in: &hits)
        #expect(hits == ["f1": 5, "f2": 4])
    }
}
