import MeshBase

/// Sending, and the first look at what arrives.
extension SWIM {
    /// Sends a packet filled up with gossip. `audience` is who reads it, where that is known: it is told first what is
    /// held against it, and not told that it lives. A ping of the round is `asking` for second opinions, an ack may be
    /// `answering` such questions.
    mutating func transmit(
        _ body: GossipPacket.Body, to endpoint: Endpoint, audience: MemberID? = nil, asking: Bool = false,
        answering questions: [MemberUpdate] = [],
        into sink: inout some SWIMSink & ~Copyable
    ) {
        outgoing.body = body
        outgoing.updates.removeAll(keepingCapacity: true)
        var room = configuration.largestPacket - outgoing.encodedHeaderSize
        var informed: MemberID?
        if let audience, table.isKnown(audience) {
            if let accusation = accusation(of: audience) {
                outgoing.updates.append(accusation)
                room -= accusation.encodedSize
                informed = audience
            } else if table[audience].status == .alive {
                informed = audience
            }
        }
        if asking { appendQuestions(&room, except: audience) }
        if !questions.isEmpty { appendCorrections(of: questions, &room) }
        fillWithGossip(&room, except: informed)
        // A gossip packet without news is not worth a datagram.
        if case .gossip = body, outgoing.updates.isEmpty { return }
        flush(to: endpoint, into: &sink)
    }

    /// Sends `outgoing` as it stands.
    mutating func flush(to endpoint: Endpoint, into sink: inout some SWIMSink & ~Copyable) {
        counters.sent[outgoing.kind] += 1
        counters.bytesSent += UInt64(outgoing.encodedSize)
        sink.send(outgoing, to: endpoint)
    }

    /// What a member that is believed suspect or dead should be told, so that it can refute. The dead are always told;
    /// telling suspects is Lifeguard's buddy system.
    func accusation(of id: MemberID) -> MemberUpdate? {
        switch table[id].status {
        case .alive: nil
        case .suspect: configuration.buddy ? update(about: id, accuser: accuser(of: id)) : nil
        case .dead, .left: update(about: id, accuser: selfID)
        }
    }

    /// Takes one packet, opened and decoded: the same as the event `.packet`, without a copy of it.
    public mutating func receive(
        _ packet: GossipPacket, from source: Endpoint, now: Instant, rng: inout Generator,
        into sink: inout some SWIMSink & ~Copyable
    ) {
        guard phase == .running || phase == .leaving else {
            counters.ignoredPackets += 1
            return
        }
        counters.received[packet.kind] += 1
        if packet.sender == name {
            counters.nameConflicts += 1
            return
        }
        hasMetOthers = true
        let origin = origin(of: packet)
        for update in packet.updates { apply(update, origin, now: now, rng: &rng, into: &sink) }
        let sender = table.find(packet.sender)

        switch packet.body {
        case .ping(let sequence, let target):
            guard target == name else {
                counters.misdirected += 1
                return
            }
            transmit(
                .ack(sequence: sequence), to: source, audience: sender, answering: packet.updates, into: &sink)
        case .pingRequest(let sequence, let target, let endpoint):
            relay(sequence, to: target, at: endpoint, for: source, now: now, into: &sink)
        case .ack(let sequence): acknowledged(sequence, now: now, into: &sink)
        case .nack(let sequence): notAcknowledged(sequence, by: sender)
        case .gossip, .syncDifference: break
        case .userEvent(let event): heard(event, now: now, into: &sink)
        case .syncRequest(let digest): answerSync(digest, to: source, now: now, into: &sink)
        case .syncEqual: joined(by: source, sender, now: now)
        case .syncList(let range):
            joined(by: source, sender, now: now)
            answerList(range, packet.updates, to: source, now: now, into: &sink)
        }
        notice(packet, sender, from: source, now: now, into: &sink)
    }

    private func origin(of packet: GossipPacket) -> Origin {
        switch packet.body {
        case .syncRequest, .syncDifference: .exchange(packet.sender)
        case .syncList: .list(packet.sender)
        default: .gossip
        }
    }

    /// A sender that is unknown, or known in an older incarnation only, has news that went past this node: ask for it.
    private mutating func notice(
        _ packet: GossipPacket, _ sender: MemberID?, from source: Endpoint, now: Instant,
        into sink: inout some SWIMSink & ~Copyable
    ) {
        guard phase == .running, now >= nextUnaskedSync else { return }
        if let sender, table[sender].incarnation >= packet.senderIncarnation { return }
        switch packet.body {
        case .syncRequest, .syncEqual, .syncList, .syncDifference: return
        default: break
        }
        nextUnaskedSync = now + configuration.probeInterval
        requestSync(from: source, into: &sink)
    }
}
