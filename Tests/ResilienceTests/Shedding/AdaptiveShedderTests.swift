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

    @Test func theNextLookEndsIt() {
        var shedder = AdaptiveShedder()
        shedder.look(LoadSignals(memory: 1))
        let verdict2 = shedder.admit(.high, draw: 0.999)
        #expect(!verdict2)
        let verdict3 = shedder.admit(.critical, draw: 0)
        #expect(verdict3)
        shedder.look(LoadSignals(memory: 0.5))
        let verdict4 = shedder.admit(.low, draw: 0)
        #expect(verdict4)
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
