import MeshBase
import Resilience

/// What the gates of the cell's edges are told, and what they tell.
extension ServiceGraph {
    /// The gate of a route, made at first use.
    mutating func gate(of route: Int, now: Instant) -> Int {
        let gate = routes.gateOf[route]
        if gates[gate] == nil { make(gate, now: now) }
        return gate
    }

    /// Holds a breaker by hand, or lets it decide again. A gate that nobody has used and nobody holds stays unmade.
    mutating func hold(_ gate: Int, _ hold: HeldBreakers.Hold?, now: Instant, wallOffset: Int64) {
        if gates[gate] == nil, hold != nil { make(gate, now: now) }
        let transition = gates[gate]?.breaker.hold(
            hold, routes.gates[gate].policy.breaker, now: now, wallOffset: wallOffset)
        if let transition { news.append(.gate(gate, .breaker(transition))) }
    }

    private mutating func make(_ gate: Int, now: Instant) {
        gates[gate] = TargetGate(routes.gates[gate].policy, now: now, salt: UInt64(gate))
        if !timers.isArmed(.look) { timers.arm(.look, at: now + .seconds(1)) }
        if let predictor = routes.gates[gate].policy.predictor, !timers.isArmed(.prediction) {
            timers.arm(.prediction, at: now + predictor.every)
        }
    }

    /// Asks all gates that foresee failures; each takes a sample when its own is due.
    mutating func predict(now: Instant) {
        let surroundings = PredictorFeatures(wall: now.nanoseconds &+ wallOffset, load: load)
        var next = TimeAmount.seconds(1)
        for gate in gates.indices where gates[gate] != nil {
            guard let predictor = routes.gates[gate].policy.predictor else { continue }
            next = min(next, predictor.every)
            let change = gates[gate]?.predict(surroundings, routes.gates[gate].policy, now: now, using: &gateCoins)
            if let change { news.append(.gate(gate, .breaker(change))) }
        }
        timers.arm(.prediction, at: now + next)
    }

    /// The worst that gates foresee which open by it, 0...1.
    var foreseen: Double {
        var worst = 0.0
        for gate in gates.indices where routes.gates[gate].policy.breaker.predict == .open {
            if let prediction = gates[gate]?.prediction, prediction.isPredicted {
                worst = max(worst, prediction.probability)
            }
        }
        return worst
    }

    /// An attempt is over: its place is free, and what it says of the callee is counted.
    mutating func count(_ attempt: EdgeAttempt, _ end: AttemptEnd, _ mark: Mark, route: Int, now: Instant) {
        let gate = routes.gateOf[route]
        figures.ended(route: route, end.outcome, took: now - attempt.sentAt)
        if defect == .keepsPlaces, end.kind == .timeout { return }
        // What a synthetic call comes to its probe tells, which leads no deeper than degraded.
        if mark != .nothing, edgeCalls[attempt.call]?.isProbe != true { score(routes.callee[route], mark) }
        var change: GateChange?
        if let permit = attempt.permit {
            change = gates[gate]?.ended(
                permit, end, took: now - attempt.sentAt, mark: mark, routes.gates[gate].policy, now: now,
                using: &gateCoins)
            freed(gate)
        } else if let permit = edgeCalls[attempt.call]?.permit, scopes[route].plan.order.records == .attempt {
            change = gates[gate]?.count(
                permit, end, took: now - attempt.sentAt, mark: mark, routes.gates[gate].policy, now: now,
                using: &gateCoins)
        }
        tell(change, gate)
        if let transition = change?.transition { note(transition, of: attempt, route: route, now: now) }
    }

