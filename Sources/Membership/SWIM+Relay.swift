import MeshBase

/// Pinging for others.
extension SWIM {
    mutating func relay(
        _ asked: UInt32, to target: String, at endpoint: Endpoint, for requester: Endpoint, now: Instant,
        into sink: inout some SWIMSink & ~Copyable
    ) {
        guard relays.count < configuration.mostRelays else {
            counters.relaysRefused += 1
            return
        }
        sequence &+= 1
        relays[sequence] = Relay(requester: requester, sequence: asked, target: target)
        // At 80 % of the timeout, so that the nack arrives within the requester's round.
        timers.arm(.relay(sequence), at: now + configuration.probeTimeout * 0.8)
        transmit(.ping(sequence: sequence, target: target), to: endpoint, audience: table.find(target), into: &sink)
    }

    /// The first time a nack is due; then an ack is still passed on for an interval.
    mutating func relayExpired(
        _ sequence: UInt32, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        guard var relay = relays[sequence] else { return }
        guard !relay.nacked else {
            relays[sequence] = nil
            return
        }
        relay.nacked = true
        relays[sequence] = relay
        timers.arm(.relay(sequence), at: now + configuration.probeInterval)
        if configuration.localHealthProbe {
            transmit(.nack(sequence: relay.sequence), to: relay.requester, into: &sink)
        }
    }
}
