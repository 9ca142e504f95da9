import MeshBase

/// Cuts off a flow of requests that runs away, by count and by worth, before its losses do: each key has two rates, a
/// bound on what is in flight, and a breaker that opens on irregular results. Irregular is what did not go well, was
/// slow, or was turned away by the key's own limits: only here do local refusals count, for they are what a runaway looks
/// like. What says nothing about the flow (the client's error, a call that was withdrawn) counts neither way.
///
///     switch breaker.admit(key: hash, name: segment, value: value, now: now, random: &random) {
///     case .admitted(let permit): send()      // then `end(permit, ...)`, once
///     case .refused(let why): refuse(why.policy, after: breaker.retryAfter(key: hash, why, value: value, now: now))
///     }
///
/// Bounded: the keys of the policy, then one account that all others share. An account with nothing to tell makes room.
public struct ValueBreaker: Sendable {
    /// One call that is in flight. It is ended once.
    public struct Permit: Sendable {
        let slot: Int32
        let epoch: UInt32
        let isProbe: Bool
        let began: Instant
        /// What it is worth.
        public let value: Worth
    }

    /// Why a request was turned away.
    public enum Refusal: UInt8, Sendable, CaseIterable {
        /// The breaker is open, or half-open with enough probes out.
        case open
        /// More would be in flight than may be at risk.
        case capital
        /// Too many requests.
        case rate
        /// Too much worth.
        case valueRate

        /// What a problem names: 503, except of a rate (429).
        public var policy: PolicyName {
            switch self {
            case .open: .value
            case .capital: .capital
            case .rate, .valueRate: .rateLimit
            }
        }

        /// The label `why` of the metric.
        public var name: StaticString {
            switch self {
            case .open: "open"
            case .capital: "capital"
            case .rate: "rate"
            case .valueRate: "value-rate"
            }
        }
    }

    /// What became of a request.
    public enum Decision: Sendable {
        case admitted(Permit)
        case refused(Refusal)
    }

    /// When it cuts off.
    public let policy: ValuePolicy
    /// What all calls that have not ended are worth.
    public private(set) var inFlight = Worth.zero
    /// Requests that were turned away since the start, by `Refusal`.
    var refusedCounts = SIMD4<UInt64>.zero
    /// The first is `other`.
    var accounts: [ValueAccount]
    var index: [UInt64: Int32] = [:]
    private var hand = 1
    /// Whether a state may differ from what was told.
    private var isNews = false
    let width: TimeAmount

    /// All closed.
    ///
    /// - Parameter policy: made sound where it is not.
    public init(policy: ValuePolicy = .local, now: Instant) {
        let policy = policy.sound
        self.policy = policy
        width = policy.window / 10
        accounts = [ValueAccount(key: 0, name: "other", policy: policy, now: now)]
    }

    /// Decides about a request.
    ///
    /// - Parameters:
    ///   - key: the stable hash of the key.
    ///   - name: the key as it is shown; asked for when it is seen first.
    public mutating func admit(
        key: UInt64, name: @autoclosure () -> String, value: Worth, now: Instant,
        random: inout some RandomNumberGenerator
    ) -> Decision {
        let slot = slot(key, name: name, now: now)
        let before = accounts[slot].state
        let (refusal, isProbe) = accounts[slot].check(value, policy: policy, now: now)
        if accounts[slot].state != before { isNews = true }
        if let refusal {
            refusedCounts[Int(refusal.rawValue)] += 1
            // What the breaker turns away is no news to it.
            if refusal != .open { irregular(slot, value, isProbe: isProbe, now: now, random: &random) }
            return .refused(refusal)
        }
        accounts[slot].inFlight = accounts[slot].inFlight + value
        accounts[slot].calls += 1
        inFlight = inFlight + value
        if isProbe {
            accounts[slot].out += 1
            accounts[slot].until = now + policy.probeInterval
        }
        return .admitted(
            Permit(
                slot: Int32(slot), epoch: accounts[slot].epoch, isProbe: isProbe, began: now, value: value))
    }

