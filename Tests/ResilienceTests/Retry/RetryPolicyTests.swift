import MeshBase
import Testing

@testable import Resilience

@Suite struct RetryPolicyTests {
    @Test func presetsAreThoseOfTheCatalogue() {
        func row(_ name: String) -> [Double]? {
            RetryPolicy.preset(named: name).map {
                [Double($0.attempts), $0.backoff.base.seconds, $0.backoff.cap.seconds]
            }
        }
        #expect(row("user-facing") == [3, 0.5, 10])
        #expect(row("background") == [5, 1, 300])
        #expect(row("foundation") == [3, 1, 30])
        #expect(row("general") == [5, 1, 60])
        #expect(row("orchestra") == [3, 0.1, 30])
        #expect(row("other") == nil)
        #expect(RetryPolicy.presets.allSatisfy { RetryPolicy.preset(named: $0) != nil })
    }

    @Test func clientErrorsAndFailuresThatStayAreNotRetried() {
        for kind in [FailureKind.none, .failed, .blocked, .elsewhere] {
            #expect(!RetryPolicy.seed.on.contains(kind))
        }
        for kind in [FailureKind.timeout, .connect, .reset, .overloaded, .limited, .shed, .unavailable, .deadlock] {
            #expect(RetryPolicy.local.on.contains(kind))
            #expect(!RetryPolicy.off.on.contains(kind))
        }
    }

    @Test func settingsOutOfRangeAreMadeSoundAndNamed() {
        let policy = RetryPolicy(
            attempts: 99, backoff: .local, budget: RetryBudgetPolicy(ratio: .nan, floor: -1))
        #expect(policy.attempts == 16 && policy.budget.ratio == 0 && policy.budget.floor == 0)
        #expect(RetryPolicy(attempts: 0, backoff: .local, budget: .none).attempts == 1)
        #expect(RetryBudgetPolicy.problems(ratio: -1, floor: 1e9).map(\.key) == ["budget.ratio", "budget.floor"])
    }
}
