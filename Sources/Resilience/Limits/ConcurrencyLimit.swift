import MeshBase

/// The limit of a gate or a pool, moved by the rule of its policy. Rules that measure move with each call; the others
/// when they are looked at, about once a second (`nextLook`).
///
///     limit.ended(.answered(took), inFlight: bulkhead.busy, policy, now: now)
///     if now >= limit.nextLook { limit.look(meanInUse: occupancy.look(now: now), policy, now: now) }
///     if limit.value != bulkhead.limit { bulkhead.resize(to: limit.value) }
public struct ConcurrencyLimit: Sendable {
    /// What a call says of the room behind a limit.
    public enum Sample: Sendable, Equatable {
        /// An answer came after so long, whatever it said.
        case answered(TimeAmount)
        /// There was no room: turned away as overloaded, or no answer in time.
        case dropped
        /// It could not do it, which says nothing about room.
        case failed
        /// Nothing: cancelled, or somebody else's fault.
        case nothing
    }

    private enum Rule: Sendable {
        case fixed
        case errors(ErrorsLimit)
        case step(StepLimit)
        case pid(PIDLimit)
        case aimd(AIMDLimit)
        case gradient(GradientLimit)
        case vegas(VegasLimit)
    }

    private var rule: Rule
    /// Calls at once.
    public private(set) var value: Int
    /// When `look` is due; `distantFuture` for rules that need none.
    public private(set) var nextLook: Instant
    /// How often the value was moved.
    public private(set) var changes: UInt64 = 0

    /// At the base of its policy.
    ///
    /// - Parameter salt: unlike for gates made at the same time, so that they do not measure anew together.
    public init(_ policy: LimitPolicy, now: Instant, salt: UInt64 = 0) {
        value = policy.base
        nextLook = now + policy.every
        switch policy.kind {
        case .fixed: rule = .fixed
        case .errors: rule = .errors(ErrorsLimit())
        case .step: rule = .step(StepLimit(now: now))
        case .pid: rule = .pid(PIDLimit(size: policy.base))
        case .aimd: rule = .aimd(AIMDLimit(limit: policy.base))
        case .gradient: rule = .gradient(GradientLimit(limit: policy.base, salt: salt))
        case .vegas: rule = .vegas(VegasLimit(limit: policy.base, salt: salt))
        }
        switch policy.kind {
        case .fixed, .aimd, .gradient, .vegas: nextLook = .distantFuture
        case .errors, .step, .pid: break
        }
    }

    /// A call has ended.
    ///
    /// - Parameter inFlight: calls out at its end, itself among them.
    /// - Returns: whether the value moved.
    @discardableResult public mutating func ended(
        _ sample: Sample, inFlight: Int, _ policy: LimitPolicy, now: Instant
    ) -> Bool {
        switch rule {
        case .fixed, .pid: return false
        case .errors(var state):
            state.ended(sample)
            rule = .errors(state)
            return false
        case .step(var state):
            state.ended(sample, objective: policy.objective)
            rule = .step(state)
            return false
        case .aimd(var state):
            state.ended(sample, inFlight: inFlight, bounds: policy.bounds)
            rule = .aimd(state)
            return move(to: state.limit)
        case .gradient(var state):
            state.ended(sample, bounds: policy.bounds, bestFor: policy.bestFor, now: now)
            rule = .gradient(state)
            return move(to: state.limit)
        case .vegas(var state):
            state.ended(sample, inFlight: inFlight, bounds: policy.bounds)
            rule = .vegas(state)
            return move(to: state.limit)
        }
    }

    /// The look of rules that have one; before it is due it does nothing.
    ///
    /// - Parameter meanInUse: places in use on average since the last look (`Occupancy.look`).
    /// - Returns: whether the value moved.
    @discardableResult public mutating func look(meanInUse: Double, _ policy: LimitPolicy, now: Instant) -> Bool {
        guard now >= nextLook else { return false }
        // The next one is counted from now: after a stall it is not made up for.
        let passed = now - (nextLook - policy.every)
        nextLook = now + max(policy.every, .milliseconds(1))
        switch rule {
        case .fixed, .aimd, .gradient, .vegas: return false
        case .errors(let state): return move(to: state.limit(policy))
        case .step(var state):
            let limit = state.look(limit: value, utilisation: meanInUse / Double(value), policy, now: now)
            rule = .step(state)
            return move(to: limit)
        case .pid(var state):
            state.look(meanInUse: meanInUse, over: passed, policy)
            rule = .pid(state)
            return move(to: state.limit)
        }
    }

    private mutating func move(to value: Int) -> Bool {
        guard value != self.value else { return false }
        self.value = value
        changes += 1
        return true
    }

    /// Where the limit stands and what it follows, for who is told why it moved or refused.
    public func explanation(_ policy: LimitPolicy) -> Explanation {
        var explanation = Explanation(
            "limit \(value) by rule \(policy.kind.name), \(policy.bounds.lowerBound) to \(policy.bounds.upperBound)",
            [
                .init("limit", Double(value)), .init("least", Double(policy.bounds.lowerBound)),
                .init("most", Double(policy.bounds.upperBound)),
            ])
        switch rule {
        case .fixed, .aimd: break
        case .errors(let state):
            explanation.detail += ", error share \(ShortNumber.text(state.share)) of \(state.count)"
            explanation.numbers.append(.init("error_share", state.share))
        case .step(let state):
            explanation.detail += ", utilisation \(ShortNumber.text(state.utilisation))"
            explanation.numbers.append(.init("utilisation", state.utilisation))
        case .pid(let state):
            explanation.detail += ", \(ShortNumber.text(state.error)) above target"
            explanation.numbers.append(.init("error", state.error))
        case .gradient(let state):
            explanation.detail +=
                ", best round trip \(ShortNumber.text(state.best.milliseconds)) ms,"
                + " gradient \(ShortNumber.text(state.gradient))"
            explanation.numbers.append(.init("best_ms", state.best.milliseconds))
            explanation.numbers.append(.init("gradient", state.gradient))
        case .vegas(let state):
            explanation.detail += ", best round trip \(ShortNumber.text(state.best.milliseconds)) ms"
            explanation.numbers.append(.init("best_ms", state.best.milliseconds))
        }
        return explanation
    }
}