    /// The permit of a whole call comes back, with the one result that the call is in some orders.
    mutating func giveBack(
        _ permit: GatePermit, of call: EdgeCall, _ how: CallSettlement, _ mark: Mark, now: Instant
    ) {
        let gate = routes.gateOf[call.route]
        let isResult = scopes[call.route].plan.order.records == .call
        var end = AttemptEnd.withdrawn
        if isResult {
            switch how {
            case .answer: end = .ok
            case .fallback(let failure), .fail(let failure): end = AttemptEnd(.failed, failure.kind)
            case .withdrawn: break
            }
        }
        tell(
            gates[gate]?.ended(
                permit, end, took: now - permit.began, mark: isResult ? mark : .nothing, routes.gates[gate].policy,
                now: now,
                using: &gateCoins), gate)
        freed(gate)
    }

    /// One was let through and never sent.
    mutating func giveBack(_ permit: GatePermit, _ gate: Int, now: Instant) {
        gates[gate]?.giveBack(permit, routes.gates[gate].policy, now: now)
        freed(gate)
    }

    mutating func overdue(_ key: SlabKey, route: Int, now: Instant) {
        let gate = routes.gateOf[route]
        guard var permit = edgeAttempts[key]?.permit ?? edgeAttempts[key].flatMap({ edgeCalls[$0.call]?.permit })
        else { return }
        let transition = gates[gate]?.overdue(&permit, routes.gates[gate].policy, now: now, using: &gateCoins)
        if edgeAttempts[key]?.permit != nil { edgeAttempts[key]?.permit = permit }
        if let transition { news.append(.gate(gate, .breaker(transition))) }
    }

    // MARK: Turns

    /// Who waits is asked at the next step, not in the middle of this one.
    private mutating func freed(_ gate: Int) {
        if let waiting = gates[gate]?.waiting, waiting > 0 { steps.append(.turns(gate)) }
    }

    /// The turn of those that waited for a place at a gate.
    mutating func turns(_ gate: Int, now: Instant, into sink: inout some CellSink) {
        while let turn = gates[gate]?.next(routes.gates[gate].policy, now: now, using: &gateCoins) {
            let key = SlabKey(rawValue: turn.ticket)
            guard let call = edgeAttempts[key]?.call else {
                if let permit = turn.answer.permit {
                    gates[gate]?.giveBack(permit, routes.gates[gate].policy, now: now)
                }
                continue
            }
            gateAnswered(key, turn.answer, now: now, into: &sink)
            advance(call, now: now, into: &sink)
        }
        watch(gate)
    }

    /// A queue before a bulkhead has times of its own.
    mutating func watch(_ gate: Int) {
        guard routes.gates[gate].policy.queue != nil, let at = gates[gate]?.wakeAt, at != .distantFuture else { return }
        timers.arm(.gate(gate), at: at)
    }

    // MARK: Looks and news

    /// Once a second: moves limits and pools that follow errors or fullness, and finds what has begun or ended.
    mutating func look(now: Instant) {
        timers.arm(.look, at: now + .seconds(1))
        for gate in gates.indices where gates[gate] != nil {
            var events: [GateEvent] = []
            gates[gate]?.look(routes.gates[gate].policy, now: now) { events.append($0) }
            for event in events { news.append(.gate(gate, event)) }
            freed(gate)
        }
        lookAtPools(now: now)
        lookAtPeaks(now: now)
        lookAtConnections(now: now)
        for route in scopes.indices {
            if let isAlert = scopes[route].retryAlertChange(now: now) { news.append(.retries(route, isAlert)) }
        }
    }

    private mutating func tell(_ change: GateChange?, _ gate: Int) {
        if let transition = change?.transition { news.append(.gate(gate, .breaker(transition))) }
        if let timeout = change?.timeout { news.append(.timeout(gate, timeout)) }
    }
}

/// What has changed at an edge and is to be told once.
enum EdgeNews: Sendable {
    /// At this gate.
    case gate(Int, GateEvent)
    /// The limit of an attempt at this gate.
    case timeout(Int, AdaptiveTimeout.Change)
    /// The pool of this service has another size.
    case pool(Int, from: Int, to: Int)
    /// The sizes of a peak, by its name.
    case peak(String, PeakRamp.Event)
    /// More than a tenth of the calls of this route are retried, or no longer.
    case retries(Int, Bool)
}
