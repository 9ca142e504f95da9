import MeshBase

extension SWIMConfiguration {
    /// One network with sub-millisecond round trips: memberlist's LAN constants.
    public static let lan = SWIMConfiguration(
        probeInterval: .seconds(1), probeTimeout: .milliseconds(500), gossipInterval: .milliseconds(200),
        gossipDelay: .milliseconds(10), gossipToTheDead: .seconds(30), pushPullInterval: .seconds(30),
        reconnectInterval: .seconds(10), tombstone: .hours(24), leftTombstone: .hours(1))

    /// Networks with long round trips: memberlist's WAN constants.
    public static let wan: SWIMConfiguration = {
        var wan = SWIMConfiguration(
            probeInterval: .seconds(5), probeTimeout: .seconds(3), gossipInterval: .milliseconds(500),
            gossipDelay: .milliseconds(20), gossipToTheDead: .seconds(60), pushPullInterval: .seconds(60),
            reconnectInterval: .seconds(30), tombstone: .hours(24), leftTombstone: .hours(1))
        wan.suspicionAlpha = 6
        wan.gossipFanout = 4
        return wan
    }()

    /// All members on one machine: cellmesh's own constants.
    public static let local: SWIMConfiguration = {
        var local = SWIMConfiguration(
            probeInterval: .milliseconds(200), probeTimeout: .milliseconds(60), gossipInterval: .milliseconds(50),
            gossipDelay: .milliseconds(2), gossipToTheDead: .seconds(15), pushPullInterval: .seconds(5),
            reconnectInterval: .seconds(1), tombstone: .hours(1), leftTombstone: .minutes(10))
        local.suspicionAlpha = 3
        return local
    }()

    /// The profile of a topology file: `lan`, `wan` or `local`.
    public init?(profile: String) {
        switch profile {
        case "lan": self = .lan
        case "wan": self = .wan
        case "local": self = .local
        default: return nil
        }
    }

    /// The same constants without Lifeguard: plain SWIM with suspicion.
    public var withoutLifeguard: SWIMConfiguration {
        var plain = self
        plain.localHealthProbe = false
        plain.dynamicSuspicion = false
        plain.buddy = false
        plain.stallDetection = false
        plain.parallelProbes = false
        plain.hurriedGossip = false
        plain.secondOpinions = false
        plain.patience = false
        plain.streamPing = false
        return plain
    }
}
