import MeshBase
import Testing

@testable import Chaos

@Suite("Which faults were in force when")
struct FaultHistoryTests {
    private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }
    private func ids(_ history: FaultHistory, _ from: Int64, _ to: Int64) -> [String] {
        history.during(at(from), at(to)).map(\.fault.id)
    }

    @Test func aStretchLastsFromItsBeginToItsEnd() {
        var history = FaultHistory()
        let (one, two) = (Mesh.fault(.loss, "cell/e1", rate: 0.5), Mesh.fault(.blackhole, "cell/w1", id: "f2"))
        history.note([one], now: at(10))
        history.note([one, two], now: at(20))
        history.note([two], now: at(30))
        #expect(ids(history, 0, 9).isEmpty && ids(history, 0, 10) == ["f1"])
        #expect(ids(history, 15, 25) == ["f1", "f2"] && ids(history, 31, 40) == ["f2"])
        history.note([], now: at(50))
        history.note([one], now: at(60))
        #expect(ids(history, 55, 56).isEmpty && ids(history, 55, 60) == ["f1"] && ids(history, 0, 100).count == 3)
    }

    @Test func itIsBounded() {
        var history = FaultHistory()
        for number in 0..<FaultHistory.most * 2 {
            history.note([Mesh.fault(.blackhole, "cell/e1", id: "f\(number)")], now: at(Int64(number)))
        }
        let all = history.during(at(0), at(100_000))
        #expect(all.count == FaultHistory.most && all.last?.fault.id == "f\(FaultHistory.most * 2 - 1)")
    }

    @Test func aFaultStrikesItsPathsInBothDirectionsAndNoOthers() {
        func struck(_ fault: Fault, _ own: String) -> [String] {
            FaultHistory.Stretch(fault: fault, from: at(0)).struck(
                of: ["e1", "e2", "w1", "r1", "none"], from: own, Mesh.nodes)
        }
        let back = Mesh.fault(.latency, "cell/e1", ["router/r1"], oneWay: true, delay: Delay(base: .seconds(1)))
        #expect(struck(back, "r1") == ["e1"], "of what it does to answers a router knows too")
        #expect(struck(back, "e2").isEmpty)
        #expect(struck(Mesh.fault(.partition, "region/east", ["region/west"]), "w1") == ["e1", "e2"])
        let hang = Mesh.fault(.hang, "service/payment")
        #expect(struck(hang, "e1").isEmpty)
        let stretch = FaultHistory.Stretch(fault: hang, from: at(0))
        #expect(stretch.struck(services: ["payment", "shipping"], of: "e1") == ["payment"])
    }
}
