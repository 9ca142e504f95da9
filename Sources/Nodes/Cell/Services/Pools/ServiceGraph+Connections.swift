import MeshBase
import Resilience

/// Connections that services hold while they do their own work, of one pool for each use (C14).
extension ServiceGraph {
    /// Asks for the connection that a service's work needs.
    ///
    /// - Returns: whether it has one; else it waits, or has ended.
    mutating func connect(
        _ key: SlabKey, _ invocation: Invocation, now: Instant, into sink: inout some CellSink
    ) -> Bool {
        let use = policies.connectionOf[invocation.service]
        if !timers.isArmed(.look) { timers.arm(.look, at: now + .seconds(1)) }
        let mayTake = takePermit(use, into: &sink)
        let answer = connections[use].ask(
            key.rawValue, priority: invocation.priority, now: now, deadline: invocation.deadline, mayTake: mayTake)
        switch answer {
        // To open one within a cell takes no time.
        case .use(let number), .open(let number):
            invocations[key]?.connection = .held(number)
            return true
        case .wait(let until, let other):
            invocations[key]?.connection = .waiting
            timers.arm(.connection(key), at: until)
            if let other { steps.append(.unconnected(SlabKey(rawValue: other))) }
            lookAtPermits(use, now: now)
        case .refused: finish(key, .rejected(.connection), now: now, into: &sink)
        }
        if mayTake { returnPermit(use) }
        return false
    }

    /// Its own work is done; what it calls is none of it.
    mutating func disconnect(_ key: SlabKey, now: Instant) {
        guard let invocation = invocations[key] else { return }
        invocations[key]?.connection = .none
        giveBackConnection(of: invocation, now: now)
    }

    mutating func giveBackConnection(of invocation: Invocation, now: Instant) {
        guard case .held(let number) = invocation.connection else { return }
        let use = policies.connectionOf[invocation.service]
        connections[use].giveBack(number, now: now)
        if policies.connections[use].shared == nil {
            while handOut(use, now: now) {}
        } else if !handOut(use, now: now) {
            returnPermit(use)
        }
    }

    /// One that waited has what is free.
    ///
    /// - Returns: false where nobody waits, or none is free.
    mutating func handOut(_ use: Int, now: Instant) -> Bool {
        while let hand = connections[use].next(now: now) {
            let key = SlabKey(rawValue: hand.waiter.ticket)
            guard invocations[key] != nil else {
                connections[use].giveBack(hand.connection, now: now)
                continue
            }
            timers.cancel(.connection(key))
            invocations[key]?.connection = .held(hand.connection)
            steps.append(.connected(key))
            return true
        }
        return false
    }

    /// One that has waited as long as it may, or is given up, stands in the line no longer.
    mutating func leaveLine(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key], invocation.connection == .waiting else { return }
        connections[policies.connectionOf[invocation.service]].withdraw(key.rawValue, now: now)
        unconnected(key, now: now, into: &sink)
    }

    /// It gets none: its work has not begun.
    mutating func unconnected(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key], invocation.connection == .waiting else { return }
        timers.cancel(.connection(key))
        invocations[key]?.connection = .none
        let outcome: ServiceOutcome =
            invocation.isCancelled ? .cancelled : invocation.deadline > now ? .rejected(.connection) : .timedOut
        finish(key, outcome, now: now, into: &sink)
    }

    /// Once a second: closes what nobody needs, and keeps open what is to be.
    mutating func lookAtConnections(now: Instant) {
        for use in connections.indices {
            while connections[use].surplus(now: now) != nil {}
            while let number = connections[use].openAhead() { connections[use].giveBack(number, now: now) }
        }
    }
}
