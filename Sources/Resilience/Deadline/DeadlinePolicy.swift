import MeshBase

/// What a step keeps of the time that is left: keys under `deadline`.
public struct DeadlinePolicy: Sendable, Equatable {
    /// Kept back at each step, for the way back and the step's own answer; zero or more.
    public let reserve: TimeAmount
    /// Below this a call is not begun: it could not end in time; zero or more.
    public let minimum: TimeAmount

    /// Less than zero is zero.
    public init(reserve: TimeAmount, minimum: TimeAmount) {
        self.reserve = max(reserve, .zero)
        self.minimum = max(minimum, .zero)
    }

    /// All on one machine: 5 ms and 10 ms.
    public static let local = DeadlinePolicy(reserve: .milliseconds(5), minimum: .milliseconds(10))
    /// 50 ms and 100 ms.
    public static let seed = DeadlinePolicy(reserve: .milliseconds(50), minimum: .milliseconds(100))

    /// Nothing is kept, and what has any time left is begun.
    public static let none = DeadlinePolicy(reserve: .zero, minimum: .zero)

    /// The time that a call further on gets; nil: too little is left, it is refused.
    ///
    /// - Parameters:
    ///   - remaining: of the request.
    ///   - limit: the call's own.
    @inlinable public func child(remaining: TimeAmount, limit: TimeAmount) -> TimeAmount? {
        let left = remaining - reserve
        return left >= minimum && left > .zero ? min(limit, left) : nil
    }

    /// Whether a call with so short a limit of its own could be refused by nothing but its own limit (lint
    /// `deadline-too-short`).
    public func isTooShort(_ limit: TimeAmount) -> Bool { limit < reserve + minimum }

    /// Why a call was refused.
    ///
    /// - Parameter path: the steps so far, as `X-Deadline-Chain` names them.
    public func explain(remaining: TimeAmount, path: borrowing DeadlineChain) -> Explanation {
        let left = remaining - reserve
        return Explanation(
            "\(ShortNumber.text(left.milliseconds, places: 1)) ms left beside a reserve of "
                + "\(ShortNumber.text(reserve.milliseconds)) ms, \(ShortNumber.text(minimum.milliseconds)) ms needed"
                + (path.isEmpty ? "" : ", after \(path.text)"),
            [
                .init("remaining_ms", remaining.milliseconds), .init("reserve_ms", reserve.milliseconds),
                .init("minimum_ms", minimum.milliseconds),
            ])
    }

    /// What of the written settings cannot be meant, by key.
    public static func problems(reserve: TimeAmount?, minimum: TimeAmount?) -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        if let reserve, reserve < .zero { problems.append(("deadline.reserve", "below zero")) }
        if let minimum, minimum < .zero { problems.append(("deadline.minimum", "below zero")) }
        return problems
    }
}
