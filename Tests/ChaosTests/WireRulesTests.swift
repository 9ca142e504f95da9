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
