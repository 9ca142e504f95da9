import MeshBase

/// An address that was given as a way into the mesh.
struct Seed {
    let endpoint: Endpoint
    /// Who answered there.
    var member: MemberID?
    /// Somebody has answered there once.
    var wasReached = false
}

/// Finding the mesh, and finding its lost parts again.
extension SWIM {
    mutating func join(
        _ endpoints: [Endpoint], insteadOf former: [Endpoint], now: Instant, rng: inout Generator,
        into sink: inout some SWIMSink & ~Copyable
    ) {
        guard phase == .running, let own = table.endpoint(selfID) else { return }
        seeds.removeAll { former.contains($0.endpoint) && !endpoints.contains($0.endpoint) }
        for endpoint in endpoints where endpoint != own && !seeds.contains(where: { $0.endpoint == endpoint }) {
            if seeds.count == configuration.mostSeeds { seeds.removeFirst() }
            seeds.append(Seed(endpoint: endpoint, member: nil))
        }
        guard !seeds.isEmpty else { return }
        freshUntil = now + configuration.gossipInterval * Int64(40)
        joinDelay = configuration.gossipInterval * Int64(2)
        for seed in seeds where seed.wasReached && !isReached(seed) { requestSync(from: seed.endpoint, into: &sink) }
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

    /// Asks every seed that has never answered, at distances that grow up to the seed interval, until each has: what a
    /// neighbour answers says nothing of the parts of the mesh that the others lead to.
    mutating func seek(now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable) {
        guard phase == .running else { return }
        var isSeeking = false
        for index in seeds.indices where !seeds[index].wasReached {
            isSeeking = true
            requestSync(from: seeds[index].endpoint, into: &sink)
        }
        guard isSeeking else { return }
        timers.arm(.join, at: now + joinDelay)
        joinDelay = min(joinDelay * Int64(2), configuration.seedInterval)
    }

    /// A peer has answered a digest.
    mutating func joined(by source: Endpoint, _ sender: MemberID?, now: Instant) {
        // One with several addresses may answer from another than the one that it is known by.
        let known = sender.flatMap { table.endpoint($0) }
        for index in seeds.indices where seeds[index].endpoint == source || seeds[index].endpoint == known {
            seeds[index].member = sender
            seeds[index].wasReached = true
        }
        // From here on lost seeds are the business of `reconnect`.
        if seeds.allSatisfy(\.wasReached) { timers.cancel(.join) }
    }

    /// Seeds that have not answered, or whose member is dead or elsewhere now.
    public var unreachedSeeds: [Endpoint] { seeds.filter { !isReached($0) }.map(\.endpoint) }
    /// Seeds were given and nobody has been met: the node is alone, and may not be meant to be.
    public var isAlone: Bool { !seeds.isEmpty && !hasMetOthers }

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
