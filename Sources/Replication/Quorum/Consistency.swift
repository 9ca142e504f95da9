import Topology

/// What a client asks of one answer about a record; see docs/consistency.md.
public enum Consistency: UInt8, Sendable, CaseIterable {
    /// Reads see every write that was acknowledged before them.
    case strong
    /// What a client has seen, and what those have seen whose token it carries, is never missed.
    case causal
    /// A client reads its own writes, and nothing that it sees goes back.
    case session
    /// What any one live cell has.
    case eventual
    /// The first answer, however old.
    case weak

    /// As it stands in `X-Consistency`.
    public var name: StaticString {
        switch self {
        case .strong: "strong"
        case .causal: "causal"
        case .session: "session"
        case .eventual: "eventual"
        case .weak: "weak"
        }
    }
}

/// How a request for a record is carried out, by the tier of its key and by what the client asks for.
public enum ConsistencyChoice: Sendable, Hashable {
    /// By these quorums. `session`: the client's session has a say.
    case inForce(QuorumRule, session: Bool)
    /// Refused, and nothing is done.
    case refused(Reason)

    /// Why a level is not offered.
    public enum Reason: Sendable, Hashable {
        /// The tier does not promise so much.
        case notOfTier
        /// The level needs `X-Session`.
        case needsSession
        /// The level promises less than the session that came with it.
        case contradiction
    }

    /// - Parameters:
    ///   - level: nil where the client names none: what the tier promises.
    ///   - hasSession: the request carries `X-Session`.
    ///   - writes: it is no read. A write is never weaker than its tier: others rely on that.
    public init(_ level: Consistency?, tier: StoreSettings.Tier, hasSession: Bool, writes: Bool) {
        let standard = QuorumRule(tier: tier)
        let one = QuorumRule(read: .count(1), write: .count(1), readsAll: false, writesBack: false)
        switch (level, tier) {
        case (.eventual, _), (.weak, _):
            self = hasSession ? .refused(.contradiction) : .inForce(writes ? standard : one, session: false)
        case (.strong, .cache), (.causal, .cache), (.session, .cache): self = .refused(.notOfTier)
        case (nil, .cache): self = hasSession ? .refused(.notOfTier) : .inForce(standard, session: false)
        case (.causal, _) where !hasSession, (.session, _) where !hasSession: self = .refused(.needsSession)
        // A register's reads see every write: a session adds nothing.
        case (_, .critical): self = .inForce(standard, session: false)
        case (.strong, .important):
            self = .inForce(
                QuorumRule(read: .majority, write: .majority, readsAll: !writes, writesBack: true), session: hasSession)
        case (.causal, .important), (.session, .important), (nil, .important):
            self = .inForce(standard, session: hasSession)
        }
    }
}
