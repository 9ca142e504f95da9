import Membership
import Topology

extension SWIMConfiguration {
    /// The constants of a topology: its profile's, and in place of them what it says by name.
    package init(_ settings: MembershipSettings) {
        switch settings.profile {
        case .lan: self = .lan
        case .wan: self = .wan
        case .local: self = .local
        }
        probeInterval = settings.probeInterval ?? probeInterval
        probeTimeout = settings.probeTimeout ?? probeTimeout
        indirectProbes = settings.indirectProbes ?? indirectProbes
        suspicionAlpha = settings.suspicionMultiplier ?? suspicionAlpha
        suspicionBeta = settings.suspicionMaximumMultiplier ?? suspicionBeta
        retransmit = settings.retransmitMultiplier ?? retransmit
        gossipInterval = settings.gossipInterval ?? gossipInterval
        gossipFanout = settings.gossipFanout ?? gossipFanout
        pushPullInterval = settings.pushPullInterval ?? pushPullInterval
        gossipToTheDead = settings.gossipToDead ?? gossipToTheDead
        awareness = settings.awarenessMaximum ?? awareness
    }
}
