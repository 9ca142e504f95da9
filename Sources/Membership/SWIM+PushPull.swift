import MeshBase

/// Anti-entropy: digests are compared, and only what differs is listed, in as many packets as it takes.
///
/// A list names the part of the hash space it covers, so that its receiver can answer with exactly what the sender
/// lacks there. Nothing is remembered between the packets, and each may be lost.
extension SWIM {
    /// Exchanges in a row that may be put off.
    private static let mostPutOff = 32

    mutating func requestSync(
        from endpoint: Endpoint, about: MemberID? = nil, into sink: inout some SWIMSink & ~Copyable
    ) {
        outgoing.body = .syncRequest(table.digest)
        outgoing.updates.removeAll(keepingCapacity: true)
        if let own = update(about: selfID, accuser: selfID) { outgoing.updates.append(own) }
        if let about, let accusation = update(about: about, accuser: accuser(of: about)) {
            outgoing.updates.append(accusation)
        }
        flush(to: endpoint, into: &sink)
    }

    mutating func syncTick(now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable) {
        guard phase == .running else { return }
        // While so much is being told all views differ, and would be listed to the last name: exchanges out of turn wait for
        // the end of it, though not for ever.
        if syncDelay != nil, queue.isFlooded, syncsPutOff < Self.mostPutOff {
            syncsPutOff += 1
            timers.arm(
                .sync, at: now + configuration.gossipInterval + random(configuration.gossipInterval * 4, rng: &rng))
            return
        }
        syncsPutOff = 0
        pickPeers(1, except: nil, rng: &rng)
        // Nobody left: the exchanges begin again with the next member.
        guard let peer = picks.first else { return }
        if let endpoint = table.endpoint(peer) { requestSync(from: endpoint, into: &sink) }
        armSync(now: now, rng: &rng)
    }

    /// After a join or a heal exchanges come quickly, each time at twice the distance, until the regular one is reached.
    mutating func armSync(now: Instant, rng: inout Generator) {
        let regular = configuration.pushPull(members: table.liveCount)
        let delay = syncDelay ?? regular
        if syncDelay != nil { syncDelay = delay * Int64(2) < regular ? delay * Int64(2) : nil }
        // Spread over [0.5, 1.5) so that members do not fall into step.
        timers.arm(.sync, at: now + delay / 2 + random(delay, rng: &rng))
    }

    mutating func hastenSync(now: Instant) {
        guard phase == .running else { return }
        let soon = configuration.gossipInterval * Int64(2)
        if let delay = syncDelay, delay <= soon * Int64(2) { return }
        syncDelay = soon * Int64(2)
        timers.arm(.sync, at: now + soon)
    }

    /// Whether one more packet of an answer may leave: so many per probe interval and no more, whoever asks.
    private mutating func spendSyncPacket(now: Instant) -> Bool {
        if syncBudgetSince.map({ now - $0 >= configuration.probeInterval }) ?? true {
            syncBudgetSince = now
            syncBudget = configuration.mostSyncPackets
        }
        guard syncBudget > 0 else {
            counters.syncsLimited += 1
            return false
        }
        syncBudget -= 1
        return true
    }

    mutating func answerSync(
        _ digest: SyncDigest, to endpoint: Endpoint, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        let mask = table.digest.difference(from: digest)
        guard mask != 0 else {
            counters.syncsEqual += 1
            outgoing.body = .syncEqual
            outgoing.updates.removeAll(keepingCapacity: true)
            flush(to: endpoint, into: &sink)
            return
        }
        counters.syncsDifferent += 1
        sendList(of: mask, to: endpoint, now: now, into: &sink)
    }

    private mutating func sendList(
        of mask: UInt32, to endpoint: Endpoint, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        guard spendSyncPacket(now: now) else { return }
        var first: UInt32 = 0
        var last: UInt32 = 0
        var room = beginPart(.syncList(SyncRange(buckets: mask, first: 0, last: 0)))
        for id in table.directory.inHashOrder() where table.isKnown(id) {
            let hash = table.hash(id)
            guard mask >> UInt32(SyncDigest.bucket(hash)) & 1 == 1, table.profile(id) != nil else { continue }
            let entries = (introduction(of: id), update(about: id, accuser: accuser(of: id)))
            let size = (entries.0?.encodedSize ?? 0) + (entries.1?.encodedSize ?? 0)
            if size > room || outgoing.updates.count + 2 > GossipSize.mostUpdates {
                outgoing.body = .syncList(SyncRange(buckets: mask, first: first, last: last))
                flush(to: endpoint, into: &sink)
                // What is left waits for the next exchange, which finds this part equal.
                guard spendSyncPacket(now: now) else { return }
                first = last == .max ? last : last + 1
                room = beginPart(outgoing.body)
            }
            if let introduction = entries.0 { outgoing.updates.append(introduction) }
            if let entry = entries.1 { outgoing.updates.append(entry) }
            room -= size
            last = hash
        }
        outgoing.body = .syncList(SyncRange(buckets: mask, first: first, last: .max))
        flush(to: endpoint, into: &sink)
    }

    private mutating func beginPart(_ body: GossipPacket.Body) -> Int {
        outgoing.body = body
        outgoing.updates.removeAll(keepingCapacity: true)
        return configuration.largestPacket - outgoing.encodedHeaderSize
    }

    /// Answers a list with what its sender lacks in the part that the list covers.
    mutating func answerList(
        _ range: SyncRange, _ updates: [MemberUpdate], to endpoint: Endpoint, now: Instant,
        into sink: inout some SWIMSink & ~Copyable
    ) {
        stated.removeAll(keepingCapacity: true)
        for update in updates {
            guard let id = table.find(update.name) else { continue }
            var state = stated[id] ?? MemberState()
            if state.isOlder(than: update.status, update.incarnation) {
                state.set(update.status, incarnation: update.incarnation, since: .zero)
                stated[id] = state
            }
        }
        var room = beginPart(.syncDifference)
        for id in table.directory.inHashOrder() where range.contains(table.hash(id)) && table.isKnown(id) {
            guard isNews(table[id], to: stated[id]), let update = update(about: id, accuser: accuser(of: id)) else {
                continue
            }
            let introduction = stated[id] == nil ? introduction(of: id) : nil
            let size = update.encodedSize + (introduction?.encodedSize ?? 0)
            if size > room || outgoing.updates.count + 2 > GossipSize.mostUpdates {
                guard spendSyncPacket(now: now) else { return }
                flush(to: endpoint, into: &sink)
                room = beginPart(.syncDifference)
            }
            if let introduction { outgoing.updates.append(introduction) }
            outgoing.updates.append(update)
            room -= size
        }
        if !outgoing.updates.isEmpty, spendSyncPacket(now: now) { flush(to: endpoint, into: &sink) }
    }

    /// A suspect is introduced before it is accused: the receiver may not know it.
    private func introduction(of id: MemberID) -> MemberUpdate? {
        guard table[id].status == .suspect, let profile = table.profile(id)?.profile else { return nil }
        return .alive(profile, table[id].metadata, incarnation: table[id].incarnation)
    }

    /// Suspicion is not worth an answer, and neither is the death of one the peer never heard of.
    private func isNews(_ state: MemberState, to stated: MemberState?) -> Bool {
        guard let stated else { return state.status.isLive }
        if state.incarnation != stated.incarnation { return state.incarnation > stated.incarnation }
        return !state.status.isLive && state.status.rawValue > stated.status.rawValue
    }
}
