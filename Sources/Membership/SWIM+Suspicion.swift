import MeshBase

extension SWIM {
    mutating func beginSuspicion(of id: MemberID, by accuser: MemberID, now: Instant) {
        var timeout = SuspicionTimeout(
            alpha: configuration.suspicionAlpha, beta: configuration.suspicionBeta,
            interval: configuration.probeInterval, members: table.liveCount, dynamic: configuration.dynamicSuspicion)
        if configuration.patience, standings[id] == .unsteady {
            // However many agree: that its answers get lost is known of it.
            timeout = SuspicionTimeout(minimum: timeout.maximum, maximum: timeout.maximum, expected: 0)
        }
        let suspicion = Suspicion(timeout: timeout, began: now, accuser: accuser)
        suspicions[id] = suspicion
        timers.arm(.suspicion(id), at: suspicion.end)
    }

    /// Another accuser shortens the suspicion, and is told on, so that others shorten theirs.
    mutating func confirm(_ id: MemberID, by accuser: MemberID, now: Instant) {
        guard suspicions.isOpen(id, to: accuser), var suspicion = suspicions[id] else { return }
        suspicion.confirm(by: accuser)
        suspicions[id] = suspicion
        standings.confirmed(id)
        counters.confirmations += 1
        var event = MemberEvent(
            at: now, kind: .confirmed, incarnation: table[id].incarnation, actor: table.name(accuser))
        event.timeout = max(.zero, suspicion.end - now)
        history.record(event, of: id)
        timers.arm(.suspicion(id), at: max(now, suspicion.end))
        announce(id, accuser: accuser, now: now)
    }

    /// In whose name a suspicion is passed on that this node may not have come to by itself: its first accuser's, so that
    /// nobody takes one accuser for two.
    func accuser(of id: MemberID) -> MemberID { suspicions[id]?.accusers.first ?? selfID }

    mutating func endSuspicion(of id: MemberID, alive: Bool) {
        guard suspicions.remove(id) != nil else { return }
        timers.cancel(.suspicion(id))
        if alive { counters.falseSuspicions += 1 }
    }

    mutating func suspicionExpired(
        _ id: MemberID, now: Instant, into sink: inout some SWIMSink & ~Copyable
    ) {
        guard suspicions[id] != nil, table.isKnown(id), table[id].status == .suspect else { return }
        dead(id, table[id].incarnation, by: selfID, now: now, into: &sink)
    }

    /// A wake that comes late by more than a probe timeout means that this process stood still (stopped, swapped out,
    /// or its loop was blocked): what it did not hear meanwhile is evidence against itself, not against others.
    mutating func noticeStall(now: Instant) {
        guard configuration.stallDetection, phase == .running, let due = timers.next() else { return }
        let late = now - due
        guard late > configuration.probeTimeout else { return }
        counters.stalls += 1
        health.add(1)
        probes.removeAll(keepingCapacity: true)
        timers.cancel(.probeTimeout)
        history.record(.stalled, of: selfID, incarnation: incarnation, actor: name, at: now)
        for id in suspicions.members {
            suspicions[id]!.began += late
            timers.arm(.suspicion(id), at: suspicions[id]!.end)
        }
        hastenSync(now: now)
    }
}
