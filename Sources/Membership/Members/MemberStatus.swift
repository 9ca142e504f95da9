/// What an observer believes of a member.
///
/// The raw value is also the precedence within one incarnation: the higher one wins, whatever the order of arrival.
public enum MemberStatus: UInt8, Sendable, Codable, CaseIterable {
    case alive = 0
    /// Did not answer a probe; dead when the suspicion is not refuted in time.
    case suspect = 1
    case dead = 2
    /// Said goodbye; never counted as a failure.
    case left = 3

    /// The word in `members` and its JSON.
    public var name: String {
        switch self {
        case .alive: "alive"
        case .suspect: "suspect"
        case .dead: "dead"
        case .left: "left"
        }
    }

    /// True while the member still takes part: it is probed, gossiped to and counted.
    @inlinable public var isLive: Bool { rawValue <= MemberStatus.suspect.rawValue }
}
