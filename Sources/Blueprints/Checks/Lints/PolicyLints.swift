import MeshBase
import Topology

/// What one place writes, against what is in force beside it.
struct PolicyLints {
    let reporter: Reporter
    let written: WrittenPolicies
    var block: PoliciesBlock { written.block }
    var inForce: PoliciesInForce { written.inForce }

    init(reporter: Reporter, written: WrittenPolicies) {
        self.reporter = reporter
        self.written = written
    }

    func check() {
        if let timeouts = block.timeouts { check(timeouts) }
        if let retry = block.retry, inForce.isOn(.retry) { check(retry) }
        if block.hedge != nil, inForce.isOn(.hedge) { checkHedge() }
        if let breaker = block.breaker, inForce.isOn(.breaker) { check(breaker) }
        if let bulkhead = block.bulkhead, inForce.isOn(.bulkhead) { check(bulkhead) }
        if let value = block.value { check(value) }
        if let failure = block.failure { check(failure) }
        if let share = block.shedding?.earlyShare, share > 0 {
            warn(
                .shedBlind, "shedding.early.share",
                "\(Syntax.written(share * 100)) % of all requests are refused under load, whatever they are worth",
                hint: "the thresholds of 'shedding' refuse what matters least first; 'early' is the control beside them"
            )
        }
        checkProbes()
        checkSwitches()
    }

    /// What a wider place has switched off. Where all is off, that is what is wanted.
    private func checkSwitches() {
        guard inForce.profile != .off else { return }
        for entry in PoliciesBlock.entries {
            guard entry.isWritten(in: block), let word = PolicySwitch(rawValue: entry.switchName), !inForce.isOn(word),
                block.off?.contains(word) != true
            else { continue }
            warn(
                .writtenOff, entry.key,
                "'\(entry.key)' does nothing here: a wider 'policies' switches \(word.rawValue) off",
                hint: "leave it out, or out of 'off' there")
        }
    }

    func warn(_ code: ProblemCode, _ key: String, _ message: String, hint: String) {
        reporter.warning(code, at: written.at(key), message, hint: hint)
    }

    private func check(_ timeouts: TimeoutSettings) {
        guard timeouts.connect != nil || timeouts.read != nil, let connect = inForce.values.timeouts?.connect,
            let read = inForce.values.timeouts?.read, connect > read
        else { return }
        warn(
            .connectAboveRead, timeouts.connect == nil ? "timeouts.read" : "timeouts.connect",
            "to connect may take \(Syntax.written(connect)), longer than to wait for an answer (\(Syntax.written(read)))",
            hint: "a connection is made in one round trip: give it less than 'read'")
    }

    private func check(_ value: ValueSettings) {
        guard value.limit != nil || value.valueRate != nil, let limit = inForce.values.value?.limit,
            let rate = inForce.values.value?.valueRate, rate >= limit
        else { return }
        warn(
            .valueRateAboveLimit, value.limit == nil ? "value.value-rate" : "value.limit",
            "at \(Syntax.written(rate)) a second the limit of \(Syntax.written(limit)) is reached within one second: the "
                + "breaker opens when the loss is made",
            hint: "a lower 'value-rate', or a higher 'limit'")
    }

    private func check(_ failure: FailureSettings) {
        guard failure.has(.queue), written.isUnkeyed else { return }
        warn(
            .queueWithoutIdempotency, "failure",
            "what is queued is carried out at least once, and \(written.target.map { "'\($0.name)'" } ?? "the service") "
                + "keeps no keys: it may be carried out twice",
            hint: "idempotency: key")
    }

    private func checkProbes() {
        for probe in HealthSettings.probes where probe.name != "startup" {
            guard let own = block.health?[keyPath: probe.path], own.interval != nil || own.timeout != nil,
                let inForce = inForce.values.health?[keyPath: probe.path], let interval = inForce.interval,
                let timeout = inForce.timeout, interval < timeout
            else { continue }
            warn(
                .probeInterval, "health.\(probe.name).\(own.interval == nil ? "timeout" : "interval")",
                "the next '\(probe.name)' begins after \(Syntax.written(interval)), before the last one has failed "
                    + "(\(Syntax.written(timeout)))",
                hint: "an 'interval' of at least 'timeout'")
        }
    }
}
