import MeshBase

/// How long a suspicion lasts before it becomes a death: the formula of Lifeguard (Dadgar, Phillips, Currey 2018).
public struct SuspicionTimeout: Hashable, Sendable {
    /// The length once enough members confirmed.
    public var minimum: TimeAmount
    /// The length without any confirmation; at least `minimum`.
    public var maximum: TimeAmount
    /// How many independent confirmations bring the timeout down to the minimum; 0 makes it the minimum at once.
    public var expected: Int

    /// With lengths of its own.
    public init(minimum: TimeAmount, maximum: TimeAmount, expected: Int) {
        self.minimum = minimum
        self.maximum = maximum
        self.expected = expected
    }

    /// For a mesh of `members`: minimum = alpha max(1, log10 n) interval, maximum = beta minimum, expected = alpha - 2,
    /// or 0 where so many others do not exist.
    public init(alpha: Int, beta: Int, interval: TimeAmount, members: Int, dynamic: Bool) {
        let scale = max(1, naturalLogarithm(Double(max(members, 1))) / 2.302585092994046)
        minimum = interval * (Double(alpha) * scale)
        maximum = minimum * Int64(beta)
        let wanted = max(0, alpha - 2)
        expected = dynamic && members - 2 >= wanted ? wanted : 0
    }

    /// The whole length with so many confirmations beyond the first accusation.
    public func total(confirmations: Int) -> TimeAmount {
        guard expected > 0 else { return minimum }
        let done = naturalLogarithm(Double(max(0, confirmations)) + 1) / naturalLogarithm(Double(expected) + 1)
        return max(minimum, maximum - (maximum - minimum) * done)
    }

    /// What is left after `elapsed`; negative when it should have ended already.
    public func remaining(confirmations: Int, elapsed: TimeAmount) -> TimeAmount {
        total(confirmations: confirmations) - elapsed
    }
}
