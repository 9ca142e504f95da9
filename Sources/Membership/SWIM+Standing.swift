import MeshBase

/// What the node makes of members whose suspicions come and go. Nothing of it is told: each judges by what it heard.
extension SWIM {
    mutating func standingAccused(
        _ id: MemberID, by accuser: MemberID, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        judged(id, standings.accused(id, by: accuser), now: now, into: &sink)
    }

    /// It told of itself in a higher incarnation, although it was suspected, or dead.
    mutating func standingRefuted(
        _ id: MemberID, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        judged(id, standings.refuted(id, now: now), now: now, into: &sink)
        // Looked at no more often than once per probe interval, however many there are.
        if !timers.isArmed(.standing), standings.next != nil {
            timers.arm(.standing, at: now + configuration.probeInterval)
        }
    }

    mutating func standingsElapsed(now: Instant, into sink: inout some SWIMSink & ~Copyable) {
        for id in standings.elapse(now: now) where table.isKnown(id) && table[id].status.isLive {
            judged(id, .steady, now: now, into: &sink)
        }
        if let next = standings.next { timers.arm(.standing, at: max(next, now + configuration.probeInterval)) }
    }

    /// Whether a death that this member has declared is taken over at once. Not where it is dead or in doubt for this node:
    /// one that is cut off takes all others for dead, and tells it when it is back. Nor where the deceased is unsteady,
    /// whose time may be longer here. Its word is an accusation like any other then, which whoever lives refutes.
    func believes(_ declarer: MemberID, of id: MemberID) -> Bool {
        guard configuration.patience, declarer != selfID else { return true }
        if standings[id] == .unsteady { return false }
        guard table.isKnown(declarer) else { return true }
        return table[declarer].status != .dead && standings[declarer] == .steady
    }

    private mutating func judged(
        _ id: MemberID, _ standing: Standing?, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        guard standing != nil, let member = member(id) else { return }
        sink.judged(
            MemberChange(
                oldStatus: member.status, oldIncarnation: member.incarnation, member: member, source: name, at: now))
    }
}
