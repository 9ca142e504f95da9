extension LoadReport {
    /// For people: a few aligned lines, without what is zero and of no interest then.
    package var text: String {
        var lines: [String] = []
        func line(_ name: String, _ value: String) {
            lines.append(name + String(repeating: " ", count: max(1, 13 - name.count)) + value)
        }
        line(
            "requests",
            "\(requests) in \(Self.seconds(durationMs)), \(Self.short(rate))/s of \(Self.short(targetRate))/s"
                + (partial ? " (stopped early)" : ""))
        line("ok", "\(ok)" + (requests > 0 ? " (\(Self.percent(ok, of: requests)))" : ""))
        if failed > 0 { line("failed", "\(failed) (\(Self.percent(failed, of: requests)))") }
        if dropped > 0 { line("dropped", "\(dropped) (\(Self.percent(dropped, of: requests))): all connections busy") }
        let others = byOutcome.filter { $0.key != "ok" && $0.key != "dropped" && $0.value > 0 }
        if !others.isEmpty {
            let parts = others.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            line("", parts.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        }
        line(
            "latency",
            "p50 \(Self.time(latencyMs.p50))  p90 \(Self.time(latencyMs.p90))  p99 \(Self.time(latencyMs.p99))  "
                + "p99.9 \(Self.time(latencyMs.p999))  max \(Self.time(latencyMs.max))")
        if lagMs.p99 > 5 {
            line("", "the generator itself was late (p99 \(Self.time(lagMs.p99))): this machine is too busy")
        }
        if byPriority.count > 1 {
            let parts = ["critical", "high", "normal", "low"].compactMap { name in
                byPriority[name].map { "\(name) \(Self.percent($0.ok, of: $0.requests))" }
            }
            line("ok, by class", parts.joined(separator: "  "))
        }
        let shed = ["critical", "high", "normal", "low"].compactMap { name in
            byPriority[name].flatMap { $0.shed > 0 ? "\(name) \(Self.percent($0.shed, of: $0.requests))" : nil }
        }
        if !shed.isEmpty { line("shed", shed.joined(separator: "  ")) }
        line(
            "customers",
            "\(customers.seen) seen: \(customers.lost) lost, \(customers.degraded) degraded, "
                + "\(customers.untouched) untouched")
        if writes.acknowledged > 0 || writes.unknown > 0 {
            line(
                "writes",
                "\(writes.acknowledged) acknowledged, "
                    + (writes.verified ? "\(writes.lost) lost" : "not read back (--verify)")
                    + (writes.unknown > 0 ? ", \(writes.unknown) unknown" : "")
                    + (writes.unverified > 0 ? ", \(writes.unverified) could not be judged" : ""))
        }
        if degraded.answers > 0 {
            let parts = degraded.by.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(8)
            line(
                "degraded",
                "\(degraded.answers) answers: " + parts.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        }
        if retryAfter > 0 { line("retry after", "\(retryAfter) answers say when to come again") }
        if let amplification, let retries {
            let layers = [("routers", amplification.router), ("cells", amplification.edge)]
                .compactMap { layer, ratio in ratio.map { "\(Self.short($0)) in \(layer)" } }
            if !layers.isEmpty {
                line(
                    "amplified",
                    "attempts for each call: \(layers.joined(separator: ", ")); \(retries.router + retries.edge) retries, "
                        + "\(retries.hedges) hedges")
            }
        }
        if let chargedOnce, chargedOnce.ok {
            line(
                "charged once",
                "\(chargedOnce.charged) keys, \(chargedOnce.answered) answered, \(chargedOnce.repeated) of them again"
                    + (chargedOnce.missing.isEmpty
                        ? "" : "; counts are missing of \(chargedOnce.missing.joined(separator: ", "))"))
        }
        for (name, text) in comparison?.lines ?? [] { line(name, text) }
        for verdict in verdicts where !verdict.ok {
            line(verdict.conclusive ? "violated" : "inconclusive", "\(verdict.oracle): \(verdict.detail)")
        }
        for result in slo {
            let observed = result.observedText ?? "nothing measured"
            line("objective", "\(result.ok ? "met     " : "violated") \(result.expression)  (\(observed))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func percent(_ part: UInt64, of whole: UInt64) -> String {
        guard whole > 0, part <= whole else { return "-" }
        // Rounded down, so that only all is 100 %.
        let hundredths = part.multipliedFullWidth(by: 10_000)
        let value = whole.dividingFullWidth((hundredths.high, hundredths.low)).quotient
        let rest = value % 100
        return "\(value / 100)" + (rest == 0 ? "" : rest < 10 ? ".0\(rest)" : ".\(rest)") + "%"
    }

    private static func seconds(_ milliseconds: Double) -> String { short(milliseconds / 1000) + " s" }
    static func time(_ milliseconds: Double) -> String {
        milliseconds < 1 ? short(milliseconds * 1000) + " us" : short(milliseconds) + " ms"
    }

    /// About three significant digits.
    static func short(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
        let factor: Double =
            value.magnitude >= 100 ? 1 : value.magnitude >= 10 ? 10 : value.magnitude >= 1 ? 100 : 10_000
        let rounded = (value * factor).rounded() / factor
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
