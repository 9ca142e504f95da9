import MeshBase
import Topology

extension PolicyLints {
    func check(_ breaker: BreakerSettings) {
        checkVolume(breaker)
        for (key, rate) in [("breaker.failure_rate", breaker.failureRate), ("breaker.slow_rate", breaker.slowRate)] {
            guard let rate, rate < 0.05 else { continue }
            warn(
                .breakerTooLow, key,
                "a breaker that opens at \(Syntax.written(rate * 100)) % opens for failures that always happen",
                hint: "at least 5 %, well above the rate in good times")
        }
        guard written.place == .call, let target = written.target, !written.hasFallback else { return }
        if written.edge?.criticality != .core, block.breaker?.predict != .open {
            warn(
                .breakerWithoutFallback, "breaker",
                "the caller goes on without '\(target.name)' while its breaker is open, and says nothing in its place",
                hint: "fallback: [cached, static], or [empty] if there is nothing to say")
        }
        if breaker.predict == .open {
            warn(
                .predictOpenWithoutFallback, "breaker.predict",
                "calls to '\(target.name)' that would have succeeded are refused on a guess, and nothing stands in for them",
                hint: "a fallback, or predict: watch")
        }
    }

    private func checkVolume(_ breaker: BreakerSettings) {
        let attempts = inForce.attempts
        for (key, count) in [("breaker.volume", breaker.volume), ("breaker.consecutive", breaker.consecutive)] {
            guard let count else { continue }
            if count == 1 {
                warn(
                    .breakerVolume, key, "a breaker that judges by one call opens on a single failure",
                    hint: "judge at least 10 calls, or 3 in a row")
            } else if count <= attempts, attempts > 1 {
                warn(
                    .breakerBelowAttempts, key,
                    "one call with its \(attempts) attempts is enough to open a breaker that judges \(count)",
                    hint: "more than the attempts of one call")
            }
        }
        let kind = breaker.kind ?? .rate
        let isAdaptive = breaker.adaptive == true || ![.rate, .consecutive].contains(kind)
        if isAdaptive, let volume = breaker.volume, volume < 5 {
            warn(
                .adaptiveWithoutVolume, "breaker.volume",
                "\(volume) results say nothing about how much a rate varies", hint: "a 'volume' of at least 5")
        }
    }

    func check(_ bulkhead: BulkheadSettings) {
        if bulkhead.concurrent == 1 {
            warn(
                .bulkheadOfOne, "bulkhead.concurrent", "one call at a time: one slow call stops all others",
                hint: "at least 2")
        }
        if let wait = bulkhead.wait, let cap = inForce.values.retry?.cap, inForce.attempts > 1, wait > cap / 4 {
            warn(
                .waitAboveBackoff, "bulkhead.wait",
                "a call waits up to \(Syntax.written(wait)) for its place, and retries follow after at most "
                    + "\(Syntax.written(cap)): those who wait meet those who come again",
                hint: "at most \(Syntax.written(cap / 4)), a quarter of 'cap'")
        }
        let isMoving = bulkhead.limit.map { [.aimd, .gradient, .vegas].contains($0) } ?? false
        if isMoving, let most = bulkhead.concurrent, most < 4 {
            warn(
                .limitFloor, "bulkhead.concurrent",
                "a limit moves between 3 and 'concurrent', which is \(most): it cannot move",
                hint: "at least 4, or limit: fixed")
        }
        if bulkhead.queue != nil, let put = inForce.values.bulkhead?.put, written.place == .call, put >= inForce.timeout
        {
            warn(
                .queueAboveDeadline, bulkhead.put == nil ? "bulkhead.queue" : "bulkhead.put",
                "a call may wait \(Syntax.written(put)) to be queued, and ends after \(Syntax.written(inForce.timeout))",
                hint: "a 'put' well below the timeout")
        }
    }
}
