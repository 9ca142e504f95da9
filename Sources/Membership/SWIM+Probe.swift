import MeshBase

/// The failure detector: round-robin over a shuffled list, one probe per interval.
extension SWIM {
    /// Puts a member into the probe list at a random place, so that it is probed within two turns of the list.
    mutating func enlist(_ id: MemberID, rng: inout Generator) {
        guard !table[id].isListed else { return }
        table.setListed(id, true)
        let place = Int(rng.below(UInt64(order.count + 1)))
        order.append(id)
        order.swapAt(place, order.count - 1)
        // Placed before the cursor it waits for the next turn, and the member it displaced is probed twice in this one.
    }

    /// Starts the rounds at a random phase, once there is somebody to probe.
    mutating func beginRounds(now: Instant, rng: inout Generator) {
        guard phase == .running else { return }
        if !timers.isArmed(.round) { timers.arm(.round, at: now + random(configuration.probeInterval, rng: &rng)) }
        if !timers.isArmed(.sync) { armSync(now: now, rng: &rng) }
    }

    /// A time in (0, amount].
    func random(_ amount: TimeAmount, rng: inout Generator) -> TimeAmount {
        .nanoseconds(Int64(rng.below(UInt64(amount.nanoseconds))) + 1)
    }

    mutating func beginRound(now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable) {
        guard phase == .running else { return }
        for failed in endProbes() { probeFailed(failed, now: now, into: &sink) }
        // Nobody left: the rounds begin again with the next member.
        guard let target = nextTarget(rng: &rng) else { return }
        counters.probes += 1
        ping(target, isExtra: false, into: &sink)
        for doubted in takeDoubted(except: target) {
            counters.extraProbes += 1
            ping(doubted, isExtra: true, into: &sink)
        }
        timers.arm(.probeTimeout, at: now + health.stretch(configuration.probeTimeout))
        timers.arm(.round, at: now + health.stretch(configuration.probeInterval))
    }

    private mutating func ping(
        _ target: MemberID, isExtra: Bool, into sink: inout some SWIMSink & ~Copyable
    ) {
        guard let endpoint = table.endpoint(target) else { return }
        sequence &+= 1
        probes.append(
            Probe(target: target, incarnation: table[target].incarnation, sequence: sequence, isExtra: isExtra))
        transmit(
            .ping(sequence: sequence, target: table.name(target)), to: endpoint, audience: target, asking: true,
            into: &sink)
    }

    private mutating func endProbes() -> [Probe] {
        guard !probes.isEmpty else { return [] }
        defer { probes.removeAll(keepingCapacity: true) }
        return probes
    }

    /// Members that this node has reason to doubt, to be probed beside the member of the round: relays that were silent,
    /// then suspects that it has not accused itself.
    ///
    /// As many as the round is longer than a sound node's: a node that doubts itself gives each probe more time, and yet
    /// looks at as many members in an hour. When most of a mesh dies at once, the survivors' scores rise without their
    /// fault, and one probe per stretched round would take a minute to find what one per interval finds in seconds.
    private mutating func takeDoubted(except target: MemberID) -> [MemberID] {
        guard configuration.parallelProbes, health.score > 0 else {
            doubted.removeAll(keepingCapacity: true)
            return []
        }
        var chosen: [MemberID] = []
        for id in doubted where chosen.count < health.score {
            if isPeer(id), table[id].status == .alive, id != target { chosen.append(id) }
        }
        doubted.removeAll(keepingCapacity: true)
        if chosen.count < health.score, !suspicions.isEmpty {
            let open = suspicions.members.filter { suspicions.isOpen($0, to: selfID) }
            chosen += open.filter { $0 != target && isPeer($0) && !chosen.contains($0) }
                .prefix(health.score - chosen.count)
        }
        return chosen
    }

    private mutating func doubt(_ id: MemberID) {
        guard doubted.count < 64, table[id].status == .alive, !doubted.contains(id) else { return }
        doubted.append(id)
    }

    private mutating func nextTarget(rng: inout Generator) -> MemberID? {
        // Twice round at most: the rest of this turn and one new one.
        for _ in 0..<2 {
            while cursor < order.count {
                let id = order[cursor]
                cursor += 1
                if isPeer(id) { return id }
            }
            reshuffle(rng: &rng)
        }
        return nil
    }

