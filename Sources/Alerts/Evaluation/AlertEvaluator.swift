import MeshBase
import Reports

/// Says which alerts fire, from one state of the feed to the next. It reads no clock.
package struct AlertEvaluator: Sendable {
    /// Something that began to fire, or fires no longer.
    package struct Change: Sendable, Equatable {
        /// As it is, or was last.
        package var alert: FeedAlert
        /// It fires from now on.
        package var isFiring: Bool
    }

    private struct Key: Hashable {
        var rule: Int
        var subject: String
    }
    private struct Entry {
        /// Since when it is above its bound.
        var from: Instant
        /// When it began to fire, in milliseconds since 1970; nil while it waits.
        var firedAt: Int64?
        var value: Double
    }

    /// Most alerts that are followed at a time; further ones are not told.
    package static let most = 4_096

    /// What it goes by.
    package let rules: [AlertRule]
    /// What requests are held to.
    package var objective: AlertObjective
    /// What was answered so far.
    package private(set) var ledger = RequestLedger()
    private var entries: [Key: Entry] = [:]

    /// Over how long the error budget is reckoned: as long as the longest window of a burn rate.
    package static let budgetWindow = TimeAmount.hours(72)

    /// What is left of the share of requests that may fail; 1 where none was answered, below 0 where it is overspent.
    package func budgetLeft(now: Instant) -> Double {
        1 - (ledger.failureShare(over: Self.budgetWindow, now: now) ?? 0) / objective.allowed
    }

    /// Nothing fires.
    package init(_ rules: [AlertRule] = AlertRule.all, objective: AlertObjective = .usual) {
        self.rules = rules
        self.objective = objective
    }

    /// Looks at a state.
    ///
    /// - Parameters:
    ///   - names: of the cells, in the order of the state's columns.
    ///   - answered: requests that routers answered from the beginning, and those of them that failed with 5xx.
    /// - Returns: what has changed, in the order of the rules.
    package mutating func take(
        _ state: FeedState, names: [String], answered: (total: UInt64, failed: UInt64), now: Instant
    ) -> [Change] {
        ledger.note(total: answered.total, failed: answered.failed, now: now)
        var next: [Key: Entry] = [:]
        var changes: [Change] = []
        for (place, rule) in rules.enumerated() {
            for found in rule.signal.values(state, names: names, ledger, objective, now: now)
            where found.value > rule.bound && next.count < Self.most {
                let key = Key(rule: place, subject: found.subject)
                var entry = entries[key] ?? Entry(from: now, value: found.value)
                entry.value = found.value
                if entry.firedAt == nil, now - entry.from >= rule.holds {
                    entry.firedAt = state.t
                    changes.append(Change(alert: alert(key, entry), isFiring: true))
                }
                next[key] = entry
            }
        }
        for (key, entry) in entries.sorted(by: { Self.precedes($0.key, $1.key) })
        where next[key] == nil && entry.firedAt != nil {
            changes.append(Change(alert: alert(key, entry), isFiring: false))
        }
        entries = next
        return changes
    }

    /// What fires, in the order of the rules.
    package var firing: [FeedAlert] {
        entries.filter { $0.value.firedAt != nil }.sorted { Self.precedes($0.key, $1.key) }
            .map { alert($0.key, $0.value) }
    }

    /// Nothing is above its bound.
    package var isQuiet: Bool { entries.isEmpty }

    /// All rules with what is above their bounds.
    ///
    /// - Parameters:
    ///   - scale: by what windows of burn rates are divided; with another than 1 these are looked at now, whatever fires.
    ///   - t: now, in milliseconds since 1970.
    package func report(_ state: FeedState, scale: Double, now: Instant, t: Int64) -> AlertsReport {
        AlertsReport(
            scale: scale,
            rules: rules.enumerated().map { place, rule in
                var alerts = entries.filter { $0.key.rule == place }.sorted { Self.precedes($0.key, $1.key) }.map {
                    AlertsReport.Alert(
                        subject: $0.key.subject, state: $0.value.firedAt == nil ? .pending : .firing,
                        value: Self.readable($0.value.value), since: $0.value.firedAt,
                        summary: rule.summary(of: $0.key.subject))
                }
                if case .burn = rule.signal, scale != 1 {
                    alerts = rule.signal.values(state, names: [], ledger, objective, scale: scale, now: now)
                        .filter { $0.value > rule.bound }
                        .map {
                            AlertsReport.Alert(
                                subject: $0.subject, state: .firing, value: Self.readable($0.value), since: t,
                                summary: rule.summary)
                        }
                }
                return AlertsReport.Rule(
                    name: rule.name, severity: rule.severity.rawValue, bound: rule.bound,
                    holdsMilliseconds: Int64(rule.holds.milliseconds), alerts: alerts)
            })
    }

    private func alert(_ key: Key, _ entry: Entry) -> FeedAlert {
        FeedAlert(
            name: rules[key.rule].name, subject: key.subject, since: entry.firedAt ?? 0,
            value: Self.readable(entry.value))
    }

    /// A figure as people read it: three digits, and none of a whole number left out.
    private static func readable(_ value: Double) -> Double {
        guard value.isFinite, value.magnitude < 100, value != 0 else { return value.isFinite ? value.rounded() : value }
        var scale = 1.0
        while value.magnitude * scale < 100, scale < 1e6 { scale *= 10 }
        return (value * scale).rounded() / scale
    }

    private static func precedes(_ a: Key, _ b: Key) -> Bool { (a.rule, a.subject) < (b.rule, b.subject) }
}
