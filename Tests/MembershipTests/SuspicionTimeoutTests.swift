import MeshBase
import Testing

@testable import Membership

@Suite struct SuspicionTimeoutTests {
    /// Conformance 21.
    @Test func remainingTime() {
        let timeout = SuspicionTimeout(minimum: .seconds(2), maximum: .seconds(30), expected: 3)
        func remaining(_ confirmations: Int, _ elapsed: Int64) -> Double {
            timeout.remaining(confirmations: confirmations, elapsed: .seconds(elapsed)).seconds
        }
        #expect(abs(remaining(0, 0) - 30) < 0.001)
        #expect(abs(remaining(1, 2) - 14) < 0.001)
        #expect(abs(remaining(2, 3) - 4.81) < 0.01)
        #expect(abs(remaining(3, 4) - -2) < 0.001)
    }

    /// Conformance 22.
    @Test func confirmationsShortenIt() {
        let timeout = SuspicionTimeout(minimum: .milliseconds(500), maximum: .seconds(1), expected: 3)
        let totals = (0...4).map { Int(timeout.total(confirmations: $0).milliseconds.rounded()) }
        #expect(totals == [1000, 750, 604, 500, 500])
    }

    @Test func bounds() {
        let lan = SuspicionTimeout(alpha: 4, beta: 6, interval: .seconds(1), members: 1000, dynamic: true)
        #expect(abs(lan.minimum.seconds - 12) < 1e-6)
        #expect(abs(lan.maximum.seconds - 72) < 1e-6)
        #expect(lan.expected == 2)
        // Too few others to confirm: the minimum at once.
        let pair = SuspicionTimeout(alpha: 4, beta: 6, interval: .seconds(1), members: 3, dynamic: true)
        #expect(pair.expected == 0)
        #expect(pair.total(confirmations: 0) == .seconds(4))
        let plain = SuspicionTimeout(alpha: 4, beta: 6, interval: .seconds(1), members: 100, dynamic: false)
        #expect(plain.total(confirmations: 0) == plain.minimum)
    }

    @Test func localHealthIsClamped() {
        var health = LocalHealth(limit: 8)
        health.add(-1)
        #expect(health.score == 0)
        health.add(100)
        #expect(health.score == 7)
        #expect(health.stretch(.seconds(1)) == .seconds(8))
        var off = LocalHealth(limit: 1)
        off.add(5)
        #expect(off.stretch(.seconds(1)) == .seconds(1))
    }
}
