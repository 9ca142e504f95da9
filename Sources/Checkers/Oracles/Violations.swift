/// What an oracle found wrong: all are counted, the first few are kept in words.
package struct Violations<Kind: Hashable & Sendable>: Sendable {
    package struct Entry: Hashable, Sendable {
        package var kind: Kind
        package var detail: String
    }

    package private(set) var count = 0
    package private(set) var first: [Entry] = []
    /// At most this many are kept.
    package let limit: Int

    package init(limit: Int = 8) { self.limit = limit }

    package var isEmpty: Bool { count == 0 }

    /// `detail` is only made up if it is kept.
    package mutating func add(_ kind: Kind, _ detail: @autoclosure () -> String) {
        count += 1
        if first.count < limit { first.append(Entry(kind: kind, detail: detail())) }
    }

    package func contains(_ kind: Kind) -> Bool { first.contains { $0.kind == kind } }

    /// For a verdict's detail.
    package var summary: String {
        var text = "\(count) " + (count == 1 ? "violation: " : "violations: ")
        text += first.map(\.detail).joined(separator: "; ")
        if count > first.count { text += "; and \(count - first.count) more" }
        return text
    }
}
