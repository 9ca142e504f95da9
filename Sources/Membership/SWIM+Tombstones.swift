import MeshBase

/// Remembering the dead and the departed, and forgetting them.
extension SWIM {
    var tombstoneSweep: TimeAmount {
        max(.seconds(1), min(configuration.tombstone, configuration.leftTombstone) / 8)
    }

    mutating func bury(_ id: MemberID, now: Instant) {
        queue.remove(id)
        if !table[id].isRemembered {
            table.setRemembered(id, true)
            tombstones.append(id)
        }
        if !timers.isArmed(.reconnect), phase == .running {
            timers.arm(.reconnect, at: now + configuration.reconnectInterval)
        }
    }

    mutating func sweepTombstones(now: Instant) {
        guard phase == .running else { return }
        var kept = 0
        for id in tombstones {
            let state = table[id]
            let limit = state.status == .left ? configuration.leftTombstone : configuration.tombstone
            if state.status.isLive {
                table.setRemembered(id, false)
            } else if now - state.since >= limit {
                table.setRemembered(id, false)
                history.forget(id)
                standings.forget(id)
                queue.remove(id)
                table.forget(id)
            } else {
                tombstones[kept] = id
                kept += 1
            }
        }
        tombstones.removeSubrange(kept...)
        timers.arm(.tombstones, at: now + tombstoneSweep)
    }
}
