import MeshBase

/// Holds requests to a rate, each customer's or all together's. Bounded: of more customers than it can tell apart, one
/// whose bucket is fullest of a few makes room. That forgets least, and gives nobody more than one burst anew.
public struct RateLimiter: Sendable {
    /// Buckets looked at to find one that makes room.
    private static let looks = 8

    private struct Account: Sendable {
        var customer: UInt64
        var bucket: TokenBucket
    }

    /// What it holds to.
    public let policy: RateLimitPolicy
    /// Requests that were refused since the start.
    public private(set) var refused: UInt64 = 0
    /// Customers that made room for others since the start.
    public private(set) var forgotten: UInt64 = 0
    private var accounts: [Account] = []
    private var index: [UInt64: Int32] = [:]
    private var hand = 0

    /// Holds nobody back until one has used up a burst.
    public init(policy: RateLimitPolicy) { self.policy = policy }

    /// Customers that it tells apart now.
    public var customers: Int { accounts.count }

    /// Whether a request is taken up; a refusal is counted.
    ///
    /// - Parameter customer: its stable hash; of no meaning where all share one limit.
    public mutating func admit(_ customer: UInt64, now: Instant) -> Bool {
        guard policy.requests != nil else { return true }
        let slot = slot(policy.per == .service ? 0 : customer, now: now)
        if accounts[slot].bucket.take(TokenBucket.unit, now: now) { return true }
        refused += 1
        return false
    }

    /// How long until another request would be taken up; nil where none ever will be.
    public mutating func retryAfter(_ customer: UInt64, now: Instant) -> TimeAmount? {
        guard policy.requests != nil, let slot = index[policy.per == .service ? 0 : customer] else { return .zero }
        return accounts[Int(slot)].bucket.wait(for: TokenBucket.unit, now: now)
    }

    private mutating func slot(_ customer: UInt64, now: Instant) -> Int {
        if let slot = index[customer] { return Int(slot) }
        let rate = Int64((policy.requests ?? 0) * Double(TokenBucket.unit))
        let capacity = Int64(policy.burst * Double(TokenBucket.unit))
        let account = Account(customer: customer, bucket: TokenBucket(rate: rate, capacity: capacity, now: now))
        let slot: Int
        if accounts.count < policy.entries {
            slot = accounts.count
            accounts.append(account)
        } else {
            slot = fullest(now: now)
            index[accounts[slot].customer] = nil
            accounts[slot] = account
            forgotten += 1
        }
        index[customer] = Int32(truncatingIfNeeded: slot)
        return slot
    }

    private mutating func fullest(now: Instant) -> Int {
        var best = hand
        var most: Int64 = -1
        for _ in 0..<min(Self.looks, accounts.count) {
            let tokens = accounts[hand].bucket.available(now: now)
            if tokens > most { (best, most) = (hand, tokens) }
            hand = hand + 1 == accounts.count ? 0 : hand + 1
        }
        return best
    }

    /// Why a customer was refused.
    public mutating func explain(_ customer: UInt64, now: Instant) -> Explanation {
        let wait = retryAfter(customer, now: now)?.seconds
        let rate = policy.requests ?? 0
        return Explanation(
            "\(ShortNumber.text(rate)) requests/s with bursts of \(ShortNumber.text(policy.burst)) for "
                + (policy.per == .customer ? "each customer" : "all together")
                + (wait.map { ", next in \(ShortNumber.text($0, places: 3)) s" } ?? ", none"),
            [.init("rate", rate), .init("burst", policy.burst), .init("retry_after_seconds", wait ?? .infinity)])
    }
}
