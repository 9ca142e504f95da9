import MeshBase

/// Decides whether calls under idempotency keys were carried out once and answered alike: the work of a key is begun at most
/// once, by whichever cell, and all answers to it that say that it was done are the same.
///
/// Work that was turned away before it began counts for nothing. What was given up by an operator is not judged.
package struct KeyChecker: Sendable {
    package enum Violation: Hashable, Sendable {
        /// Two calls of one key were carried out.
        case doneTwice
        /// Two answers to one key differ.
        case answersDiffer
        /// An answer says that work was done which nobody has begun.
        case answeredUnbegun
    }
    /// A customer's key of one service.
    package struct Key: Hashable, Sendable {
        package var customer: [UInt8]
        /// As the shard keeps it: service and key.
        package var key: [UInt8]

        package init(customer: [UInt8], key: [UInt8]) {
            self.customer = customer
            self.key = key
        }

        fileprivate var text: String {
            let parts = key.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return "\(String(decoding: customer, as: UTF8.self)), \(parts.joined(separator: " "))"
        }
    }
    private struct Seen: Sendable {
        var begun = 0
        var answer: UInt64?
    }

    package private(set) var violations = Violations<Violation>()
    /// Answers that were held against another one of their key.
    package private(set) var compared = 0
    private var seen: [Key: Seen] = [:]
    private var givenUp: Set<[UInt8]> = []

    package init() {}

    /// A cell begins the work of a key; or it has turned it away after all, before it began.
    package mutating func work(_ key: Key, hasBegun: Bool) {
        guard !givenUp.contains(key.customer) else { return }
        seen[key, default: Seen()].begun += hasBegun ? 1 : -1
        if hasBegun, seen[key]!.begun > 1 { violations.add(.doneTwice, "\(key.text) was carried out twice") }
    }

    /// A client was told that the work of a key was done.
    ///
    /// - Parameter answer: a hash of all that it was told.
    package mutating func answered(_ key: Key, _ answer: UInt64) {
        guard !givenUp.contains(key.customer) else { return }
        if seen[key]?.begun ?? 0 < 1 {
            violations.add(.answeredUnbegun, "\(key.text) was answered and not carried out")
        }
        guard let known = seen[key]?.answer else {
            seen[key, default: Seen()].answer = answer
            return
        }
        compared += 1
        if known != answer { violations.add(.answersDiffer, "\(key.text) has two answers") }
    }

    /// What is known of these customers may be lost from now on.
    package mutating func giveUp(_ isGivenUp: ([UInt8]) -> Bool) {
        for key in seen.keys where isGivenUp(key.customer) { givenUp.insert(key.customer) }
        seen = seen.filter { !givenUp.contains($0.key.customer) }
    }

    /// Judged where an answer could be held against another one.
    package func verdict(oracle: String = "keys") -> Verdict {
        var detail = "\(seen.count) idempotency keys, \(compared) answers given again"
        if !violations.isEmpty { detail += "; " + violations.summary }
        return Verdict(oracle: oracle, ok: violations.isEmpty, compared > 0 ? .judged : .vacuous, detail: detail)
    }
}
