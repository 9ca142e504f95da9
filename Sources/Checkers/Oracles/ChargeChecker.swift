import MeshBase

/// Decides whether calls under idempotency keys were charged once: what was carried out, as the cells have counted it,
/// against what the clients were told.
///
/// A key is charged at most once over all cells, whatever its calls were answered; one that was answered as done was charged,
/// and all its answers that say so are the same. What was turned away or is unknown may be charged or not. What was accepted
/// to be done later is carried out at least once, as its cell may die with the work done and nobody told.
package struct ChargeChecker: Sendable {
    package enum Violation: Hashable, Sendable {
        /// The cells have carried out more than one call of a key.
        case chargedTwice
        /// A client was told that a key was done which no cell has carried out.
        case answeredUncharged
        /// Two answers to one key differ.
        case answersDiffer
        /// Of two answers to one key both say that they are the first.
        case twoFirst
    }
    private struct Seen: Sendable {
        var answer: UInt64?
        var times: UInt32 = 0
        var hasFirst = false
        /// It was accepted to be done later.
        var isQueued = false
    }

    /// Further keys are not judged, but counted.
    package static let most = 1_000_000

    package private(set) var violations = Violations<Violation>()
    /// Keys of which an answer says that they were done.
    package private(set) var answered = 0
    /// Answers that were held against another one of their key.
    package private(set) var repeated = 0
    /// Keys that were accepted to be done later.
    package private(set) var queued = 0
    /// Keys that the cells have carried out.
    package private(set) var charged = 0
    /// Answers and counts of keys beyond `most`.
    package private(set) var unjudged = 0
    /// Cells whose counts are missing, in whole or in part; with one of them nobody knows what was never charged.
    package private(set) var missing: [String] = []
    private var seen: [UInt64: Seen] = [:]

    package init() {}

    /// A client was told that a key was done.
    ///
    /// - Parameters:
    ///   - answer: a hash of what it was told.
    ///   - isReplay: it was told that this was another call's answer.
    package mutating func answered(_ key: UInt64, _ answer: UInt64, isReplay: Bool) {
        guard take(key) else { return }
        var entry = seen[key, default: Seen()]
        if let known = entry.answer {
            repeated += 1
            if known != answer { violations.add(.answersDiffer, "key \(key) has two answers") }
        } else {
            answered += 1
            entry.answer = answer
        }
        if !isReplay {
            if entry.hasFirst { violations.add(.twoFirst, "key \(key) was answered twice as if for the first time") }
            entry.hasFirst = true
        }
        seen[key] = entry
    }

    /// A client was told that a key will be done later: that is no answer yet.
    package mutating func queued(_ key: UInt64) {
        guard take(key) else { return }
        if seen[key, default: Seen()].isQueued == false { queued += 1 }
        seen[key, default: Seen()].isQueued = true
    }

    /// A cell has carried out so many calls of a key. Each cell is asked once.
    package mutating func charged(_ key: UInt64, times: UInt32, by cell: String) {
        guard times > 0, take(key) else { return }
        var entry = seen[key, default: Seen()]
        if entry.times == 0 { charged += 1 }
        entry.times &+= times
        if entry.times > 1, !entry.isQueued {
            violations.add(.chargedTwice, "key \(key) was charged \(entry.times) times, last by \(cell)")
        }
        seen[key] = entry
    }

    /// What a cell has carried out is not known, or not all of it.
    package mutating func lacks(_ cell: String) { missing.append(cell) }

    private mutating func take(_ key: UInt64) -> Bool {
        if seen.count < Self.most || seen[key] != nil { return true }
        unjudged += 1
        return false
    }

    /// Judged once every cell was asked. What was charged twice is found whatever is missing.
    package func verdict(oracle: String = "charged-once") -> Verdict {
        var violations = violations
        if missing.isEmpty {
            for (key, entry) in seen.sorted(by: { $0.key < $1.key }) where entry.answer != nil && entry.times == 0 {
                violations.add(.answeredUncharged, "key \(key) was answered as done, and no cell has charged it")
            }
        }
        var detail = "\(answered) keys answered, \(charged) charged, \(repeated) answers given again"
        if queued > 0 {
            let open = seen.values.reduce(0) { $0 + ($1.isQueued && $1.times == 0 ? 1 : 0) }
            detail += "; \(queued) were to be done later" + (open > 0 ? ", \(open) of them not yet" : "")
        }
        if !missing.isEmpty {
            detail += "; counts are missing of \(missing.prefix(8).joined(separator: ", "))"
            if missing.count > 8 { detail += " and \(missing.count - 8) more" }
        }
        if unjudged > 0 { detail += "; \(unjudged) beyond the first \(Self.most) keys were not judged" }
        if !violations.isEmpty { detail += "; " + violations.summary }
        return Verdict(
            oracle: oracle, ok: violations.isEmpty, answered + charged > 0 ? .judged : .vacuous, detail: detail)
    }
}
