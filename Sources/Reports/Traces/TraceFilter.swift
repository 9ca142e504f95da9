/// Which traces somebody wants to see.
package struct TraceFilter: Sendable {
    /// Status 500 and above, and 429.
    package var isFailed = false
    /// Statuses, 100...599; empty for any.
    package var statuses: [ClosedRange<Int>] = []
    /// From so many milliseconds on; a request that goes on counts as what it has taken until now.
    package var slow: Double?
    package var service: String?
    package var customer: String?
    package var cell: String?
    /// The id of a fault that was in force on a path of it.
    package var fault: String?
    /// A policy that said no, or decided against something on the way.
    package var policy: String?

    package init() {}

    /// Statuses as they are written: `503`, `5xx`, or several of them with commas.
    package static func statuses(_ text: String) -> [ClosedRange<Int>]? {
        var found: [ClosedRange<Int>] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            if let status = Int(word), word.utf8.count == 3, (100...599).contains(status) {
                found.append(status...status)
            } else if word.utf8.count == 3, word.lowercased().hasSuffix("xx"),
                let leading = word.first?.wholeNumberValue,
                (1...5).contains(leading)
            {
                found.append(leading * 100...leading * 100 + 99)
            } else {
                return nil
            }
        }
        return found
    }

    /// What processes list together with what was gathered of them: what they say themselves is newer.
    package static func merged(_ own: [TraceHead], kept: [TraceHead]) -> [TraceHead] {
        var known: [String: [TraceHead]] = [:]
        for head in own { known[head.trace, default: []].append(head) }
        return own + kept.filter { head in known[head.trace]?.contains { $0.isSame(as: head) } != true }
    }

    /// What was listed where requests came in, with the faults and policies that cells tell of their parts.
    package static func joined(_ heads: [TraceHead]) -> [TraceHead] {
        var inner: [String: (faults: [String], against: [String])] = [:]
        for head in heads where head.customer.isEmpty {
            inner[head.trace, default: ([], [])].faults += head.faults ?? []
            inner[head.trace, default: ([], [])].against += head.against ?? []
        }
        return heads.filter { !$0.customer.isEmpty }.map { head in
            let parts = ([head.trace] + (head.attempts ?? [])).compactMap { inner[$0] }
            guard !parts.isEmpty else { return head }
            var head = head
            head.faults = GatheredTrace.ordered(Set((head.faults ?? []) + parts.flatMap(\.faults)))
            var against = head.against ?? []
            for policy in parts.flatMap(\.against) where !against.contains(policy) { against.append(policy) }
            head.against = against
            return head
        }
    }

    /// - Parameter now: milliseconds since 1970.
    package func wants(_ head: TraceHead, now: Double) -> Bool {
        // A cell that was called by a router keeps a part; who lists a trace is where it came in.
        guard !head.customer.isEmpty else { return false }
        if isFailed, head.status < 500, head.status != 429 { return false }
        if !statuses.isEmpty, !statuses.contains(where: { $0.contains(head.status) }) { return false }
        if let slow, (head.durationMilliseconds ?? now - head.began) < slow { return false }
        if let service, head.service != service { return false }
        if let customer, head.customer != customer { return false }
        if let cell, head.node != cell, head.cells?.contains(cell) != true { return false }
        if let fault, head.faults?.contains(fault) != true { return false }
        if let policy, head.policy != policy, head.against?.contains(policy) != true { return false }
        return true
    }
}
