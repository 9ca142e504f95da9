import Drills
import MeshBase
import Reports

/// Kills cells at random while nobody looks, within hours and by rules that people have set, and says what that did to customers.
/// It does nothing itself: whoever drives it shows it the mesh each second, carries out its orders and tells what came of them.
///
/// Each draw throws a die for each region. Which regions and cells it names is a matter of the seed and of the draw's number alone:
/// what is spared shifts nothing that comes later. One kill is looked at after the other.
package struct Monkey: Sendable {
    /// What is to be done.
    package enum Order: Sendable, Equatable {
        /// Answered by `killed` or `failed`.
        case kill(String, for: TimeAmount)
        /// Something has come of a draw: it is written down. The row has no time.
        case note(MonkeyRow)
    }

    /// What it is at.
    package enum State: String, Sendable {
        case outOfHours = "out-of-hours"
        case waiting, killing, settling, watching, returning
    }

    /// A kill that is being looked at.
    private struct Experiment: Sendable {
        var draw: UInt64
        var region: String
        var cell: String
        var before: Window
        var fault: String?
        var state = State.killing
        var killed = Instant.zero
        /// When the second window began, and what had been answered then.
        var mark: (at: Instant, answered: AnswerTally)?
        var after: Window?
        /// The end of the last second in which more failed than before.
        var lastBad: Instant?
        var freed: Instant?
        var trouble: String?
    }

    /// What was seen over some time.
    struct Window: Sendable {
        var answered: AnswerTally
        var length: TimeAmount
        /// The worst that was seen, in milliseconds.
        var lateness: Double
    }

    private struct Sample: Sendable {
        var at: Instant
        var answered: AnswerTally
        var lateness: Double
    }

    package let plan: MonkeyPlan
    package private(set) var counts: MonkeyCounts
    /// When it draws next.
    package private(set) var nextDraw: Instant
    /// The number of the last draw, whether it was within hours or not.
    package private(set) var draw: UInt64
    private var samples: [Sample] = []
    private var experiment: Experiment?
    private var isWithin = true

    /// How long a cell may take to serve again.
    private static let returning = TimeAmount.minutes(2)

    /// - Parameters:
    ///   - draw: the number of the last draw of an earlier life.
    ///   - counts: of it.
    package init(_ plan: MonkeyPlan, draw: UInt64 = 0, counts: MonkeyCounts = MonkeyCounts(), now: Instant) {
        self.plan = plan
        self.draw = draw
        self.counts = counts
        nextDraw = now + plan.every
    }

    /// What it is at.
    package var state: State { experiment?.state ?? (isWithin ? .waiting : .outOfHours) }
    /// The cell that it has killed and looks at.
    package var cell: String? { experiment?.cell }
    /// The fault of its kill.
    package var fault: String? { experiment?.fault }

    /// A second has gone by.
    package mutating func look(_ sight: MonkeySight, now: Instant) -> [Order] {
        isWithin = plan.isWithin(sight.time)
        samples.append(Sample(at: now, answered: sight.answered, lateness: sight.lateness))
        // One before the window is left, so that the window is whole.
        while samples.count > 2, now - samples[1].at >= plan.window { samples.removeFirst() }
        if samples.count > Self.mostSamples { samples.removeFirst() }
        var orders = follow(sight, now: now)
        if now >= nextDraw {
            // What was slept over, as with a suspended machine, is not drawn again and again.
            let turns = (now - nextDraw).nanoseconds / plan.every.nanoseconds + 1
            draw += UInt64(turns)
            nextDraw = nextDraw + plan.every * turns
            if isWithin { orders += draws(sight, now: now) }
        }
        return orders
    }

    private static let mostSamples = 1_024

    // MARK: Draws

    /// What a draw throws for a region, by its place; nil where it does not hit.
    private func die(_ draw: UInt64, _ place: Int) -> Generator? {
        var generator = Generator(seed: plan.seed, concern: "monkey", node: UInt64(place), counter: draw)
        return generator.unit() < plan.probability ? generator : nil
    }

    /// Whether a draw hits one of so many regions, within its hours or not.
    package func hits(_ draw: UInt64, regions: Int) -> Bool { (0..<regions).contains { die(draw, $0) != nil } }

    private mutating func draws(_ sight: MonkeySight, now: Instant) -> [Order] {
        counts.draws += 1
        var orders: [Order] = []
        let regions = sight.regions
        guard !regions.isEmpty else { return [] }
        // Where several are hit the first one has the kill: it is another one each time.
        var first = Generator(seed: plan.seed, concern: "monkey.first", counter: draw)
        let start = Int(first.below(UInt64(regions.count)))
        for place in regions.indices.map({ ($0 + start) % regions.count }) {
            let region = regions[place]
            guard var generator = die(draw, place) else { continue }
            counts.hits += 1
            if let reason = refusal(region, sight, now: now) {
                counts.spared += 1
                orders.append(
                    .note(MonkeyRow(time: "", draw: draw, region: region, outcome: MonkeyRow.spared, reason: reason)))
                continue
            }
            let candidates = candidates(region, sight)
            let cell = candidates[Int(generator.below(UInt64(candidates.count)))].name
            counts.killed += 1
            experiment = Experiment(draw: draw, region: region, cell: cell, before: window(now), killed: now)
            orders.append(.kill(cell, for: plan.lease))
        }
        return orders
    }

    /// The cells of a region that may be killed: never the one that was started last.
    private func candidates(_ region: String, _ sight: MonkeySight) -> [MonkeySight.Cell] {
        let serving = sight.cells.filter { $0.region == region && $0.serves }
        let newest = serving.max { ($0.started ?? 0) < ($1.started ?? 0) }?.name
        return serving.filter { $0.name != newest && !$0.isExcepted }
    }

    /// Why a region is spared; nil where it is not.
    private func refusal(_ region: String, _ sight: MonkeySight, now: Instant) -> String? {
        if let experiment { return "\(experiment.cell), killed before, is still looked at" }
        if let obstacle = sight.obstacle { return obstacle }
        let serving = sight.cells.count { $0.region == region && $0.serves }
        guard serving > plan.least else {
            return
                "\(Wording.plural(serving, "cell")) \(serving == 1 ? "serves" : "serve"), and more than \(plan.least) have to"
        }
        if candidates(region, sight).isEmpty { return "all but the newest cell are excepted" }
        guard let first = samples.first, now - first.at >= plan.window else {
            return "the mesh has not been looked at for \(Syntax.written(plan.window)) yet"
        }
        return nil
    }

    private func window(_ now: Instant) -> Window {
        guard let first = samples.first, let last = samples.last else {
            return Window(answered: AnswerTally(), length: .zero, lateness: 0)
        }
        return Window(
            answered: last.answered.since(first.answered), length: now - first.at,
            lateness: samples.map(\.lateness).max() ?? 0)
    }

    // MARK: A kill

    /// It was carried out, as this fault.
    package mutating func killed(_ fault: String, now: Instant) {
        experiment?.fault = fault
        experiment?.killed = now
        experiment?.state = .settling
    }

    /// It was refused, or did not work.
    package mutating func failed(_ reason: String) -> [Order] {
        guard let tried = experiment else { return [] }
        experiment = nil
        counts.killed -= 1
        counts.spared += 1
        return [
            .note(
                MonkeyRow(
                    time: "", draw: tried.draw, region: tried.region, cell: tried.cell,
                    outcome: DrillOutcome.error.rawValue,
                    reason: reason))
        ]
    }

    /// It is taken in, and its kill ended with it.
    package mutating func end(_ reason: String) -> [Order] {
        guard var tried = experiment else { return [] }
        experiment = nil
        tried.trouble = tried.trouble ?? reason
        return [.note(verdict(tried))]
    }

    /// Follows the kill that is under way.
    private mutating func follow(_ sight: MonkeySight, now: Instant) -> [Order] {
        guard var tried = experiment, tried.state != .killing else { return [] }
        defer { if experiment != nil { experiment = tried } }
        note(&tried, now)
        if tried.trouble == nil, let obstacle = sight.obstacle { tried.trouble = "meanwhile: \(obstacle)" }
        if tried.state == .settling || tried.state == .watching, !sight.isHeld {
            tried.trouble = tried.trouble ?? "\(tried.cell) was started again before all had been looked at"
            tried.state = .returning
            tried.freed = now
        }
        switch tried.state {
        case .settling where now - tried.killed >= plan.settle:
            tried.state = .watching
            tried.mark = (now, sight.answered)
        case .watching:
            guard let mark = tried.mark, now - mark.at >= plan.window else { break }
            let late = samples.filter { $0.at >= mark.at }.map(\.lateness).max() ?? 0
            tried.after = Window(answered: sight.answered.since(mark.answered), length: now - mark.at, lateness: late)
            tried.state = .returning
        case .returning:
            if tried.freed == nil, !sight.isHeld { tried.freed = now }
            guard let freed = tried.freed else { break }
            let serves = sight.cells.contains { $0.name == tried.cell && $0.serves }
            guard serves || now - freed >= Self.returning else { break }
            experiment = nil
            return [.note(verdict(tried, returned: serves ? now - freed : nil))]
        default: break
        }
        return []
    }

    /// Whether more failed in the last second than before the kill, by more than a verdict allows for.
    private func note(_ tried: inout Experiment, _ now: Instant) {
        guard tried.state == .settling || tried.state == .watching, samples.count >= 2 else { return }
        let second = samples[samples.count - 1].answered.since(samples[samples.count - 2].answered)
        guard second.requests > 0 else { return }
        let before = MonkeyJudgement.share(tried.before.answered.failed, tried.before.answered.requests) ?? 0
        let share = MonkeyJudgement.share(second.failed, second.requests) ?? 0
        if share > before + MonkeyJudgement.mostErrors { tried.lastBad = now }
    }

    private func verdict(_ tried: Experiment, returned: TimeAmount? = nil) -> MonkeyRow {
        var row = MonkeyRow(
            time: "", draw: tried.draw, region: tried.region, cell: tried.cell, outcome: DrillOutcome.passed.rawValue,
            reason: tried.trouble)
        row.fault = tried.fault
        row.before = MonkeyJudgement.figures(tried.before)
        row.after = tried.after.map(MonkeyJudgement.figures)
        row.recoveryMilliseconds =
            tried.after == nil ? nil : max(((tried.lastBad ?? tried.killed) - tried.killed).milliseconds, 0)
        row.returnedMilliseconds = returned?.milliseconds
        guard tried.trouble == nil, let after = tried.after else {
            row.outcome = DrillOutcome.interrupted.rawValue
            return row
        }
        row.claims = MonkeyJudgement.claims(before: tried.before, after: after, returned: returned != nil)
        let broken = row.claims.filter { $0.verdict == .deviated }.map(\.name)
        let open = row.claims.filter { $0.verdict == .undecided }.map(\.name)
        row.conclusive = open.isEmpty
        if !broken.isEmpty {
            row.outcome = DrillOutcome.deviated.rawValue
            row.reason = "not kept: \(broken.joined(separator: "; "))"
        } else if !open.isEmpty {
            row.reason = "undecided: \(open.joined(separator: "; "))"
        }
        return row
    }
}
