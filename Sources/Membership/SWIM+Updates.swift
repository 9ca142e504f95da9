import MeshBase

/// The rules by which news changes the view: the higher incarnation wins, then the higher status.
extension SWIM {
    /// How an update came here.
    enum Origin {
        /// Piggybacked or gossiped: hot news, passed on.
        case gossip
        /// A peer's own words in an exchange of views: passed on, but its dead are only suspected.
        case exchange(String)
        /// From a peer's whole list: likewise, and common knowledge to one that has just joined.
        case list(String)

        /// The peer whose view this is, where it is a whole view and not news.
        var peer: String? {
            switch self {
            case .gossip: nil
            case .exchange(let peer), .list(let peer): peer
            }
        }
    }

    mutating func apply(
        _ update: MemberUpdate, _ origin: Origin, now: Instant, rng: inout Generator,
        into sink: inout some SWIMSink & ~Copyable
    ) {
        guard update.incarnation <= MemberUpdate.highestIncarnation else {
            counters.invalidUpdates += 1
            return
        }
        switch update {
        case .alive(let profile, let metadata, let incarnation):
            alive(profile, metadata, incarnation, origin, now: now, rng: &rng, into: &sink)
        case .suspect(let name, let incarnation, let accuser):
            guard let id = table.find(name), let by = table.directory.intern(accuser) else { return }
            suspect(id, incarnation, by: by, confirms: origin.peer == nil, now: now, into: &sink)
        case .dead(let name, let incarnation, let accuser):
            guard let id = table.find(name) else { return }
            if let peer = origin.peer, table[id].status.isLive, id != selfID {
                // Across a healed partition whole views of the dead arrive: give each a chance to refute.
                guard let by = table.directory.intern(peer) else { return }
                suspect(id, incarnation, by: by, confirms: false, now: now, into: &sink)
            } else if let by = table.directory.intern(accuser) {
                dead(id, incarnation, by: by, now: now, into: &sink)
            }
        case .left(let name, let incarnation):
            guard let id = table.find(name) else { return }
            left(id, incarnation, now: now, into: &sink)
        }
    }

    private mutating func alive(
        _ profile: MemberProfile, _ metadata: MemberMetadata, _ incarnation: UInt32, _ origin: Origin, now: Instant,
        rng: inout Generator, into sink: inout some SWIMSink & ~Copyable
    ) {
        guard let id = table.directory.intern(profile.name) else {
            counters.membersRefused += 1
            return
        }
        if id == selfID {
            ownNameHeard(profile, incarnation, now: now, into: &sink)
            return
        }
        let known = table.isKnown(id)
        let old = known ? table[id] : MemberState()
        if known {
            guard incarnation > old.incarnation else { return }
        } else {
            guard table.knownCount < configuration.mostMembers else {
                counters.membersRefused += 1
                return
            }
        }
        endSuspicion(of: id, alive: true)
        table.update(
            id, .alive, incarnation: incarnation, profile: table.directory.intern(profile, of: id), metadata: metadata,
            now: now)
        enlist(id, rng: &rng)
        beginRounds(now: now, rng: &rng)
        if known, old.status == .suspect || old.status == .dead { standingRefuted(id, now: now, into: &sink) }
        if known, !old.status.isLive {
            counters.returns += 1
            history.record(.returned, of: id, incarnation: incarnation, actor: profile.name, at: now)
            hastenSync(now: now)
        } else if known, old.status == .suspect {
            history.record(.refuted, of: id, incarnation: incarnation, actor: profile.name, at: now)
        } else if !known {
            history.record(.joined, of: id, incarnation: incarnation, actor: profile.name, at: now)
        }
        report(id, was: known ? old : nil, source: id, now: now, into: &sink)
        if case .list = origin, now < freshUntil { return }
        announce(id, now: now)
    }

    /// A suspicion. `confirms`: whether it counts as a confirmation of one under way.
    mutating func suspect(
        _ id: MemberID, _ incarnation: UInt32, by accuser: MemberID, confirms: Bool, now: Instant,
        into sink: inout some SWIMSink & ~Copyable
    ) {
        if id == selfID {
            refute(incarnation, by: accuser, now: now, into: &sink)
            return
        }
        let old = table[id]
        guard old.status.isLive, incarnation >= old.incarnation else { return }
        if old.status == .suspect, incarnation == old.incarnation {
            if confirms { confirm(id, by: accuser, now: now) }
            return
        }
        table.update(id, .suspect, incarnation: incarnation, now: now)
        // It had refuted a suspicion that was under way here; that news went past this node.
        if old.status == .suspect { standingRefuted(id, now: now, into: &sink) }
        standingAccused(id, by: accuser, now: now, into: &sink)
        beginSuspicion(of: id, by: accuser, now: now)
        counters.suspicions += 1
        var event = MemberEvent(at: now, kind: .accused, incarnation: incarnation, actor: table.name(accuser))
        event.timeout = suspicions[id].map { $0.end - now }
        history.record(event, of: id)
        report(id, was: old, source: accuser, now: now, into: &sink)
        announce(id, accuser: accuser, now: now)
    }

    mutating func dead(
        _ id: MemberID, _ incarnation: UInt32, by accuser: MemberID, now: Instant,
        into sink: inout some SWIMSink & ~Copyable
    ) {
        if id == selfID {
            refute(incarnation, by: accuser, now: now, into: &sink)
            return
        }
        let old = table[id]
        guard incarnation >= old.incarnation else { return }
        guard old.status.isLive else {
            // No transition; but an old alive message must not pass below the higher incarnation.
            if incarnation > old.incarnation { table.update(id, old.status, incarnation: incarnation, now: now) }
            return
        }
        guard believes(accuser, of: id) else {
            counters.deathsDoubted += 1
            suspect(id, incarnation, by: accuser, confirms: true, now: now, into: &sink)
            return
        }
        endSuspicion(of: id, alive: false)
        standings.died(id, now: now)
        table.update(id, .dead, incarnation: incarnation, now: now)
        bury(id, now: now)
        counters.deaths += 1
        history.record(.declaredDead, of: id, incarnation: incarnation, actor: table.name(accuser), at: now)
        report(id, was: old, source: accuser, now: now, into: &sink)
        announce(id, accuser: accuser, now: now)
        hurryGossip(now: now)
    }

    private mutating func left(
        _ id: MemberID, _ incarnation: UInt32, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        if id == selfID {
            // An earlier life of this name said goodbye.
            if phase == .running, incarnation >= self.incarnation {
                raiseIncarnation(above: incarnation, now: now, into: &sink)
            }
            return
        }
        let old = table[id]
        guard old.isOlder(than: .left, incarnation) else { return }
        endSuspicion(of: id, alive: false)
        standings.forget(id)
        table.update(id, .left, incarnation: incarnation, now: now)
        bury(id, now: now)
        guard old.status != .left else { return }
        history.record(.left, of: id, incarnation: incarnation, actor: table.name(id), at: now)
        report(id, was: old, source: id, now: now, into: &sink)
        announce(id, now: now)
    }

    private mutating func report(
        _ id: MemberID, was old: MemberState?, source: MemberID, now: Instant,
        into sink: inout some SWIMSink & ~Copyable
    ) {
        guard let member = member(id) else { return }
        sink.changed(
            MemberChange(
                oldStatus: old?.status, oldIncarnation: old?.incarnation ?? 0, member: member,
                source: table.name(source), at: now))
    }
}
