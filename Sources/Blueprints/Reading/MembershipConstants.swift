import MeshBase
import Topology

/// The SWIM constants that a topology may set, by their keys.
enum MembershipConstants {
    typealias Duration = (key: String, path: WritableKeyPath<MembershipSettings, TimeAmount?>)
    typealias Count = (key: String, path: WritableKeyPath<MembershipSettings, Int?>, range: ClosedRange<Int>)

    static var durations: [Duration] {
        [
            ("probe-interval", \.probeInterval), ("probe-timeout", \.probeTimeout),
            ("gossip-interval", \.gossipInterval), ("push-pull-interval", \.pushPullInterval),
            ("gossip-to-dead", \.gossipToDead),
        ]
    }

    static var counts: [Count] {
        [
            ("indirect-probes", \.indirectProbes, 0...16), ("suspicion-multiplier", \.suspicionMultiplier, 1...32),
            ("suspicion-maximum-multiplier", \.suspicionMaximumMultiplier, 1...64),
            ("retransmit-multiplier", \.retransmitMultiplier, 1...32), ("gossip-fanout", \.gossipFanout, 0...32),
            ("awareness-maximum", \.awarenessMaximum, 1...64),
        ]
    }
}
