import MeshBase
import Topology

extension PolicyLints {
    func check(_ retry: RetrySettings) {
        let now = inForce.values.retry ?? RetrySettings()
        let attempts = inForce.attempts
        if let count = retry.attempts, count > 5 {
            warn(
                .retryTooMany, "retry.attempts", "\(count) attempts: what failed five times fails once more",
                hint: "at most 5, and a breaker")
        }
        guard attempts > 1 else { return }
        checkWaits(retry, now)
        let mayHaveBegun = (now.on ?? []).contains { [.timeout, .reset, .failed].contains($0) }
        if retry.attempts ?? 0 > 1 || !(retry.on ?? []).isEmpty, written.isUnkeyed, mayHaveBegun {
            warn(
                .retryUnsafe, "retry",
                "\(written.name) may be tried again after it began, and the service keeps no keys: it may be carried out "
                    + "twice",
                hint: "idempotency: key, or 'on' without timeout, reset and failed")
        }
        if retry.budgetRatio != nil || retry.budgetFloor != nil, now.budgetRatio == 0, now.budgetFloor == 0 {
            warn(
                .budgetZero, retry.budgetRatio == nil ? "retry.budget.floor" : "retry.budget.ratio",
                "the budget allows no retry, whatever 'attempts' says",
                hint: "a 'floor' of a few a second, a 'ratio' of 20%")
        }
        if retry.attempts != nil { checkHedgeTimesRetry("retry.attempts") }
    }

    private func checkWaits(_ retry: RetrySettings, _ now: RetrySettings) {
        // A schedule is of hours, and somebody's own.
        if let backoff = retry.backoff, !backoff.hasJitter, backoff != .schedule {
            warn(
                .retryWithoutJitter, "retry.backoff",
                "retries with the backoff '\(backoff.rawValue)' come in waves: all callers wait equally long",
                hint: "use decorrelated, full-jitter or equal-jitter")
        } else if let base = retry.base, let cap = retry.cap, base == cap, base > .zero, now.backoff == .decorrelated {
            warn(
                .retryWithoutJitter, "retry.cap",
                "'base' and 'cap' are both \(Syntax.written(base)): all callers wait equally long",
                hint: "a 'cap' of several times 'base'")
        }
        if retry.base == .zero || retry.cap == .zero, now.backoff != .schedule {
            warn(
                .retryWithoutBackoff, retry.base == .zero ? "retry.base" : "retry.cap",
                "retries follow at once: what is overloaded gets its load twice",
                hint: "a 'base' of some milliseconds")
        }
        if let cap = retry.cap, cap > inForce.timeout, written.place == .call || written.place == .service {
            warn(
                .retryCapAboveTimeout, "retry.cap",
                "\(written.name) ends after \(Syntax.written(inForce.timeout)), and a wait between two attempts may be "
                    + "\(Syntax.written(cap))",
                hint: "a 'cap' well below the timeout")
        }
    }

    func checkHedge() {
        let hedges = inForce.hedges
        guard hedges > 0 else { return }
        if written.isUnkeyed || written.edge?.compensation != nil {
            let why = written.isUnkeyed ? "keeps no keys" : "has effects that are compensated"
            warn(
                .hedgeUnsafe, "hedge",
                "\(written.name) is made twice on purpose, and what it calls \(why)",
                hint: "hedge only what can be carried out twice without harm")
        }
        if block.order == .seeds || inForce.order == .seeds {
            warn(
                .orderSeedsWithHedge, "hedge",
                "in the order 'seeds' one place of the bulkhead is held for the whole call: hedges are not counted by it",
                hint: "order: cellmesh, or no hedges")
        }
        if block.hedge?.max != nil { checkHedgeTimesRetry("hedge.max") }
    }

    private func checkHedgeTimesRetry(_ key: String) {
        let product = (1 + inForce.hedges) * inForce.attempts
        // Said once, at the retries, where both are written at one place.
        guard product > 8, key == "retry.attempts" || block.retry?.attempts == nil else { return }
        warn(
            .hedgeTimesRetry, key,
            "\(inForce.attempts) attempts, each with \(inForce.hedges) hedges, are up to \(product) requests for one",
            hint: "fewer of one of them: at most 8 together")
    }
}