    /// A call has ended. What came of calls from before the last opening is no result, but their worth is no more at risk.
    public mutating func end(
        _ permit: Permit, _ outcome: Outcome, now: Instant, random: inout some RandomNumberGenerator
    ) {
        let slot = Int(permit.slot)
        precondition(accounts[slot].calls > 0, "a permit of a value breaker was ended twice")
        accounts[slot].calls -= 1
        accounts[slot].inFlight = accounts[slot].inFlight - permit.value
        inFlight = inFlight - permit.value
        guard permit.epoch == accounts[slot].epoch, accounts[slot].state != .open else { return }
        let isProbe = permit.isProbe && accounts[slot].state == .halfOpen
        // One that began before, when it was closed, tells nothing about whether it is well again.
        guard isProbe || accounts[slot].state == .closed else { return }
        if isProbe { accounts[slot].out -= 1 }
        if outcome == .ignored || outcome == .cancelled { return }
        let isSlow = policy.slowAfter.map { now - permit.began > $0 } ?? false
        if outcome == .ok, !isSlow {
            guard isProbe else { return }
            accounts[slot].good += 1
            judge(slot, now: now, random: &random)
        } else {
            irregular(slot, permit.value, isProbe: isProbe, now: now, random: &random)
        }
    }

    private mutating func irregular(
        _ slot: Int, _ value: Worth, isProbe: Bool, now: Instant, random: inout some RandomNumberGenerator
    ) {
        accounts[slot].window.record(value, now: now, width: width)
        if isProbe {
            accounts[slot].bad += 1
            return judge(slot, now: now, random: &random)
        }
        let window = accounts[slot].window
        if window.count >= policy.failures || window.worth >= policy.limit { open(slot, now: now, random: &random) }
    }

    private mutating func judge(_ slot: Int, now: Instant, random: inout some RandomNumberGenerator) {
        let (good, bad) = (accounts[slot].good, accounts[slot].bad)
        if bad > 0, policy.reopensAtFirst || accounts[slot].window.worth >= policy.limit {
            return open(slot, now: now, random: &random)
        }
        guard good + bad >= policy.halfOpen else { return }
        guard bad * 2 < good + bad else { return open(slot, now: now, random: &random) }
        accounts[slot].state = .closed
        accounts[slot].inARow = 0
        accounts[slot].window.clear()
        isNews = true
    }

    private mutating func open(_ slot: Int, now: Instant, random: inout some RandomNumberGenerator) {
        var time = policy.open.seconds
        let most = policy.openMax.seconds
        for _ in 0..<min(accounts[slot].inARow, 64) where time < most { time = min(time * policy.growth, most) }
        let third = policy.jitter / 3
        let draw = policy.jitter > 0 ? Double(random.next() >> 11) * 0x1p-53 : 0
        accounts[slot].state = .open
        accounts[slot].until = now + TimeAmount(seconds: time * (1 + third + (policy.jitter - third) * draw))
        accounts[slot].epoch &+= 1
        accounts[slot].inARow += 1
        accounts[slot].opened = (accounts[slot].window.count, accounts[slot].window.worth)
        accounts[slot].window.clear()
        isNews = true
    }

    private mutating func slot(_ key: UInt64, name: () -> String, now: Instant) -> Int {
        guard policy.per == .key else { return 0 }
        if let slot = index[key] { return Int(slot) }
        if accounts.count <= policy.keys {
            index[key] = Int32(accounts.count)
            accounts.append(ValueAccount(key: key, name: name(), policy: policy, now: now))
            return accounts.count - 1
        }
        // A few looks each time come round to every account, and cost the same however many there are.
        for _ in 0..<8 {
            let slot = hand
            hand = hand + 1 == accounts.count ? 1 : hand + 1
            guard accounts[slot].isForgettable(now: now, width: width) else { continue }
            index[accounts[slot].key] = nil
            accounts[slot] = ValueAccount(key: key, name: name(), policy: policy, now: now)
            index[key] = Int32(slot)
            return slot
        }
        return 0
    }

    /// Tells of each key whose state is another than when this was last asked, with what it was last opened for.
    public mutating func changes(_ tell: (_ key: String, ValueState, _ why: String) -> Void) {
        guard isNews else { return }
        isNews = false
        for slot in accounts.indices where accounts[slot].state != accounts[slot].told {
            accounts[slot].told = accounts[slot].state
            tell(accounts[slot].name, accounts[slot].state, opening(accounts[slot]))
        }
    }
}