    private mutating func reshuffle(rng: inout Generator) {
        var kept = 0
        for id in order {
            if isPeer(id) {
                order[kept] = id
                kept += 1
            } else {
                table.setListed(id, false)
            }
        }
        order.removeSubrange(kept...)
        order.shuffle(using: &rng)
        cursor = 0
    }

    /// Another member that takes part.
    func isPeer(_ id: MemberID) -> Bool {
        table[id].isKnown && table[id].status.isLive && id != selfID
    }

    private mutating func probeFailed(
        _ failed: Probe, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        let asked = failed.relays ?? []
        if !failed.isExtra {
            counters.failedProbes += 1
            // Relays that sent no nack either are a sign that this node hears badly; but not one that is in suspicion
            // itself by now.
            let sound = asked.count { table[$0].status == .alive }
            health.add(asked.isEmpty ? 1 : sound - min(sound, failed.nacks))
        }
        for relay in asked where !failed.nackedBy.contains(relay) { doubt(relay) }
        // Who has told of itself meanwhile lives: the probe went to an earlier life of it, at another address perhaps.
        let incarnation = failed.incarnation
        guard isPeer(failed.target), table[failed.target].incarnation == incarnation else { return }
        var event = MemberEvent(at: now, kind: .probeFailed, incarnation: incarnation, actor: name)
        event.relays = asked.count
        event.nacks = failed.nacks
        event.health = health.score
        history.record(event, of: failed.target)
        guard !configuration.patience || standings.mayAccuse(failed.target, now: now) else {
            counters.accusationsHeld += 1
            return
        }
        suspect(failed.target, incarnation, by: selfID, confirms: true, now: now, into: &sink)
    }

    /// The direct pings of the round that are not answered yet were not answered in time.
    mutating func askRelays(now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable) {
        for index in probes.indices where probes[index].relays == nil {
            let current = probes[index]
            pickPeers(configuration.indirectProbes, except: current.target, among: .alive, rng: &rng)
            probes[index].relays = picks
            guard let target = table.profile(current.target)?.profile else { continue }
            let body = GossipPacket.Body.pingRequest(
                sequence: current.sequence, target: target.name, at: target.gossip)
            for id in picks {
                guard let endpoint = table.endpoint(id) else { continue }
                transmit(body, to: endpoint, audience: id, into: &sink)
            }
            if configuration.streamPing, target.admin.port != 0 {
                pingByStream(current, target, into: &sink)
            }
        }
    }

    /// Beside the relays: where datagrams are lost a stream may get through.
    private mutating func pingByStream(
        _ probe: Probe, _ target: MemberProfile, into sink: inout some SWIMSink & ~Copyable
    ) {
        counters.streamPings += 1
        outgoing.body = .ping(sequence: probe.sequence, target: target.name)
        outgoing.updates.removeAll(keepingCapacity: true)
        if let accusation = accusation(of: probe.target) { outgoing.updates.append(accusation) }
        sink.pingByStream(outgoing, to: target.admin)
    }

    mutating func acknowledged(
        _ sequence: UInt32, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        if let index = probes.firstIndex(where: { $0.sequence == sequence }) {
            let answered = probes.remove(at: index)
            if probes.isEmpty { timers.cancel(.probeTimeout) }
            if !answered.isExtra { health.add(-1) }
            if let relays = answered.relays {
                counters.indirectProbes += 1
                var event = MemberEvent(
                    at: now, kind: .answeredLate, incarnation: table[answered.target].incarnation, actor: name)
                event.relays = relays.count
                event.nacks = answered.nacks
                history.record(event, of: answered.target)
            }
        } else if let relay = relays.removeValue(forKey: sequence) {
            timers.cancel(.relay(sequence))
            transmit(.ack(sequence: relay.sequence), to: relay.requester, into: &sink)
        } else {
            counters.strayReplies += 1
        }
    }

    mutating func notAcknowledged(_ sequence: UInt32, by sender: MemberID?) {
        guard let index = probes.firstIndex(where: { $0.sequence == sequence }), probes[index].relays != nil else {
            counters.strayReplies += 1
            return
        }
        counters.nacks += 1
        probes[index].nacks += 1
        if let sender, probes[index].nackedBy.count < 64 { probes[index].nackedBy.append(sender) }
    }
}
