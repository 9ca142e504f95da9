import Membership
import MeshBase
import Wire

/// What the router knows of one cell.
struct CellLink {
    enum State { case closed, opening, up }

    let name: String
    var status: MemberStatus?
    var endpoint: Endpoint?
    var state = State.closed
    var failures = 0
    var hasServed = false
    /// When a client's request was sent there last; zero for never.
    var usedAt = Instant.zero
    /// Answers about the placement that have come from there.
    var exchanges: UInt32 = 0
    /// Whether it answers in time; begins anew with each link.
    var pulse = CellPulse()

    /// What it says of itself: it can serve.
    var isReady = true
    /// It says that it is as it should be, and not degraded or without its store.
    var saysServing = true
    /// A detector calls it something: it is asked after others.
    var isNamed = false
    /// Its packets get through: it is not suspected again and again.
    var isSteady = true

    /// The link is up, it answers in time, and membership has no doubt.
    @inline(__always) var isReached: Bool { state == .up && status == .alive && !pulse.isDemoted }
    /// Healthy: it is reached, and says itself that it can serve.
    @inline(__always) var isServing: Bool { isReached && isReady }
    /// Worth asking when no healthy cell is left: a suspicion may be wrong, and what answers pings may answer more.
    @inline(__always) var canBeAsked: Bool {
        state == .up && (status == .alive || status == .suspect) && !pulse.isSilent
    }

    /// Nothing that it says or that is heard of it makes another cell the better choice.
    @inline(__always) var isSound: Bool { isReady && isSteady && !isNamed }

    /// 50 ms doubling to 1 s.
    var backoff: TimeAmount { .milliseconds(min(1000, 50 << Int64(min(max(failures, 1) - 1, 5)))) }
}

extension RouterNode {
    /// Takes over what gossip has changed, in the same call that brought it.
    mutating func followMembers(now: Instant, into sink: inout some RouterSink) {
        while let change = gossip.nextChange() {
            let profile = change.member.profile
            guard profile.role == .cell, let cell = cellsByName[profile.name] else { continue }
            links[cell.position].isSteady = change.member.standing != .unsteady
            let said = change.member.metadata.state
            links[cell.position].saysServing = said == .serving
            links[cell.position].isReady = said != .notReady && said != .starting
            follow(cell, status: change.status, endpoint: profile.data, now: now, into: &sink)
        }
    }

    mutating func follow(
        _ cell: CellIndex, status: MemberStatus, endpoint: Endpoint, now: Instant, into sink: inout some RouterSink
    ) {
        let moved = links[cell.position].endpoint != endpoint
        links[cell.position].status = status
        links[cell.position].endpoint = endpoint
        if moved { conducts[cell.position].replaced() }
        switch status {
        case .alive:
            if moved, links[cell.position].state != .closed {
                // It came back somewhere else: whatever the old process was asked will not be answered.
                close(cell, now: now, into: &sink)
            }
            if links[cell.position].state == .closed {
                links[cell.position].failures = 0
                open(cell, into: &sink)
            }
            updateServing(cell, now: now)
        case .suspect:
            updateServing(cell, now: now)
        case .dead, .left:
            close(cell, now: now, into: &sink)
            linkTimers.cancel(cell)
        }
    }

    private mutating func open(_ cell: CellIndex, into sink: inout some RouterSink) {
        guard let endpoint = links[cell.position].endpoint, endpoint.port != 0 else { return }
        links[cell.position].state = .opening
        sink.openLink(to: cell, at: endpoint)
    }

    private mutating func close(_ cell: CellIndex, now: Instant, into sink: inout some RouterSink) {
        guard links[cell.position].state != .closed else { return updateServing(cell, now: now) }
        links[cell.position].state = .closed
        sink.closeLink(to: cell)
        updateServing(cell, now: now)
        cellFailed(cell, now: now, into: &sink)
    }

    /// The link to a cell is open and both sides have proven that they belong to the mesh.
    package mutating func linkUp(_ cell: CellIndex, now: Instant, into sink: inout some RouterSink) {
        guard links[cell.position].state == .opening else { return }
        links[cell.position].state = .up
        links[cell.position].failures = 0
        links[cell.position].pulse = CellPulse()
        beginLooking(now: now)
        sink.emit(.linkUp(cell))
        updateServing(cell, now: now)
        ask(cell, ledger.question, into: &sink)
        if nextExchange == .distantFuture { nextExchange = now + Self.exchangeInterval }
    }

    /// The link broke or could not be opened. What was in work there fails over where that is safe.
    package mutating func linkDown(_ cell: CellIndex, now: Instant, into sink: inout some RouterSink) {
        guard links[cell.position].state != .closed else { return }
        clock = now
        let wasUp = links[cell.position].state == .up
        links[cell.position].state = .closed
        links[cell.position].failures += 1
        if wasUp { sink.emit(.linkDown(cell)) }
        updateServing(cell, now: now)
        cellFailed(cell, now: now, into: &sink)
        let status = links[cell.position].status
        if status == .alive || status == .suspect {
            linkTimers.arm(cell, at: now + links[cell.position].backoff)
        }
    }

    mutating func reconnect(_ cell: CellIndex, now: Instant, into sink: inout some RouterSink) {
        if links[cell.position].state == .closed { open(cell, into: &sink) }
    }

    mutating func updateServing(_ cell: CellIndex, now: Instant) {
        if links[cell.position].isServing {
            links[cell.position].hasServed = true
            guard notServing.contains(cell) else { return }
            notServing.remove(cell)
            impact.faultEnded(cell, now: now)
        } else {
            guard !notServing.contains(cell) else { return }
            notServing.insert(cell)
            if links[cell.position].hasServed {
                impact.faultBegan(cell, isFirm: links[cell.position].state == .closed, now: now)
            }
        }
    }
}
