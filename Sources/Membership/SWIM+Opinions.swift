import MeshBase

/// Second opinions: the news that a suspect has refuted may go past one member of many, and must not end in a death there.
///
/// Suspicions whose gossip has run out stand in the pings of the rounds until they end, and whoever is pinged puts what
/// it knows better into its ack. That costs no packet. cellmesh's own.
extension SWIM {
    /// Questions in one ping, and answers in one ack.
    private static var mostOpinions: Int { 16 }

    /// Adds the suspicions that end first to the ping that is being filled.
    mutating func appendQuestions(_ room: inout Int, except audience: MemberID?) {
        guard configuration.secondOpinions, !suspicions.isEmpty else { return }
        var open: [(end: Instant, id: MemberID, accuser: MemberID)] = []
        for id in suspicions.members where id != audience && !queue.contains(id) {
            guard let suspicion = suspicions[id] else { continue }
            open.append((suspicion.end, id, suspicion.accusers.first ?? selfID))
        }
        open.sort { ($0.end, $0.id.rawValue) < ($1.end, $1.id.rawValue) }
        for question in open.prefix(Self.mostOpinions) {
            // In the name of the first accuser: asking confirms nothing.
            append(update(about: question.id, accuser: question.accuser), &room)
        }
    }

    /// Adds what this node knows of those who are accused in an incarnation that they have left behind.
    mutating func appendCorrections(of updates: [MemberUpdate], _ room: inout Int) {
        guard configuration.secondOpinions else { return }
        var corrected = 0
        for accusation in updates where corrected < Self.mostOpinions {
            switch accusation {
            case .suspect(let name, let incarnation, _), .dead(let name, let incarnation, _):
                guard let id = table.find(name), table[id].incarnation > incarnation else { continue }
                corrected += 1
                append(update(about: id, accuser: accuser(of: id)), &room)
            case .alive, .left: continue
            }
        }
    }

    private mutating func append(_ update: MemberUpdate?, _ room: inout Int) {
        guard let update, outgoing.updates.count < GossipSize.mostUpdates else { return }
        let size = update.encodedSize
        guard size <= room else { return }
        outgoing.updates.append(update)
        room -= size
    }
}
