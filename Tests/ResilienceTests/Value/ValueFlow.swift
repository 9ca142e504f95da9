import MeshBase

@testable import Resilience

/// A value breaker with its randomness, asked in milliseconds.
struct ValueFlow {
    var breaker: ValueBreaker
    var random = Generator(seed: 1)

    init(_ policy: ValuePolicy) { breaker = ValueBreaker(policy: policy, now: .zero) }

    static func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    mutating func ask(_ key: UInt64 = 1, _ value: Int64 = 1, at milliseconds: Int64 = 0) -> ValueBreaker.Decision {
        breaker.admit(key: key, name: "key-\(key)", value: Worth(value), now: Self.at(milliseconds), random: &random)
    }

    /// Asks, and ends at once with the outcome.
    mutating func run(
        _ outcome: Outcome, key: UInt64 = 1, _ value: Int64 = 1, at milliseconds: Int64 = 0
    ) -> ValueBreaker.Refusal? {
        switch ask(key, value, at: milliseconds) {
        case .refused(let why): return why
        case .admitted(let permit):
            end(permit, outcome, at: milliseconds)
            return nil
        }
    }

    mutating func end(_ permit: ValueBreaker.Permit, _ outcome: Outcome, at milliseconds: Int64) {
        breaker.end(permit, outcome, now: Self.at(milliseconds), random: &random)
    }

    mutating func permit(_ key: UInt64 = 1, _ value: Int64 = 1, at milliseconds: Int64 = 0) -> ValueBreaker.Permit? {
        if case .admitted(let permit) = ask(key, value, at: milliseconds) { permit } else { nil }
    }

    mutating func row(_ name: String = "key-1", at milliseconds: Int64) -> ValueBreaker.Row? {
        breaker.rows(now: Self.at(milliseconds)).first { $0.key == name }
    }

    mutating func state(at milliseconds: Int64) -> ValueState? { row(at: milliseconds)?.state }
}
