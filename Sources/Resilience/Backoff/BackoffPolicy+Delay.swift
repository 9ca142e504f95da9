import MeshBase

extension BackoffPolicy {
    /// How long to wait before a retry.
    ///
    /// - Parameters:
    ///   - n: of the retry, from 0.
    ///   - previous: the wait before the retry before it; zero for the first.
    ///   - failureShare: of the target, 0...1; only `adaptive` looks at it.
    /// - Returns: at least zero and, but for a schedule, at most `cap`.
    public func delay(
        retry n: Int, previous: TimeAmount = .zero, failureShare: Double = 0, using random: inout Generator
    ) -> TimeAmount {
        switch growth {
        case .decorrelated: return decorrelated(base, previous, &random)
        case .adaptive:
            let share = failureShare > 0 ? min(failureShare, 1) : 0
            return decorrelated(min(base * (1 + 9 * share), cap), previous, &random)
        case .schedule: return schedule[n]
        default: return spread(grown(n), &random)
        }
    }

    /// The first draw is from [base, multiplier x base], too: with a first wait of exactly base all come back at once.
    private func decorrelated(
        _ base: TimeAmount, _ previous: TimeAmount, _ random: inout Generator
    ) -> TimeAmount {
        let upTo = max(previous, base) * multiplier
        return min(cap, Self.draw(base, max(upTo, base), &random))
    }

    /// The wait without jitter.
    func grown(_ n: Int) -> TimeAmount {
        let n = max(n, 0)
        var factor = 1.0
        switch growth {
        case .linear: factor = Double(n) + 1
        case .exponential:
            // As many steps as there are retries, and none once the cap is reached: no `pow`, whose last bit is another
            // on every machine.
            for _ in 0..<n where base * factor < cap { factor *= multiplier }
        case .fibonacci:
            var before = 0.0
            for _ in 0..<n where base * factor < cap { (before, factor) = (factor, before + factor) }
        default: break
        }
        return min(cap, base * factor)
    }

    /// Where jitter goes beyond the wait, the wait gives way, so that it stays below the cap: to cut what was drawn would
    /// gather it at the cap, and have those come back together that it was to keep apart.
    private func spread(_ wait: TimeAmount, _ random: inout Generator) -> TimeAmount {
        switch jitter {
        case .none: return wait
        case .full: return Self.draw(.zero, wait, &random)
        case .equal: return Self.draw(wait / 2, wait, &random)
        case .additive:
            let wait = min(wait, cap / 2)
            return Self.draw(wait, wait * 2, &random)
        case .proportional:
            let wait = min(wait, cap - cap / 3)
            return Self.draw(wait / 2, wait + wait / 2, &random)
        }
    }

    /// Uniform over the whole nanoseconds of [from, to].
    private static func draw(_ from: TimeAmount, _ to: TimeAmount, _ random: inout Generator) -> TimeAmount {
        let width = (to - from).nanoseconds
        return width <= 0 ? from : from + .nanoseconds(Int64(random.below(UInt64(width) + 1)))
    }

    /// The longest that the first so many retries can wait for together: what has to fit into a timeout beside the
    /// attempts.
    public func longest(retries: Int) -> TimeAmount {
        var sum = TimeAmount.zero
        var previous = TimeAmount.zero
        for n in 0..<max(min(retries, 16), 0) {
            previous = longest(retry: n, previous: previous)
            sum = sum + previous
        }
        return sum
    }

    private func longest(retry n: Int, previous: TimeAmount) -> TimeAmount {
        switch growth {
        case .decorrelated: return min(cap, max(previous, base) * multiplier)
        case .adaptive: return min(cap, max(previous, base * 10.0) * multiplier)
        case .schedule: return schedule[n]
        default:
            let wait = grown(n)
            switch jitter {
            case .none, .full, .equal: return wait
            case .additive: return min(wait, cap / 2) * 2
            case .proportional:
                let wait = min(wait, cap - cap / 3)
                return wait + wait / 2
            }
        }
    }

    /// Why the next attempt waits for so long.
    public func explain(_ delay: TimeAmount, retry n: Int) -> Explanation {
        Explanation(
            "retry \(n + 1) after \(ShortNumber.text(delay.milliseconds, places: 1)) ms: \(growth.name)"
                + (jitter == .none || isDrawn ? "" : ", \(jitter.name) jitter"),
            [
                .init("delay_ms", delay.milliseconds), .init("base_ms", base.milliseconds),
                .init("cap_ms", cap.milliseconds),
            ])
    }

    private var isDrawn: Bool { growth == .decorrelated || growth == .adaptive || growth == .schedule }
}

extension BackoffPolicy.Growth {
    /// The word in files: `retry.backoff`.
    public var name: StaticString {
        switch self {
        case .constant: "constant"
        case .linear: "linear"
        case .exponential: "exponential"
        case .fibonacci: "fibonacci"
        case .decorrelated: "decorrelated"
        case .adaptive: "adaptive"
        case .schedule: "schedule"
        }
    }
}

extension BackoffPolicy.Jitter {
    /// The word in files.
    public var name: StaticString {
        switch self {
        case .none: "none"
        case .full: "full"
        case .equal: "equal"
        case .additive: "additive"
        case .proportional: "proportional"
        }
    }
}
