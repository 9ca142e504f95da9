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
        if let failed = probe {
            probe = nil
            probeFailed(failed, now: now, into: &sink)
        }
        // Nobody left: the rounds begin again with the next member.
        guard let target = nextTarget(rng: &rng), let endpoint = table.endpoint(target) else { return }
        sequence &+= 1
        probe = Probe(target: target, sequence: sequence)
        counters.probes += 1
        transmit(
            .ping(sequence: sequence, target: table.name(target)), to: endpoint, audience: target, into: &sink)
        timers.arm(.probeTimeout, at: now + health.stretch(configuration.probeTimeout))
        timers.arm(.round, at: now + health.stretch(configuration.probeInterval))
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
        counters.failedProbes += 1
        // Relays that sent no nack either are a sign that this node hears badly.
        let asked = failed.relaysAsked ?? 0
        health.add(asked > 0 ? asked - min(asked, failed.nacks) : 1)
        guard isPeer(failed.target) else { return }
        let incarnation = table[failed.target].incarnation
        history.record(.probeFailed, of: failed.target, incarnation: incarnation, actor: name, at: now)
        suspect(failed.target, incarnation, by: selfID, confirms: true, now: now, into: &sink)
    }

    /// The direct ping was not answered in time.
    mutating func askRelays(now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable) {
        guard let current = probe, current.relaysAsked == nil, let endpoint = table.endpoint(current.target) else {
            return
        }
        pickPeers(configuration.indirectProbes, except: current.target, rng: &rng)
        probe?.relaysAsked = picks.count
        let body = GossipPacket.Body.pingRequest(
            sequence: current.sequence, target: table.name(current.target), at: endpoint)
        for id in picks {
            guard let endpoint = table.endpoint(id) else { continue }
            transmit(body, to: endpoint, audience: id, into: &sink)
        }
    }

    mutating func acknowledged(
        _ sequence: UInt32, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        if let current = probe, current.sequence == sequence {
            probe = nil
            timers.cancel(.probeTimeout)
            health.add(-1)
            if current.relaysAsked != nil { counters.indirectProbes += 1 }
        } else if let relay = relays.removeValue(forKey: sequence) {
            timers.cancel(.relay(sequence))
            transmit(.ack(sequence: relay.sequence), to: relay.requester, into: &sink)
        } else {
            counters.strayReplies += 1
        }
    }

    mutating func notAcknowledged(_ sequence: UInt32) {
        guard let current = probe, current.sequence == sequence, current.relaysAsked != nil else {
            counters.strayReplies += 1
            return
        }
        counters.nacks += 1
        probe?.nacks += 1
    }
}
