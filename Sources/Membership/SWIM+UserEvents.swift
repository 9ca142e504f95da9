import MeshBase

/// User events: gossiped like news of members, in packets of their own.
extension SWIM {
    /// Events in the packets of one gossip tick to one member.
    private static var eventsAtOnce: Int { 3 }

    mutating func raise(_ eventName: String, _ payload: [UInt8], now: Instant) {
        guard phase == .running, !eventName.isEmpty, eventName.utf8.count <= UserEvent.longestName,
            payload.count <= UserEvent.longestPayload
        else {
            counters.userEventsRefused += 1
            return
        }
        let event = UserEvent(time: userEvents.tick(), origin: name, name: eventName, payload: payload)
        _ = userEvents.note(event)
        counters.userEvents += 1
        pass(event, now: now)
    }

    mutating func heard(_ event: UserEvent, now: Instant, into sink: inout some SWIMSink & ~Copyable) {
        guard userEvents.note(event) else {
            counters.userEventsRepeated += 1
            return
        }
        counters.userEvents += 1
        sink.heard(event)
        pass(event, now: now)
    }

    private mutating func pass(_ event: UserEvent, now: Instant) {
        if !userEvents.tell(event) { counters.userEventsRefused += 1 }
        armGossip(now: now)
    }

    mutating func tellUserEvents(to id: MemberID, into sink: inout some SWIMSink & ~Copyable) {
        guard userEvents.isTelling, let endpoint = table.endpoint(id) else { return }
        let limit = configuration.transmissions(members: table.liveCount)
        for event in userEvents.take(Self.eventsAtOnce, limit: limit) {
            outgoing.body = .userEvent(event)
            outgoing.updates.removeAll(keepingCapacity: true)
            // Only where datagrams were configured to be small.
            guard outgoing.encodedSize <= configuration.largestPacket else {
                counters.userEventsRefused += 1
                continue
            }
            flush(to: endpoint, into: &sink)
        }
    }
}
