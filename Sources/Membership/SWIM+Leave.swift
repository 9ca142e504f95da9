import MeshBase

/// Saying goodbye.
extension SWIM {
    /// Tells up to `leaveBurst` members directly and the rest by gossip; until that is done the node still answers.
    mutating func leave(now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable) {
        guard phase == .running else {
            if phase == .idle { finishLeaving() }
            return
        }
        phase = .leaving
        probes.removeAll()
        doubted.removeAll()
        for timer in [Timer.round, .probeTimeout, .sync, .join, .reconnect, .tombstones, .metadata] {
            timers.cancel(timer)
        }
        table.update(selfID, .left, incarnation: incarnation, now: now)
        announce(selfID, now: now)
        pickPeers(configuration.leaveBurst, except: nil, rng: &rng)
        guard !picks.isEmpty else {
            finishLeaving()
            return
        }
        for id in picks {
            guard let endpoint = table.endpoint(id), let goodbye = update(about: selfID, accuser: selfID) else {
                continue
            }
            outgoing.body = .gossip
            outgoing.updates.removeAll(keepingCapacity: true)
            outgoing.updates.append(goodbye)
            flush(to: endpoint, into: &sink)
        }
    }

    mutating func finishLeaving() {
        phase = .left
        timers = TimerTable()
        suspicions = SuspicionTable()
        relays.removeAll()
    }
}
