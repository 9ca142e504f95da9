import MeshBase

/// An address that was given as a way into the mesh.
struct Seed {
    let endpoint: Endpoint
    /// Who answered there.
    var member: MemberID?
}

/// Finding the mesh, and finding its lost parts again.
extension SWIM {
    mutating func join(
        _ endpoints: [Endpoint], now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable
    ) {
        guard phase == .running, let own = table.endpoint(selfID) else { return }
        for endpoint in endpoints where endpoint != own && !seeds.contains(where: { $0.endpoint == endpoint }) {
            if seeds.count == configuration.mostSeeds { seeds.removeFirst() }
            seeds.append(Seed(endpoint: endpoint, member: nil))
        }
        guard !seeds.isEmpty else { return }
        freshUntil = now + configuration.gossipInterval * Int64(40)
        joinDelay = configuration.gossipInterval * Int64(2)
        seek(now: now, rng: &rng, into: &sink)
        hastenSync(now: now)
        if !timers.isArmed(.reconnect) { armReconnect(now: now, rng: &rng) }
    }

    /// Asks members of a former life, which may be gone for good.
    mutating func rejoin(_ endpoints: [Endpoint], now: Instant, into sink: inout some SWIMSink & ~Copyable) {
        guard phase == .running, let own = table.endpoint(selfID) else { return }
        freshUntil = now + configuration.gossipInterval * Int64(40)
        for endpoint in endpoints.prefix(configuration.mostSeeds) where endpoint != own {
            requestSync(from: endpoint, into: &sink)
        }
    }

    /// Asks every seed that has not answered, at growing distances, until one has.
    mutating func seek(now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable) {
        guard phase == .running else { return }
        for index in seeds.indices where !isReached(seeds[index]) {
            requestSync(from: seeds[index].endpoint, into: &sink)
        }
        timers.arm(.join, at: now + joinDelay)
        let next = joinDelay * Int64(2)
        joinDelay = min(next, configuration.reconnectInterval)
    }

    /// A peer has answered a digest.
    mutating func joined(by source: Endpoint, _ sender: MemberID?, now: Instant) {
        if let index = seeds.firstIndex(where: { $0.endpoint == source }) { seeds[index].member = sender }
        // From here on lost seeds are the business of `reconnect`.
        timers.cancel(.join)
    }

    private func isReached(_ seed: Seed) -> Bool {
        guard let id = seed.member, isPeer(id) else { return false }
        return table.endpoint(id) == seed.endpoint
    }

    mutating func armReconnect(now: Instant, rng: inout Generator) {
        let interval = configuration.reconnectInterval
        timers.arm(.reconnect, at: now + interval / 2 + random(interval, rng: &rng))
    }

    /// Tries one of the dead or one silent seed. The chance is their share of the living, so that the mesh as a whole
    /// makes about as many attempts per interval as there are lost members, and an isolated node makes one each time.
    mutating func reconnect(now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable) {
        guard phase == .running else { return }
        var lostSeeds = 0
        for seed in seeds where !isReached(seed) { lostSeeds += 1 }
        let lost = tombstones.count + lostSeeds
        if lost > 0 || !seeds.isEmpty { armReconnect(now: now, rng: &rng) }
        guard lost > 0, rng.chance(Double(lost) / Double(table.liveCount)) else { return }
        let pick = Int(rng.below(UInt64(lost)))
        if pick < tombstones.count {
            let id = tombstones[pick]
            guard table.isKnown(id), table[id].status == .dead, let endpoint = table.endpoint(id) else { return }
            requestSync(from: endpoint, about: id, into: &sink)
        } else {
            var rest = pick - tombstones.count
            for seed in seeds where !isReached(seed) {
                if rest == 0 {
                    requestSync(from: seed.endpoint, into: &sink)
                    return
                }
                rest -= 1
            }
        }
    }
}
