import MeshBase

/// Dissemination: piggybacked on every packet, and by itself between the probes.
extension SWIM {
    /// Queues news of a member and sees to it that a gossip tick comes. While there is no news there are no ticks.
    mutating func announce(_ id: MemberID, accuser: MemberID? = nil, now: Instant) {
        queue.push(id, accuser: accuser ?? selfID)
        armGossip(now: now)
    }

    mutating func armGossip(now: Instant) {
        guard phase == .running || phase == .leaving, !timers.isArmed(.gossip) else { return }
        var at = now + gossipPause
        if let last = lastGossip { at = max(at, last + (hurries > 0 ? gossipPause : configuration.gossipInterval)) }
        timers.arm(.gossip, at: at)
    }

    /// News of a death does not wait for the interval: three quarters of its tellings leave a gossip delay apart, so that
    /// one wave reaches nearly everybody. It is not told more often for that, and a second wave waits for the next probe
    /// interval, however many die.
    mutating func hurryGossip(now: Instant) {
        guard configuration.hurriedGossip, now >= nextHurry, phase == .running || phase == .leaving else { return }
        nextHurry = now + configuration.probeInterval
        hurries = configuration.hurriedTicks(members: table.liveCount)
        timers.cancel(.gossip)
        armGossip(now: now)
    }

    private var gossipPause: TimeAmount { min(configuration.gossipDelay, configuration.gossipInterval) }

    mutating func gossip(now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable) {
        lastGossip = now
        pickPeers(configuration.gossipFanout, except: nil, rng: &rng)
        let live = picks.count
        for id in picks { tellUserEvents(to: id, into: &sink) }
        pickRecentlyDead(now: now, rng: &rng)
        for id in picks {
            guard !queue.isEmpty, let endpoint = table.endpoint(id) else { break }
            transmit(.gossip, to: endpoint, audience: id, into: &sink)
        }
        if phase == .leaving, live == 0 || !queue.contains(selfID) {
            finishLeaving()
        } else if !queue.isEmpty || userEvents.isTelling, live > 0 {
            if hurries > 0 { hurries -= 1 }
            timers.arm(.gossip, at: now + (hurries > 0 ? gossipPause : configuration.gossipInterval))
        } else {
            hurries = 0
        }
    }

    /// Fills `outgoing` with the news told least often, up to `room` bytes, leaving out what `audience` knows of itself.
    ///
    /// Where a thousand members begin at once, every one of them would tell a thousand names sixteen times each: a minute of
    /// nothing else. In a flood each telling of somebody who lives counts for `retransmit`, and exchanges of digests, which
    /// wait for its end, bring what few have missed. What is said of suspects and of the dead is told as often as ever.
    mutating func fillWithGossip(_ room: inout Int, except audience: MemberID?) {
        guard !queue.isEmpty else { return }
        // Sizes differ: a few that do not fit are passed over in favour of smaller ones.
        var misfits = 0
        while misfits < 3, outgoing.updates.count < GossipSize.mostUpdates, room > 16, let entry = queue.take() {
            if entry.id == audience {
                // It knows; and counted as told, so that the queue empties where there is no other audience.
                queue.sent(entry)
                continue
            }
            guard let update = update(about: entry.id, accuser: entry.accuser) else {
                queue.remove(entry.id)
                continue
            }
            let size = update.encodedSize
            if size <= room {
                room -= size
                outgoing.updates.append(update)
                let isIntroduction = if case .alive = update { true } else { false }
                queue.sent(entry, tellings: isIntroduction && queue.isFlooded ? configuration.retransmit : 1)
            } else {
                misfits += 1
                queue.giveBack(entry)
            }
        }
        queue.finish(limit: configuration.transmissions(members: table.liveCount))
    }

    /// The news of a member as this observer believes it now.
    func update(about id: MemberID, accuser: MemberID) -> MemberUpdate? {
        guard table.isKnown(id) else { return nil }
        let state = table[id]
        switch state.status {
        case .alive:
            guard let shared = table.profile(id) else { return nil }
            return .alive(shared.profile, state.metadata, incarnation: state.incarnation)
        case .suspect:
            return .suspect(table.name(id), incarnation: state.incarnation, accuser: table.name(accuser))
        case .dead:
            return .dead(table.name(id), incarnation: state.incarnation, accuser: table.name(accuser))
        case .left: return .left(table.name(id), incarnation: state.incarnation)
        }
    }

    /// Draws up to `count` different peers into `picks`; only those of a status, where one is given.
    mutating func pickPeers(
        _ count: Int, except excluded: MemberID?, among status: MemberStatus? = nil, rng: inout Generator
    ) {
        picks.removeAll(keepingCapacity: true)
        guard !order.isEmpty, count > 0 else { return }
        if order.count > 4 * count {
            for _ in 0..<4 * count where picks.count < count {
                let id = order[Int(rng.below(UInt64(order.count)))]
                if isPeer(id, status), id != excluded, !picks.contains(id) { picks.append(id) }
            }
            // Where most are dead, the draws may find nobody.
            guard picks.isEmpty else { return }
        }
        // Few candidates: walk round from a random place, so that none is missed.
        var place = Int(rng.below(UInt64(order.count)))
        for _ in 0..<order.count where picks.count < count {
            let id = order[place]
            place = place + 1 == order.count ? 0 : place + 1
            if isPeer(id, status), id != excluded { picks.append(id) }
        }
    }

    private func isPeer(_ id: MemberID, _ status: MemberStatus?) -> Bool {
        isPeer(id) && (status == nil || table[id].status == status)
    }

    /// Now and then adds one member that died lately, in proportion to their number: it may live and not know.
    private mutating func pickRecentlyDead(now: Instant, rng: inout Generator) {
        guard phase == .running, !tombstones.isEmpty else { return }
        let place = Int(rng.below(UInt64(tombstones.count + order.count)))
        guard place < tombstones.count else { return }
        let id = tombstones[place]
        guard table.isKnown(id), table[id].status == .dead,
            now - table[id].since <= configuration.gossipToTheDead
        else { return }
        picks.append(id)
    }
}
