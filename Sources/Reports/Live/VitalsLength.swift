import MeshBase

/// How long a document can be at most, by what is in it: whoever only wants to know that it is short enough makes none.
enum DocumentLength {
    /// The name of a member with its quotes, colon and comma, and a number, a word or a brace behind it.
    static let member = 24 + 25

    /// The longest row of these numbers, with their commas and brackets.
    static func row(_ numbers: some Sequence<some BinaryInteger>) -> Int {
        // Three bits and a little more make a digit; and a sign, and a comma.
        numbers.reduce(2) { sum, number in
            let bits = 64 - UInt64(clamping: number.magnitude).leadingZeroBitCount
            return sum + (bits * 5) >> 4 + 3
        }
    }

    /// Each count that is not zero stands behind the number of its bucket.
    static func latency(_ latency: LatencyCounts) -> Int {
        row(latency.counts.lazy.filter { $0 > 0 }) + 4 * latency.counts.count
    }

    /// With its quotes and a comma; every byte may have to be escaped.
    static func text(_ text: String?) -> Int { text.map { 6 * $0.utf8.count + 3 } ?? 0 }

    static func view(_ view: Vitals.View?) -> Int { view.map { 3 * member + text($0.digest) } ?? 0 }

    static func gates(_ gates: [Vitals.Gate]?) -> Int {
        gates?.reduce(0) { $0 + 7 * member + text($1.from) + text($1.to) + text($1.state) } ?? 0
    }
}

extension CellVitals {
    /// Nil where it holds what is not looked at one by one.
    var mostLength: Int? {
        guard traces == nil, faults == nil, news == nil, host == nil else { return nil }
        var length = 32 * DocumentLength.member + DocumentLength.view(view) + DocumentLength.gates(gates)
        for text in [schema, cell, boot, health, storeID] { length += DocumentLength.text(text) }
        for service in services ?? [] { length += 4 * DocumentLength.member + DocumentLength.text(service.service) }
        for pool in pools ?? [] {
            length += 96 + DocumentLength.row([pool.busy, pool.workers, pool.waiting])
            length += DocumentLength.row([pool.calls, pool.failed, pool.refused]) + DocumentLength.text(pool.service)
        }
        if let condition {
            length += 10 * DocumentLength.member
            for text in [condition.health, condition.level, condition.store, condition.why] {
                length += DocumentLength.text(text)
            }
        }
        if let traffic { length += 8 * DocumentLength.member + DocumentLength.latency(traffic.latency) }
        return length
    }
}

extension RouterVitals {
    /// Nil where it holds what is not looked at one by one.
    var mostLength: Int? {
        guard traces == nil, impaired == nil, faults == nil, news == nil, host == nil else { return nil }
        var length = 24 * DocumentLength.member + DocumentLength.view(view) + DocumentLength.gates(gates)
        for text in [schema, router, boot] { length += DocumentLength.text(text) }
        for (cell, address) in reached { length += DocumentLength.text(cell) + DocumentLength.text(address) }
        for (cell, animal) in named ?? [:] {
            length += DocumentLength.text(cell) + DocumentLength.text(animal.rawValue)
        }
        if requests != nil { length += 8 * DocumentLength.member }
        if let latency { length += DocumentLength.latency(latency) }
        if let cells {
            length += 4 * DocumentLength.member + DocumentLength.row(cells.attempts) + DocumentLength.row(cells.failed)
            // What is not there is `null`.
            for column in [cells.p50, cells.p99] { length += DocumentLength.row(column.map { $0 ?? 9_999 }) }
        }
        if let impact {
            length += 20 * DocumentLength.member
            for text in [impact.marks, impact.quorumMarks] { length += DocumentLength.text(text) }
            for places in [impact.struck, impact.impaired] { length += DocumentLength.row(places ?? []) }
            for cohort in impact.cohorts ?? [] { length += 1 + DocumentLength.row(cohort) }
        }
        return length
    }
}
