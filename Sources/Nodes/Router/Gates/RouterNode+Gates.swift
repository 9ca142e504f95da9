import MeshBase
import Resilience

/// What attempts tell the gates, of services and records alike.
extension RouterNode {
    func policy(ofGate gate: Int) -> GatePolicy { gates.kinds[gates.places[gate].kind].gate }

    /// An attempt with a permit has ended.
    ///
    /// - Returns: what changed at the breaker by it.
    @discardableResult
    mutating func count(
        _ permit: GatePermit, gate: Int, _ end: AttemptEnd, took: TimeAmount, _ mark: Mark, now: Instant,
        into sink: inout some RouterSink
    ) -> BreakerTransition? {
        let kind = gates.places[gate].kind
        let change = gates.gates[gate].ended(
            permit, end, took: took, mark: mark, gates.kinds[kind].gate, now: now, using: &random)
        if let transition = change.transition { tell(transition, gate: gate, into: &sink) }
        if let timeout = change.timeout { sink.emit(.timeoutAdapted(gate: name(ofGate: gate), timeout)) }
        eject(gate, mark, now: now, into: &sink)
        if gates.gates[gate].waiting > 0 { vacant.append(gate) }
        return change.transition
    }

    /// An attempt was let through and not made.
    mutating func giveBack(_ permit: GatePermit, gate: Int, now: Instant) {
        gates.gates[gate].giveBack(permit, policy(ofGate: gate), now: now)
        if gates.gates[gate].waiting > 0 { vacant.append(gate) }
    }

    /// An attempt is out for longer than is slow.
    mutating func overdue(
        _ permit: inout GatePermit, gate: Int, now: Instant, into sink: inout some RouterSink
    ) {
        let transition = gates.gates[gate].overdue(&permit, policy(ofGate: gate), now: now, using: &random)
        if let transition { tell(transition, gate: gate, into: &sink) }
        eject(gate, .slow, now: now, into: &sink)
    }

    private mutating func eject(_ gate: Int, _ mark: Mark, now: Instant, into sink: inout some RouterSink) {
        let place = gates.places[gate]
        guard mark != .nothing, let policy = gates.kinds[place.kind].ejectionPolicy else { return }
        if let change = gates.ejections[place.kind].record(place.cell.position, mark, policy, now: now) {
            tell(change, kind: place.kind, into: &sink)
        }
    }

    // MARK: Events

    func name(ofGate gate: Int) -> String {
        let place = gates.places[gate]
        return "\(nodeName)/\(topology.cells[place.cell.position].name)/\(gates.names[place.slot])"
    }

    mutating func tell(_ transition: BreakerTransition, gate: Int, into sink: inout some RouterSink) {
        gates.gates[gate].count(transition)
        sink.emit(.gate(name: name(ofGate: gate), .breaker(transition)))
    }

    func tell(_ change: OutlierEjection.Change, kind: Int, into sink: inout some RouterSink) {
        let cell =
            switch change {
            case .out(let cell, _, _), .back(let cell): cell
            }
        sink.emit(.ejection(scope: gates.kinds[kind].name, cell: topology.cells[cell].name, change))
    }

    // MARK: Looks

    /// Once a second: what is seen from time to time only.
    mutating func watch(now: Instant, into sink: inout some RouterSink) {
        nextWatch = now + .seconds(1)
        figures.mark(now)
        watchAdmission(into: &sink)
        tally.look(now: now)
        for gate in gates.gates.indices {
            var events: [GateEvent] = []
            gates.gates[gate].look(policy(ofGate: gate), now: now) { events.append($0) }
            for event in events {
                if case .breaker(let change) = event { gates.gates[gate].count(change) }
                sink.emit(.gate(name: name(ofGate: gate), event))
            }
            if gates.gates[gate].waiting > 0 { vacant.append(gate) }
        }
        for kind in gates.kinds.indices {
            if let policy = gates.kinds[kind].ejectionPolicy, now >= gates.ejections[kind].nextLook {
                var changes: [OutlierEjection.Change] = []
                gates.ejections[kind].look(policy, now: now) { changes.append($0) }
                for change in changes { tell(change, kind: kind, into: &sink) }
            }
            gates.values[kind]?.changes { key, state, why in
                sink.emit(.worth(scope: gates.kinds[kind].name, key: key, state, why: why))
            }
            if let isAlert = gates.scopes[kind].retryAlertChange(now: now) {
                sink.emit(.retries(scope: gates.kinds[kind].name, isAlert: isAlert))
            }
        }
    }

    /// Asks all gates that foresee failures; each takes a sample when its own is due.
    mutating func predict(now: Instant, into sink: inout some RouterSink) {
        let surroundings = PredictorFeatures(wall: now.nanoseconds &+ wallOffset, load: signals)
        for gate in gates.gates.indices {
            let change = gates.gates[gate].predict(surroundings, policy(ofGate: gate), now: now, using: &random)
            if let change { tell(change, gate: gate, into: &sink) }
        }
        nextPrediction = gates.sampleEvery.map { now + $0 } ?? .distantFuture
    }

    private mutating func watchAdmission(into sink: inout some RouterSink) {
        guard admission != nil else { return }
        var signals = signals
        if answerTimes.count > 0 {
            // Of a router that has little in work it is not the load: some cell is slow, which is no reason to refuse
            // those of other cells.
            if mostInWork >= admission!.load.capacity / 2 { signals.p95 = answerTimes.quantile(0.95) }
            answerTimes = DurationHistogram()
        }
        mostInWork = operations.count
        admission!.early.look(signals)
        if shedsByPressure { admission!.adaptive.look(signals) }
        admission!.load.changes { sink.emit(.shedding(place: "router", $0, hasBegun: $1)) }
        admission!.adaptive.changes { sink.emit(.shedding(place: "adaptive", $0, hasBegun: $1)) }
    }
}
