import MeshBase
import Testing

@testable import Resilience

@Suite struct AdaptiveShedderTests {
    @Test func withoutPressureNothingIsRefused() {
        var shedder = AdaptiveShedder()
        shedder.look(LoadSignals(cpu: 1, loopLag: .milliseconds(9)))
        #expect(!shedder.isActive)
        for priority in Priority.allCases {
            let verdict1 = shedder.admit(priority, draw: 0)
            #expect(verdict1)
        }
        #expect(shedder.shed.total == 0)
    }

    @Test func ofEachClassItsShare() {
        var shedder = AdaptiveShedder()
        shedder.look(LoadSignals(memory: 0.925))
        // Half of normal, all of low, nothing of the rest.
        for step in 0..<1000 {
            for priority in Priority.allCases { _ = shedder.admit(priority, draw: Double(step) / 1000) }
        }
        let shed = Priority.allCases.map { shedder.shed[$0] }
        #expect(shed == [0, 0, 500, 1000] || shed == [0, 0, 501, 1000])
    }

    @Test func itEndsBitByBitOverTheNextLooks() {
        var shedder = AdaptiveShedder()
        shedder.look(LoadSignals(memory: 1))
        let verdict2 = shedder.admit(.high, draw: 0.999)
        #expect(!verdict2)
        let verdict3 = shedder.admit(.critical, draw: 0)
        #expect(verdict3)
        var seen: [Double] = []
        while shedder.isActive, seen.count < 10 {
            shedder.look(LoadSignals(memory: 0.5))
            seen.append(shedder.pressure.worst)
        }
        #expect(seen == [0.5, 0.25, 0.125, 0.0625, 0.03125, 0])
        let verdict4 = shedder.admit(.low, draw: 0)
        #expect(verdict4)
    }

    @Test func theTimeOfAnswersGoesAThirdOfTheWay() {
        var shedder = AdaptiveShedder(policy: AdaptivePolicy(p95: .seconds(1)))
        var seen: [Int] = []
        for p95 in [TimeAmount.seconds(2), .seconds(2), .milliseconds(1500), .milliseconds(900)] {
            shedder.look(LoadSignals(p95: p95))
            seen.append(Int((shedder.pressure.latency * 1000).rounded()))
        }
        #expect(seen == [333, 556, 537, 269])
    }

    @Test func whatItShedsItTellsOnceAClass() {
        var shedder = AdaptiveShedder()
        shedder.look(LoadSignals(memory: 1))
        for _ in 0..<5 { _ = shedder.admit(.low, draw: 0) }
        var told: [String] = []
        shedder.changes { told.append("\($0.name) \($1)") }
        shedder.changes { told.append("\($0.name) \($1)") }
        #expect(told == ["low true", "low false"])
    }

    @Test func itSaysWhy() {
        var shedder = AdaptiveShedder()
        shedder.look(LoadSignals(memory: 0.925))
        let why = shedder.explain(.normal)
        #expect(why.detail == "pressure 0.5 from memory, 0.5 of normal is refused")
        #expect(why.numbers.map(\.name) == ["pressure", "share", "cpu", "memory", "p95"])
    }

    @Test func profilesDifferInWhenToTryAgain() {
        #expect(AdaptivePolicy.local.retryAfter == .seconds(1) && AdaptivePolicy.seed.retryAfter == .seconds(5))
    }
}
