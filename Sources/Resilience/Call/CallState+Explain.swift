import MeshBase

/// What a trace says of a call; made only where one is asked for.
extension CallState {
    /// What the word for a directive is in a trace, of those that traces know: `started retried hedged cancelled overdue
    /// settled`; nil for a timer.
    public static func decision(_ directive: CallDirective) -> StaticString? {
        switch directive {
        case .start(let start):
            switch start.kind {
            case .first: "started"
            case .retry: "retried"
            case .hedge: "hedged"
            }
        case .cancel: "cancelled"
        case .overdue: "overdue"
        case .arm: nil
        case .settle: "settled"
        }
    }

    /// Why the call wants what it wants.
    public func explain(
        _ directive: CallDirective, in scope: borrowing CallScope, now: Instant
    ) -> Explanation {
        let remaining = Explanation.Number("remaining_ms", max(until - now, .zero).milliseconds)
        switch directive {
        case .start(let start): return explain(start, scope.plan, now, remaining)
        case .cancel(let cancel):
            return Explanation("attempt \(cancel.token.rawValue + 1) \(cancel.reason.name)", [remaining])
        case .overdue(let token):
            let out = now - attempts[token.index].at
            return Explanation(
                "attempt \(token.rawValue + 1) is out for \(Self.text(out)) ms, slow from "
                    + "\(Self.text(attempts[token.index].overdueAt - attempts[token.index].at)) ms on",
                [.init("out_ms", out.milliseconds), remaining])
        case .arm(let at): return Explanation("woken in \(Self.text(at - now)) ms", [remaining])
        case .settle(let how, _): return explain(how, scope, now, remaining)
        }
    }

    private func explain(
        _ start: CallStart, _ plan: borrowing CallPlan, _ now: Instant, _ remaining: Explanation.Number
    ) -> Explanation {
        switch start.kind {
        case .first:
            return Explanation(used == 1 ? "first attempt" : "first attempt, at the next target", [remaining])
        case .retry:
            return Explanation(
                "attempt \(tries) of \(plan.retry.attempts) after \(lastKind.name), waited "
                    + "\(Self.text(previousDelay)) ms",
                [
                    .init("attempt", Double(tries)), .init("attempts", Double(plan.retry.attempts)),
                    .init("delay_ms", previousDelay.milliseconds), remaining,
                ])
        case .hedge:
            return Explanation(
                "hedge \(hedges) of \(plan.hedge.max), \(Self.text(now - roundAt)) ms after the attempt beside it",
                [.init("hedge", Double(hedges)), .init("after_ms", (now - roundAt).milliseconds), remaining])
        }
    }

    private func explain(
        _ how: CallSettlement, _ scope: borrowing CallScope, _ now: Instant, _ remaining: Explanation.Number
    ) -> Explanation {
        let numbers = [
            Explanation.Number("attempts", Double(used)), .init("retries", Double(retries)),
            .init("took_ms", (now - began).milliseconds), remaining,
        ]
        switch how {
        case .answer(let token):
            return Explanation("by attempt \(token.rawValue + 1) after \(Self.text(now - began)) ms", numbers)
        case .withdrawn: return Explanation("withdrawn after \(Self.text(now - began)) ms", numbers)
        case .fallback(let failure), .fail(let failure):
            let last =
                used == 0 ? "no attempt" : "\(used) attempt\(used == 1 ? "" : "s"), the last \(failure.kind.name)"
            let why: String
            switch failure.verdict {
            case .none, .recovered: why = failure.policy == .deadline ? "; the deadline has passed" : ""
            case .exhausted: why = "; all \(scope.plan.retry.attempts) are used up"
            case .overBudget:
                // As a value of its own: what is shown changes nothing.
                var budget = scope.budget
                why = "; no token left: \(budget.explain(now: now).detail)"
            case .unsafe: why = "; it may have begun and must not begin twice"
            case .noTime: why = "; \(Self.text(max(until - now, .zero))) ms are too short for another"
            }
            return Explanation(last + why, numbers)
        }
    }

    private static func text(_ time: TimeAmount) -> String { ShortNumber.text(time.milliseconds, places: 1) }
}

extension CallCancel.Reason {
    /// As a trace ends the sentence "attempt 2 ...".
    public var name: StaticString {
        switch self {
        case .limit: "ran into its limit"
        case .acquire: "waited too long at the gate"
        case .lost: "lost to another"
        case .callTime: "ended with the call's time"
        case .withdrawn: "is wanted by nobody"
        }
    }
}
