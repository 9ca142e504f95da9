import Drills
import MeshBase

/// The looks at what is beside the mesh: which of them wait for an answer, and what the answers came to.
struct CallLooks: Sendable {
    /// What a look is for.
    enum Part: Sendable, Equatable {
        /// Of the hypothesis.
        case before, meanwhile, after
        /// Of the method.
        case step
    }

    /// One that waits for its answer.
    struct Ask: Sendable {
        var part: Part
        var probe: CallProbe
        /// Position among the calls of the hypothesis, or in the method.
        var place: Int
        var since: Instant
    }

    private var asks: [Int: Ask] = [:]
    private var last = 0
    private var claims: [(part: Part, claim: DrillClaim)] = []
    /// Of the method's, those that begin at a time of their own.
    private var timed: [(place: Int, probe: CallProbe, at: Instant)] = []

    /// By position in the hypothesis: looks that were answered, and those of them that were not met.
    private var seen: [Int: (looks: Int, broken: Int, unanswered: Int, last: String)] = [:]
    /// Whole rounds meanwhile, and those that were not met.
    private(set) var rounds = 0
    private(set) var brokenRounds = 0
    private var isBroken = false
    private var nextRound: Instant?

    /// The method begins.
    mutating func begin(now: Instant) { nextRound = now }

    func nextDeadline(_ phase: ScenarioRun.Phase) -> Instant? {
        guard phase == .method else { return nil }
        return (timed.map(\.at) + [isAsking(.meanwhile) ? nil : nextRound].compactMap { $0 }).min()
    }

    /// Nobody waits for an answer any more.
    mutating func forget() {
        (asks, timed, nextRound) = ([:], [], nil)
    }

    func isAsking(_ part: Part) -> Bool {
        asks.values.contains { $0.part == part } || part == .step && !timed.isEmpty
    }

    mutating func ask(_ part: Part, _ place: Int, _ probe: CallProbe, now: Instant) -> Int {
        last += 1
        asks[last] = Ask(part: part, probe: probe, place: place, since: now)
        return last
    }

    /// What an answer is to; nil where nobody waits for it any more.
    mutating func end(_ key: Int) -> Ask? { asks.removeValue(forKey: key) }

    mutating func note(_ part: Part, _ claim: DrillClaim) { claims.append((part, claim)) }

    /// What a part has come to, in the order of its answers; it is forgotten.
    mutating func take(_ part: Part) -> [DrillClaim] {
        defer { claims.removeAll { $0.part == part } }
        return claims.filter { $0.part == part }.map(\.claim)
    }

    // MARK: Background

    mutating func later(_ place: Int, _ probe: CallProbe, at: Instant) { timed.append((place, probe, at)) }

    /// Those whose time has come.
    mutating func takeDue(_ now: Instant) -> [(place: Int, probe: CallProbe)] {
        defer { timed.removeAll { $0.at <= now } }
        return timed.filter { $0.at <= now }.map { ($0.place, $0.probe) }
    }

    // MARK: Meanwhile

    /// Whether another round is due.
    func isRoundDue(_ now: Instant) -> Bool { (nextRound.map { now >= $0 } ?? false) && !isAsking(.meanwhile) }

    /// - Parameter isBroken: what figures of the mesh say already.
    mutating func beginRound(isBroken: Bool) { (self.isBroken, nextRound) = (isBroken, nil) }

    mutating func noteMeanwhile(_ place: Int, isMet: Bool?, _ detail: String) {
        var so = seen[place] ?? (0, 0, 0, "")
        if let isMet {
            so.looks += 1
            if !isMet { (so.broken, so.last) = (so.broken + 1, detail) }
        } else {
            (so.unanswered, so.last) = (so.unanswered + 1, detail)
        }
        if isMet != true { isBroken = true }
        seen[place] = so
    }

    /// The round ends where nobody waits for an answer of it.
    ///
    /// - Returns: whether it did.
    mutating func endRound(_ now: Instant, _ frequency: TimeAmount) -> Bool {
        guard nextRound == nil, !isAsking(.meanwhile) else { return false }
        rounds += 1
        if isBroken { brokenRounds += 1 }
        nextRound = now + frequency
        return true
    }

    /// The share of the rounds that were not met.
    var broken: Double { rounds > 0 ? Double(brokenRounds) / Double(rounds) : 0 }

    /// What was found meanwhile, a claim for each call of the hypothesis.
    func meanwhile(_ calls: [CallProbe]) -> [DrillClaim] {
        calls.enumerated().map { place, probe in
            let so = seen[place]
            var detail = "of \(so?.looks ?? 0) looks"
            if let so, so.unanswered > 0 { detail += ", \(so.unanswered) more without an answer" }
            if let so, !so.last.isEmpty { detail += "; last: \(so.last)" }
            return .count(
                "\(probe.name), meanwhile: looks that were not met", so.map { $0.looks > 0 ? $0.broken : nil } ?? nil,
                unknown: so?.unanswered ?? 0, detail: detail)
        }
    }
}

extension [DrillClaim] {
    /// What looks have come to, in words.
    var told: String { map { "\($0.name): \($0.detail ?? "")" }.joined(separator: "; ") }
}
