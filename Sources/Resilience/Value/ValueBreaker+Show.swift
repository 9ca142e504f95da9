import MeshBase

/// What a value breaker shows of itself.
extension ValueBreaker {
    /// One key as it is shown.
    public struct Row: Sendable, Equatable {
        /// As in the path; `other` of those that share an account.
        public let key: String
        /// Whether it lets anything through.
        public let state: ValueState
        /// What its calls in flight are worth.
        public let inFlight: Worth
        /// Irregular results in the window, and their worth.
        public let irregular: Int
        /// The sum of what was irregular within the window.
        public let irregularWorth: Worth
        /// Open: how long it stays so; half-open: how long no probe begins.
        public let rest: TimeAmount
    }

    /// Requests that were turned away since the start for one reason.
    public func refused(_ why: Refusal) -> UInt64 { refusedCounts[Int(why.rawValue)] }

    /// All keys that it tells apart.
    public mutating func rows(now: Instant) -> [Row] {
        accounts.indices.map { row($0, now: now) }
    }

    private mutating func row(_ slot: Int, now: Instant) -> Row {
        accounts[slot].window.advance(now, width: width)
        let account = accounts[slot]
        let rest = account.state == .closed ? .zero : max(account.until - now, .zero)
        return Row(
            key: account.name, state: account.state, inFlight: account.inFlight, irregular: account.window.count,
            irregularWorth: account.window.worth, rest: rest)
    }

    /// How long a refused client waits; nil where no wait helps: more than may ever be taken up at once.
    public mutating func retryAfter(key: UInt64, _ why: Refusal, value: Worth, now: Instant) -> TimeAmount? {
        let slot = Int(index[key] ?? 0)
        switch why {
        case .open: return max(accounts[slot].until - now, policy.probeInterval)
        // What is in flight ends when it ends; a second is what other places say.
        case .capital: return value > policy.atRisk ? nil : .seconds(1)
        case .rate: return accounts[slot].requests.wait(for: TokenBucket.unit, now: now)
        case .valueRate: return accounts[slot].worth.wait(for: value.millionths, now: now)
        }
    }

    func opening(_ account: ValueAccount) -> String {
        "\(account.opened.count) irregular, worth \(ShortNumber.text(account.opened.worth.units)), within "
            + "\(ShortNumber.text(policy.window.seconds)) s"
    }

    /// Why a request was turned away.
    public mutating func explain(key: UInt64, _ why: Refusal, value: Worth, now: Instant) -> Explanation {
        let row = row(Int(index[key] ?? 0), now: now)
        let worth = ShortNumber.text(value.units)
        switch why {
        case .open:
            let account = accounts[Int(index[key] ?? 0)]
            let rest = row.rest > .zero ? " for \(ShortNumber.text(row.rest.seconds, places: 1)) s more" : ""
            return Explanation(
                "\(row.key) is \(row.state.name)\(rest): \(opening(account))",
                [
                    .init("rest_seconds", row.rest.seconds), .init("irregular", Double(account.opened.count)),
                    .init("irregular_value", account.opened.worth.units), .init("failures", Double(policy.failures)),
                    .init("limit", policy.limit.units),
                ])
        case .capital:
            return Explanation(
                "\(worth) beside \(ShortNumber.text(row.inFlight.units)) of \(row.key) in flight, "
                    + "\(ShortNumber.text(policy.atRisk.units)) at most",
                [
                    .init("value", value.units), .init("in_flight", row.inFlight.units),
                    .init("at_risk", policy.atRisk.units),
                ])
        case .rate:
            return Explanation(
                "\(row.key) has used up \(ShortNumber.text(policy.rate)) requests/s", [.init("rate", policy.rate)])
        case .valueRate:
            return Explanation(
                "\(worth) of \(row.key) is above what is left of \(ShortNumber.text(policy.valueRate.units))/s",
                [.init("value", value.units), .init("value_rate", policy.valueRate.units)])
        }
    }
}
