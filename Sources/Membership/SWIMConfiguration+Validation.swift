import MeshBase

extension SWIMConfiguration {
    /// Why a configuration is refused; nothing was changed.
    public enum Invalid: Error, Equatable {
        /// The named time must be above zero.
        case notPositive(String)
        /// The named number lies outside what the protocol can work with.
        case outOfRange(String)
        /// The probe timeout must leave room for the indirect probe: below the interval.
        case timeoutNotBelowInterval
        /// The largest possible update would not fit into a datagram of this size.
        case datagramTooSmall(needed: Int)
    }

    /// Bytes for one packet before it is sealed.
    public var largestPacket: Int { largestDatagram - sealOverhead }

    /// Checks every range once, when a member is made.
    ///
    /// - Throws: `Invalid`, naming the first value that is out of range.
    public func validate() throws(Invalid) {
        let times: [(String, TimeAmount)] = [
            ("probeInterval", probeInterval), ("probeTimeout", probeTimeout), ("gossipInterval", gossipInterval),
            ("gossipDelay", gossipDelay), ("gossipToTheDead", gossipToTheDead),
            ("pushPullInterval", pushPullInterval), ("reconnectInterval", reconnectInterval),
            ("seedInterval", seedInterval),
            ("tombstone", tombstone), ("leftTombstone", leftTombstone), ("metadataInterval", metadataInterval),
        ]
        for (name, time) in times where time <= .zero { throw .notPositive(name) }
        let numbers: [(String, Int, ClosedRange<Int>)] = [
            ("indirectProbes", indirectProbes, 0...64), ("suspicionAlpha", suspicionAlpha, 1...64),
            ("suspicionBeta", suspicionBeta, 1...64), ("retransmit", retransmit, 1...32),
            ("gossipFanout", gossipFanout, 1...64), ("awareness", awareness, 1...64),
            ("mostMembers", mostMembers, 1...1_000_000), ("mostRelays", mostRelays, 1...65_536),
            ("mostSyncPackets", mostSyncPackets, 1...65_536), ("mostSeeds", mostSeeds, 1...1024),
            ("leaveBurst", leaveBurst, 0...65_536),
            ("historyDepth", historyDepth, 0...1024), ("sealOverhead", sealOverhead, 0...1024),
            ("largestDatagram", largestDatagram, 0...65_507),
        ]
        for (name, number, range) in numbers where !range.contains(number) { throw .outOfRange(name) }
        guard probeTimeout < probeInterval else { throw .timeoutNotBelowInterval }
        let needed = GossipSize.largestHeader + GossipSize.largestUpdate + sealOverhead
        guard largestDatagram >= needed else { throw .datagramTooSmall(needed: needed) }
    }

    /// How often each member sends one update.
    func transmissions(members: Int) -> Int {
        var (digits, power) = (0, 1)
        while power < members + 1 {
            power *= 10
            digits += 1
        }
        return retransmit * max(1, digits)
    }

    /// How many gossip ticks come early for a death: those of three quarters of its tellings.
    func hurriedTicks(members: Int) -> Int {
        max(1, transmissions(members: members) * 3 / (4 * gossipFanout))
    }

    /// The time between two digest exchanges: longer by one interval for each doubling beyond 32 members.
    func pushPull(members: Int) -> TimeAmount {
        guard members > 32 else { return pushPullInterval }
        var (doublings, size) = (0, 32)
        while size < members {
            size *= 2
            doublings += 1
        }
        return pushPullInterval * Int64(doublings + 1)
    }
}
