import MeshBase
import Resilience
import Wire

extension RouterNode {
    /// How long a ping may take: as long as an attempt, and never so little that a busy machine would look silent.
    var pingLimit: TimeAmount { max(policy.attemptTimeout, .milliseconds(250)) }

    /// Between two looks at the cells: of many not more than a thousand a second are pinged while nothing else is heard of them.
    var lookInterval: TimeAmount { max(CellPulse.interval, .milliseconds(Int64(links.count))) }

    /// The first link is up: from now on the cells are looked at.
    mutating func beginLooking(now: Instant) {
        if nextLook == .distantFuture { nextLook = now + lookInterval }
        if nextWatch == .distantFuture { nextWatch = now + .seconds(1) }
        if nextPrediction == .distantFuture, let every = gates.sampleEvery { nextPrediction = now + every }
    }

    /// Looks at every cell whose link is up, pings the quiet ones, and demotes those that answer nothing.
    mutating func look(stood: Bool, now: Instant, into sink: inout some RouterSink) {
        var isAnyUp = false
        for position in links.indices where links[position].state == .up {
            isAnyUp = true
            let cell = CellIndex(position)
            switch links[position].pulse.look(limit: pingLimit, stood: stood, now: now) {
            case .nothing: break
            case .ping: ping(cell, now: now, into: &sink)
            case .demoted:
                noteDemoted(cell, now: now, into: &sink)
                ping(cell, now: now, into: &sink)
            }
        }
        judgeConduct(stood: stood, now: now, into: &sink)
        askForHealth(now: now, into: &sink)
        missTheSilent(now: now)
        impact.look(now: now, placement: ledger.table.version)
        nextLook = isAnyUp || impact.isOpen || started != nil ? now + lookInterval : .distantFuture
    }

    /// Cells that have not served a while after this router's start are out, as any that stopped: the router may be the
    /// one that came later.
    private mutating func missTheSilent(now: Instant) {
        guard let started, now - started >= .seconds(3) else { return }
        self.started = nil
        for position in links.indices where !links[position].hasServed && !links[position].isServing {
            links[position].hasServed = true
            impact.faultBegan(CellIndex(position), now: now)
        }
    }

    /// The router itself did not run at its time: what it did not hear meanwhile is no cell's fault.
    func stoodStill(_ now: Instant) -> Bool {
        nextLook != .distantFuture && now - nextLook > lookInterval
    }

    /// Asks cells how services are whose breakers here are open: of one that is well they close sooner (C10).
    private mutating func askForHealth(now: Instant, into sink: inout some RouterSink) {
        // The state alone first: nearly all are closed, and policies are large.
        for gate in gates.gates.indices where gates.gates[gate].breaker.wantsHealth(now: now) {
            guard gates.gates[gate].wantsHealth(policy(ofGate: gate), now: now) else { continue }
            let place = gates.places[gate]
            // Slot 0 is that of the records, which no service's health says anything of.
            guard place.slot > 0, links[place.cell.position].state == .up else { continue }
            ping(place.cell, about: StableHash.hash(gates.names[place.slot]), now: now, into: &sink)
        }
    }

    /// - Parameter service: the hash of its name, of which the answer tells how well it is; 0 for none.
    private mutating func ping(
        _ cell: CellIndex, about service: UInt64 = 0, now: Instant, into sink: inout some RouterSink
    ) {
        conducts[cell.position].asked(now: now)
        // The time travels with it, so that an answer needs no memory of its question.
        let isSent = sink.ping(
            FrameHead(
                kind: .ping, request: 0, customer: CustomerHash(rawValue: service), epoch: .first,
                versionCounter: UInt64(bitPattern: now.nanoseconds)), to: cell)
        if isSent {
            counters.pings += 1
        } else {
            // A cell that takes nothing is as silent as one that does not answer: its wait goes on, and demotes it.
            counters.pingsUnsent += 1
        }
    }

    mutating func ponged(
        _ head: FrameHead, by cell: CellIndex, now: Instant, into sink: inout some RouterSink
    ) {
        let sent = Int64(bitPattern: head.versionCounter)
        guard sent >= 0, sent <= now.nanoseconds, links[cell.position].state == .up else {
            counters.lateFrames += 1
            return
        }
        takeHealth(head, of: cell, now: now)
        let age = TimeAmount.nanoseconds(now.nanoseconds - sent)
        guard links[cell.position].pulse.ponged(age: age, limit: pingLimit, now: now) else { return }
        counters.returns += 1
        sink.emit(.cellReturned(cell))
        updateServing(cell, now: now)
    }

    /// What a pong says of the service that was asked about; cells that look at nothing, and those of before, say nothing.
    private mutating func takeHealth(_ head: FrameHead, of cell: CellIndex, now: Instant) {
        guard head.status > 0, head.customer.rawValue != 0 else { return }
        let gate = gates.known(cell, gates.slot(ofService: head.customer.rawValue))
        guard gate >= 0 else { return }
        gates.gates[gate].observe(
            health: Double(min(head.status - 1, 1000)) / 1000, policy(ofGate: gate), now: now)
    }

    /// An attempt at `cell` had its full time and no answer.
    ///
    /// - Parameter gate: the one that it went through; negative where there is none.
    mutating func cellTimedOut(_ cell: CellIndex, gate: Int, now: Instant, into sink: inout some RouterSink) {
        guard links[cell.position].state == .up else { return }
        let isGuarded = gate >= 0 && gates.kinds[gates.places[gate].kind].gate.hasBreaker
        switch links[cell.position].pulse.timedOut(isGuarded: isGuarded, now: now) {
        case .nothing: return
        case .ping: break
        case .demoted: noteDemoted(cell, now: now, into: &sink)
        }
        ping(cell, now: now, into: &sink)
    }

    private mutating func noteDemoted(_ cell: CellIndex, now: Instant, into sink: inout some RouterSink) {
        counters.demotions += 1
        sink.emit(.cellDemoted(cell))
        updateServing(cell, now: now)
    }
}
