import MeshBase

extension CallState {
    /// What is to be done next; nil: nothing, until an event comes.
    public mutating func next(in scope: inout CallScope, now: Instant) -> CallDirective? {
        // Before the cancel of the same attempt: what is slow is counted, then given up.
        if let index = untoldOverdue.popFirst() { return .overdue(CallToken(UInt8(index))) }
        // Before the settlement: whoever hears of it finds the losers withdrawn.
        if let index = untoldCancels.popFirst() {
            let attempt = attempts[index]
            return .cancel(CallCancel(token: CallToken(UInt8(index)), reason: attempt.reason, mark: attempt.mark))
        }
        if settlement == nil, let start = nextStart(in: &scope, now: now) { return .start(start) }
        if let settlement {
            guard !isTold else { return nil }
            isTold = true
            return .settle(settlement, order.records == .call ? lastMark : .nothing)
        }
        return arm()
    }

    private mutating func nextStart(in scope: inout CallScope, now: Instant) -> CallStart? {
        if pending == nil {
            if wakeAt <= now {
                wakeAt = .distantFuture
                pending = .retry
            } else if hedgeAt <= now, !live.isEmpty {
                hedge(isDue: true, in: &scope, now: now)
            }
        }
        guard let kind = pending else { return nil }
        pending = nil
        offered = kind == .hedge ? hedgeTargets(now: now) : targets(now: now)
        // The driver came too late, or what could be asked is gone.
        let hasTime = kind == .first ? until > now : hasTime(for: .zero, now: now)
        guard hasTime, !isSpent, !offered.isEmpty, used < Self.mostAttempts else {
            unpay(kind, in: &scope, now: now)
            isMove = false
            if live.isEmpty { fail(isSpent ? .unsafe : hasTime ? .exhausted : .noTime, in: &scope, now: now) }
            return nil
        }
        return start(kind, in: &scope, now: now)
    }

    private mutating func start(_ kind: AttemptKind, in scope: inout CallScope, now: Instant) -> CallStart {
        let token = CallToken(UInt8(used))
        attempts[used].kind = kind
        attempts[used].isBudgeted = isPaid
        isPaid = false
        live.insert(TargetSet(position: used))
        used += 1
        scope.counters.count(kind)
        if kind == .hedge {
            hedges += 1
            hedgeAt = hedges < mostHedges ? roundAt + hedgeDelay * (hedges + 1) : .distantFuture
        } else {
            tries += 1
            roundAt = now
            hedgeAt = .distantFuture
            if kind == .retry, !isMove {
                retries += 1
                hedges = 0
                if retries == 1 { scope.budget.callRetried(now: now) }
            }
        }
        isMove = false
        return CallStart(
            token: token, kind: kind, targets: offered,
            isGated: order.gates == .attempt || used == 1)
    }

    /// One timer for all that can be due, so that a call that ends soon arms once. A timer that is early is left: it is
    /// armed anew when it fires.
    private mutating func arm() -> CallDirective? {
        var at = min(until, wakeAt)
        if !live.isEmpty { at = min(at, hedgeAt) }
        var rest = live
        while let index = rest.popFirst() {
            at = min(at, attempts[index].due)
            if order.records == .attempt, attempts[index].lateness == .none {
                at = min(at, attempts[index].overdueAt)
            }
        }
        guard at < armedAt else { return nil }
        armedAt = at
        return .arm(at)
    }

    /// Who may be asked now, first or again: whoever was not yet; failing that, whoever can be and does not want to be left
    /// alone.
    // Inlined, as otherwise the whole call is copied to ask it.
    @inline(__always) func targets(now: Instant) -> TargetSet {
        let fresh = fresh
        return fresh.isEmpty ? patient(now: now) : fresh
    }

    /// Targets that no attempt was for.
    @inline(__always) var fresh: TargetSet { (bound ?? all).subtracting(tried) }

    /// Targets that may be asked again now.
    func patient(now: Instant) -> TargetSet {
        var patient = askable
        for index in 0..<used where attempts[index].phase == .over && attempts[index].due > now {
            patient.subtract(attempts[index].targets)
        }
        return patient
    }

    /// Without those whose gate lets nothing through, unless blocked attempts are to be tried again.
    @inline(__always) private var askable: TargetSet {
        (bound ?? all).subtracting(retriesBlocked ? [] : blockedTargets)
    }

    /// From when on somebody may be asked again; nil: nobody ever.
    func patience(now: Instant) -> Instant? {
        var earliest: Instant?
        var rest = askable
        while let position = rest.popFirst() {
            var at = now
            for index in 0..<used where attempts[index].phase == .over && Int(attempts[index].target) == position {
                at = max(attempts[index].due, at)
            }
            earliest = min(earliest ?? at, at)
        }
        return earliest
    }

    /// The budget gets back what was paid for an attempt that does not begin.
    mutating func unpay(_ kind: AttemptKind, in scope: inout CallScope, now: Instant) {
        guard isPaid else { return }
        isPaid = false
        scope.budget.giveBack(isHedge: kind == .hedge, now: now)
    }
}
