import MeshBase

/// Which process is asked for its ended traces next: only one that has new ones, first those with outcomes, and no more bytes in a
/// second than there is room for.
package struct TraceRounds: Sendable {
    /// Processes that are asked at a time.
    package static let atOnce = 4
    /// Bytes that are fetched in a second, of all processes together.
    package static let rate = 1 << 20
    /// Bytes that may have gathered while nothing was fetched.
    package static let most = 2 << 20

    /// What one process is asked.
    package struct Question: Sendable, Equatable {
        package var process: String
        /// Of this life.
        package var boot: String
        package var after: TraceCursor
    }

    private struct Known: Sendable {
        var boot: String
        /// What was fetched.
        var fetched = TraceCursor()
        /// What there is, as the process said.
        var last = TraceCursor()
        var isAsked = false
        /// It stands in a line, by kind.
        var isWaiting = (outcome: false, plain: false)

        var hasOutcomes: Bool { last.outcome > fetched.outcome }
        var hasNews: Bool { hasOutcomes || last.plain > fetched.plain }
    }

    /// Those that wait for their turn, the first in front; some have nothing new any more when it comes.
    private struct Line: Sendable {
        private var names: [String] = []
        private var first = 0

        mutating func append(_ name: String) { names.append(name) }

        mutating func popFirst() -> String? {
            guard first < names.count else { return nil }
            first += 1
            let name = names[first - 1]
            if first * 2 > names.count {
                names.removeFirst(first)
                first = 0
            }
            return name
        }
    }

    private var known: [String: Known] = [:]
    private var outcomes = Line()
    private var others = Line()
    private var asked = 0
    private var room = Double(Self.most)
    private var filled = Instant.zero

    /// Nobody has told anything.
    package init() {}

    /// A process has said how far its traces are.
    package mutating func heard(_ process: String, boot: String, _ last: TraceCursor) {
        var entry = known[process] ?? Known(boot: boot)
        if entry.boot != boot {
            // Another life begins anew; an answer of the former one that is on its way is dropped.
            if entry.isAsked { asked -= 1 }
            entry = Known(boot: boot)
        }
        entry.last = last
        known[process] = entry
        line(process)
    }

    private mutating func line(_ process: String) {
        guard let entry = known[process], !entry.isAsked, entry.hasNews else { return }
        if entry.hasOutcomes {
            guard !entry.isWaiting.outcome else { return }
            known[process]?.isWaiting.outcome = true
            outcomes.append(process)
        } else if !entry.isWaiting.plain {
            known[process]?.isWaiting.plain = true
            others.append(process)
        }
    }

    /// Whom to ask now; nil where nobody has anything new, enough are asked, or there is no room.
    package mutating func next(now: Instant) -> Question? {
        fill(now)
        guard asked < Self.atOnce, room > 0 else { return nil }
        while let name = outcomes.popFirst() {
            known[name]?.isWaiting.outcome = false
            if let question = ask(name) { return question }
        }
        while let name = others.popFirst() {
            known[name]?.isWaiting.plain = false
            if let question = ask(name) { return question }
        }
        return nil
    }

    private mutating func ask(_ name: String) -> Question? {
        guard let entry = known[name], !entry.isAsked, entry.hasNews else { return nil }
        known[name]?.isAsked = true
        asked += 1
        return Question(process: name, boot: entry.boot, after: entry.fetched)
    }

    /// A question was answered, or was not.
    ///
    /// - Parameters:
    ///   - cursor: up to which all is known; nil where there was no answer: it is asked again when it has told of itself.
    ///   - bytes: that it took.
    /// - Returns: whether the answer is of the life that was asked.
    package mutating func answered(_ question: Question, _ cursor: TraceCursor?, bytes: Int, now: Instant) -> Bool {
        fill(now)
        room -= Double(bytes)
        guard var entry = known[question.process], entry.isAsked, entry.boot == question.boot else { return false }
        asked -= 1
        entry.isAsked = false
        if let cursor {
            entry.fetched = cursor
        } else {
            entry.last = entry.fetched
        }
        known[question.process] = entry
        line(question.process)
        return cursor != nil
    }

    private mutating func fill(_ now: Instant) {
        if now > filled { room = min(room + (now - filled).seconds * Double(Self.rate), Double(Self.most)) }
        filled = max(now, filled)
    }
}
