import MeshBase

/// The node's own incarnation and metadata.
extension SWIM {
    /// Incarnations are stored ahead in blocks, so that a stored number covers all that leave before the next one.
    static var incarnationBlock: UInt32 { 16 }

    mutating func reserveIncarnations(into sink: inout some SWIMSink & ~Copyable) {
        guard incarnation > persisted else { return }
        persisted = incarnation + Self.incarnationBlock
        sink.persist(incarnation: persisted)
    }

    /// Rises above `other` and tells the mesh.
    mutating func raiseIncarnation(
        above other: UInt32, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        let highest = max(incarnation, other)
        guard highest < MemberUpdate.highestIncarnation else {
            counters.invalidUpdates += 1
            return
        }
        incarnation = highest + 1
        reserveIncarnations(into: &sink)
        outgoing.senderIncarnation = incarnation
        table.update(selfID, .alive, incarnation: incarnation, now: now)
        announce(selfID, now: now)
    }

    /// Somebody tells of this name as alive where this node did not say so: an earlier life of it, to be risen above, or
    /// another process under the same name. The two would outbid each other for ever, hence once per probe interval, and
    /// once it is sure that there are two, the one with the higher address bids no more: all agree on the other.
    mutating func ownNameHeard(
        _ profile: MemberProfile, _ heard: UInt32, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        guard phase == .running, heard >= incarnation,
            heard > incarnation || profile != table.profile(selfID)?.profile
        else { return }
        counters.nameConflicts += 1
        if profile.gossip != table.profile(selfID)?.profile.gossip {
            if now >= rivalUntil { rises = 0 }
            rival = profile.gossip
            rivalUntil = now + Self.rivalry
        }
        guard now >= nextRise, !yieldsName(now) else { return }
        rises += 1
        nextRise = now + configuration.probeInterval
        raiseIncarnation(above: heard, now: now, into: &sink)
    }

    /// Where another process lives that bears this one's name: one that has outbid it again and again, as no former life
    /// can. Nil where there is none that it is sure of, and a minute after the last news of one.
    public func namesake(now: Instant) -> Endpoint? { rises >= Self.surelyOutbid && now < rivalUntil ? rival : nil }

    /// News of former lives makes a node rise once, or twice where a partition had kept some back.
    static let surelyOutbid = 4

    /// How long news of another process of this name count.
    static let rivalry = TimeAmount.minutes(1)

    private func yieldsName(_ now: Instant) -> Bool {
        guard let namesake = namesake(now: now), let own = table.profile(selfID)?.profile.gossip else { return false }
        return (namesake.address, namesake.port) < (own.address, own.port)
    }

    /// Answers an accusation with a higher incarnation than the accusation's.
    mutating func refute(
        _ accused: UInt32, by accuser: MemberID, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        // A namesake that keeps the name answers for it; where it has gone, this node does so again in a minute.
        guard phase == .running, !yieldsName(now) else { return }
        guard accused >= incarnation else {
            // Whoever says so has not heard of the refutation: where all its tellings are spent, they were lost.
            if configuration.patience, !queue.contains(selfID) { announce(selfID, now: now) }
            return
        }
        counters.refutations += 1
        history.record(.accused, of: selfID, incarnation: accused, actor: table.name(accuser), at: now)
        health.add(1)
        raiseIncarnation(above: accused, now: now, into: &sink)
        history.record(.refuted, of: selfID, incarnation: incarnation, actor: name, at: now)
    }

    mutating func update(_ metadata: MemberMetadata, now: Instant, into sink: inout some SWIMSink & ~Copyable) {
        guard phase == .idle || phase == .running else { return }
        let told = table[selfID].metadata
        pendingMetadata = metadata == told ? nil : metadata
        guard let pending = pendingMetadata else {
            timers.cancel(.metadata)
            return
        }
        if phase == .idle || pending.state != told.state || now >= nextMetadata {
            applyPendingMetadata(now: now, into: &sink)
        } else if !timers.isArmed(.metadata) {
            timers.arm(.metadata, at: nextMetadata)
        }
    }

    mutating func applyPendingMetadata(now: Instant, into sink: inout some SWIMSink & ~Copyable) {
        // It would bid for the name again.
        guard let metadata = pendingMetadata, !yieldsName(now) else { return }
        pendingMetadata = nil
        timers.cancel(.metadata)
        table.update(selfID, .alive, incarnation: incarnation, metadata: metadata, now: now)
        guard phase == .running else { return }
        nextMetadata = now + configuration.metadataInterval
        raiseIncarnation(above: incarnation, now: now, into: &sink)
    }
}
