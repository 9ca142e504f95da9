import Resilience

/// What the policies of a node have given out and not been given back: places, permits, tokens, worth. Once nothing is
/// under way, nothing is out; what an attempt took comes back exactly once however it ends.
package struct PolicyAccounts: Sendable, Equatable {
    /// Calls that are not settled.
    package var calls = 0
    /// Places at gates that are taken.
    package var permits = 0
    /// Attempts that wait at gates.
    package var waiting = 0
    /// Tokens of retry budgets that are out.
    package var tokens = 0
    /// Workers that are busy, and calls that wait for one.
    package var workers = 0
    /// Accounts of worth in flight that are not at zero.
    package var worth = 0
    /// Attempts that gates have let through, less those that have ended and those that are out. Anything but zero, at any
    /// time, is an attempt that ended twice or was lost.
    package var unended = 0
    /// Failures that came into a transformation and neither went out nor are open.
    package var transformations = 0

    /// Nothing out.
    package init() {}

    /// Whether everything is back.
    package var isAtRest: Bool { calls + permits + waiting + tokens + workers + worth == 0 }

    /// What holds at any time, also while calls are under way.
    package var isSound: Bool { unended == 0 && transformations == 0 }

    /// `2 permits, 1 token`: what is not as it should be at rest; empty where all is.
    package var left: String {
        let counts: [(Int, String)] = [
            (calls, "calls"), (permits, "permits"), (waiting, "attempts that wait"), (tokens, "tokens"),
            (workers, "workers"), (worth, "accounts of worth"), (unended, "attempts unended"),
            (transformations, "transformations unbalanced"),
        ]
        return counts.filter { $0.0 != 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    mutating func add(_ gate: TargetGate, isByAttempt: Bool) {
        permits += gate.bulkhead.busy
        waiting += gate.waiting
        guard isByAttempt else { return }
        let ended = Mark.allCases.reduce(0) { $0 + gate.counts[$1] }
        unended += Int(clamping: gate.counts.admitted) - Int(clamping: ended) - gate.bulkhead.busy
    }

    mutating func add(_ scope: CallScope) {
        calls += Int(scope.budget.active)
        tokens += Int(scope.budget.outstanding)
    }
}
