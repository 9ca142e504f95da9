import MeshBase

extension Breaker {
    /// What shares stand on now; 0 of nothing. Below `volume` results they decide nothing.
    public func rates(_ policy: BreakerPolicy, now: Instant) -> (failure: Double, slow: Double, volume: Int) {
        var window = window
        window.advance(policy.window, now: now)
        let counts = window.counts(policy.window, now: now)
        return (counts.failureShare, counts.slowShare, Int(counts.total.rounded()))
    }

    /// Why it answers as it does at this moment.
    ///
    /// - Parameter cause: the name of what bears on it (`influencedBy`); nil where that is not known.
    public func explanation(_ policy: BreakerPolicy, cause: String? = nil, now: Instant) -> Explanation {
        let rates = rates(policy, now: now)
        let threshold = threshold(policy)
        var numbers = [
            Explanation.Number("failure_rate", rates.failure), .init("slow_rate", rates.slow),
            .init("volume", Double(rates.volume)), .init("threshold", threshold),
        ]
        let left = max((until - now).seconds, 0)
        let sentence: String
        switch state {
        case .closed:
            let shares =
                rates.volume < policy.volume
                ? "\(rates.volume) of \(policy.volume) results"
                : "failure rate \(text(rates.failure)) of \(rates.volume), threshold \(text(threshold))"
            let influence = influence(now: now)
            if influence > 0 { numbers.append(.init("influence", influence)) }
            let influenced = "closed, influenced" + (cause.map { " by \($0)" } ?? "")
            sentence =
                influence >= 0.5
                ? "\(influenced): \(text(admittedShare(policy, now: now) * 100)) % admitted, \(shares)"
                : influence > 0 ? "\(influenced), \(shares)" : "closed, \(shares)"
        case .open:
            let opened = openedOn(threshold, policy)
            numbers = opened.numbers + [.init("open_for_seconds", left), .init("openings", Double(openings))]
            sentence =
                opened.detail + (left > 0 ? "open for \(text(left)) s more" : "open, the next call is a probe")
                + (flags.contains(.halved) ? ", half as long for a health of \(text(Double(health)))" : "")
        case .halfOpen:
            numbers += [.init("probes_out", Double(probesOut)), .init("probes_judged", Double(judgedProbes))]
            // Between two probes it is the interval that says no.
            sentence =
                "half-open, \(judgedProbes) of \(Self.probes(policy)) probes judged, \(probesOut) out"
                + (left > 0 ? ", the next in \(text(left)) s" : "")
        case .slowRecovery:
            let share = admittedShare(policy, now: now)
            numbers += [.init("admitted_share", share), .init("in_a_row", Double(goodInARow))]
            sentence = "slow-recovery, \(text(share * 100)) % admitted, \(goodInARow) good ones in a row"
        case .forcedOpen, .disabled, .metricsOnly:
            sentence = until == .distantFuture ? "\(state.name)" : "\(state.name) for \(text(left)) s more"
        }
        return Explanation(sentence, numbers)
    }

    /// What it opened on: of an open breaker nothing else is known. A probe alone leaves no shares.
    private func openedOn(_ threshold: Double, _ policy: BreakerPolicy) -> Explanation {
        let (failure, slow) = (Double(openedShares.x) / 200, Double(openedShares.y) / 200)
        // The share that is above its threshold, and where none is (a row, a probe) what there is.
        let slowRate = slow >= policy.slowRate && failure < threshold ? policy.slowRate : nil
        let rates =
            slowRate.map { "slow rate \(text(slow)) of \(openedVolume), threshold \(text($0)), " }
            ?? "failure rate \(text(failure))" + (slow > 0 ? ", slow rate \(text(slow))" : "")
            + " of \(openedVolume), threshold \(text(threshold)), "
        var numbers = [
            Explanation.Number("failure_rate", failure), .init("slow_rate", slow),
            .init("volume", Double(openedVolume)), .init("threshold", threshold),
        ]
        if let slowRate { numbers.append(.init("slow_threshold", slowRate)) }
        return Explanation(openedVolume == 0 ? "" : rates, numbers)
    }

    private func text(_ value: Double) -> String { ShortNumber.text(value) }
}

extension BreakerTransition {
    /// What an event and a trace say of it.
    public var explanation: Explanation {
        let rates =
            "failure rate \(ShortNumber.text(failureRate)), slow rate \(ShortNumber.text(slowRate)) of \(volume)"
        let time = until > at && until != .distantFuture ? ", for \(ShortNumber.text((until - at).seconds)) s" : ""
        return Explanation(
            "\(to.name): \(cause.name)\(time); \(rates)",
            [
                .init("failure_rate", failureRate), .init("slow_rate", slowRate), .init("volume", Double(volume)),
                .init("until_seconds", max((until - at).seconds, 0)),
            ])
    }
}
