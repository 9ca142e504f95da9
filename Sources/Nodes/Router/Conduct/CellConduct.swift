import MeshBase
import Reports
import Resilience

/// How one cell behaves towards this router, and what that is called: a zombie, a flapper, a liar or a slowpoke. What a cell does
/// is judged by what it answers, never by what it says of itself.
///
/// - A **zombie** has not answered 20 attempts and pings over 5 s, while its own packets of the membership came. One that stands
///   still sends none, and neither does one that is cut off.
/// - A **flapper** has fallen silent so, for a second at least, and come back: three changes in a minute. Where none of its packets
///   came meanwhile it is enough that the membership has not doubted it for as long as it would need to.
/// - A **liar** passes more than 90 % of its probes and less than half of what it is asked (`GrayFailureDetector`). What it refuses is
///   no lie. Answers of the last seconds count, since breakers leave few that come later.
/// - A **slowpoke** has taken longer than 1.5 times the p99 of the first hundred of the same service, and not only by a few
///   milliseconds, for most of the last ten that it was asked (`SlowFailureDetector`), and has still taken so long a second
///   later: ten answers that one standstill held up are no slowness. By how much it is slower, it is alone with: where its peers
///   take longer too it is slower than most of them threefold, and the machine's own lateness, as this router meets it, is not
///   held against anybody.
///
/// Where most cells lie or are slow at once it is none of them (`RouterNode.judgeConduct`).
struct CellConduct {
    /// Attempts and pings without an answer that make a zombie, and over how long.
    static let mostUnanswered = 20
    static let longestSilence = TimeAmount.seconds(5)
    /// After so long without an answer it has fallen silent; see `leastUnanswered`.
    static let silence = TimeAmount.seconds(1)
    static let leastUnanswered = 3
    /// So many changes within so long make a flapper.
    static let mostChanges = 3
    static let changesWithin = TimeAmount.minutes(1)
    /// After a silence its times say nothing for so long.
    static let recovery = TimeAmount.seconds(3)
    /// A cell that has answered nothing for so long is listened for in the membership.
    static let doubt = TimeAmount.milliseconds(250)
    /// What is told of a cell counts for so long.
    static let memory = TimeAmount.seconds(10)
    /// It is slow for so long before it is called so, and slower by so much.
    static let slowFor = TimeAmount.seconds(1)
    static let leastSlowness = TimeAmount.milliseconds(10)
    /// So many times as slow as most of its peers.
    static let alone: Float = 3
    /// Peers that have answered within so long are what it is held against.
    static let present = TimeAmount.seconds(3)
    /// A name that goes by answers is kept for so long after they last gave it: of a few answers some are always like others'.
    static let hold = TimeAmount.seconds(3)
    /// Services of a cell whose times are kept.
    static let mostSlots = 16

    /// What it is called now, and why.
    private(set) var name: (animal: CellAnimal, why: String)?
    /// When it was found to be what it is called last.
    private var namedLast = Instant.zero

    // MARK: Silence

    /// Attempts and pings since it was heard last, and when the first of them went.
    private var unanswered = 0
    private var askedFirst: Instant?
    /// A packet of its own has come meanwhile.
    private var isGossiping = false
    private var isOff = false
    /// Times are no sign of slowness before: it was silent, and what it had been asked then is given up late.
    private var slowFrom = Instant.zero
    /// When it fell silent or came back, the latest last.
    private var changes: [Instant] = []

    /// It was asked something.
    @inline(__always)
    mutating func asked(now: Instant) {
        unanswered += 1
        if askedFirst == nil { askedFirst = now }
    }

    /// It has said something, late or not.
    @inline(__always)
    mutating func heard(now: Instant) {
        if askedFirst != nil { spoke(now: now) }
    }

    private mutating func spoke(now: Instant) {
        if isOff { note(change: now) }
        if isSilent(now: now) { slowFrom = now + Self.recovery }
        forgetSilence()
    }

    private mutating func forgetSilence() {
        unanswered = 0
        askedFirst = nil
        isGossiping = false
        isOff = false
    }

    /// Whether its packets are to be listened for.
    func isDoubted(now: Instant) -> Bool { askedFirst.map { now - $0 >= Self.doubt } ?? false }

    private func isSilent(now: Instant) -> Bool { askedFirst.map { now - $0 >= Self.silence } ?? false }

    /// A packet of its own has come while it was doubted.
    mutating func gossiped() { isGossiping = true }

    private mutating func note(change: Instant) {
        changes.append(change)
        if changes.count > Self.mostChanges { changes.removeFirst() }
    }

    private func isFlapping(now: Instant) -> Bool {
        changes.count >= Self.mostChanges && now - changes[0] <= Self.changesWithin
    }

    // MARK: Answers

    /// Of the last seconds and of those before: the older one is judged.
    private var gray = (older: GrayFailureDetector(), newer: GrayFailureDetector())
    private var results = (count: 0, since: Instant.zero, last: Instant.zero)
    private var slots: [Slot] = []
    /// Of the last ten times, whichever service they were of, the newest the lowest bit: whether each was long. Nothing counts
    /// before the service has a baseline.
    private var long: (bits: UInt16, count: Int, last: Instant) = (0, 0, .zero)
    /// Of the last that was long.
    private var longest: (took: TimeAmount, baseline: TimeAmount) = (.zero, .zero)
    private var slowSince: Instant?
    /// How many times their baseline each of the last ten took.
    private var shares = InlineArray<10, Float>(repeating: 0)
    private var next = 0
    /// When the last that was long came.
    private var lastLong = Instant.zero
    /// By how much this router itself runs late: at worst of late, fading.
    private var lateness = TimeAmount.zero

    private struct Slot {
        var slot: Int
        var detector = SlowFailureDetector()
    }

    /// An attempt was answered, well or with a failure of the cell's own.
    mutating func answered(isGood: Bool, slot: Int, took: TimeAmount, now: Instant) {
        gray.older.recordRequest(isGood)
        gray.newer.recordRequest(isGood)
        results.count += 1
        results.last = now
        if isGood { record(took, slot, now: now) }
    }

    /// An attempt was given up after so long: it would have taken that at least, which tells where it is long.
    mutating func gaveUp(slot: Int, after took: TimeAmount, now: Instant) {
        guard !isSilent(now: now), now >= slowFrom, let place = slots.firstIndex(where: { $0.slot == slot }),
            let baseline = slots[place].detector.baseline, took > baseline * slots[place].detector.factor
        else { return }
        record(took, slot, now: now)
    }

    /// An answer that nobody waited for any more.
    mutating func late(slot: Int, took: TimeAmount, now: Instant) {
        if !isSilent(now: now), now >= slowFrom { record(took, slot, now: now) }
    }

    private mutating func record(_ took: TimeAmount, _ slot: Int, now: Instant) {
        guard let place = slots.firstIndex(where: { $0.slot == slot }) else {
            guard slots.count < Self.mostSlots else { return }
            slots.append(Slot(slot: slot))
            slots[slots.count - 1].detector.record(took)
            return
        }
        guard let baseline = slots[place].detector.baseline else { return slots[place].detector.record(took) }
        let isLong =
            took > baseline * slots[place].detector.factor
            && took - baseline >= max(Self.leastSlowness, lateness * Int64(3))
        shares[next] = Float(took.seconds / max(baseline.seconds, 1e-9))
        next = next + 1 == SlowFailureDetector.recent ? 0 : next + 1
        long.bits = long.bits << 1 | (isLong ? 1 : 0)
        long.count = min(long.count + 1, SlowFailureDetector.recent)
        long.last = now
        if isLong { (longest, lastLong) = ((took, baseline), now) }
    }

    private var longOnes: Int {
        (long.bits & (1 << UInt16(SlowFailureDetector.recent) - 1)).nonzeroBitCount
    }

    /// Whether the median of the last ten is too long, each held against what its own service took.
    private var isLong: Bool {
        long.count == SlowFailureDetector.recent && longOnes > SlowFailureDetector.recent / 2
    }

    // MARK: Judgement

    /// Another process has taken its place: what the last one did says nothing of it, but for how often it changed.
    mutating func replaced() {
        let changes = changes
        self = CellConduct()
        self.changes = changes
    }

    /// What a look at it finds, before it is held against the others.
    struct Look {
        var isLying = false
        var isSlow = false
        /// There is something to be compared with.
        var hasResults = false
        var hasTimes = false
        /// How many times as long as at first most of the last ten took; nil where none has come of late.
        var slowness: Float?
    }

    private var slowness: Float {
        var sorted = shares
        for index in 1..<SlowFailureDetector.recent {
            var at = index
            while at > 0, sorted[at] < sorted[at - 1] {
                sorted.swapAt(at, at - 1)
                at -= 1
            }
        }
        return sorted[SlowFailureDetector.recent / 2]
    }

    /// Called at every look at the cells.
    ///
    /// - Parameters:
    ///   - isThere: its link is up, and the membership has no doubt of it.
    ///   - saysWell: it is reached and says that it serves, which is the probe.
    ///   - belief: by when the membership would doubt one that does not answer it.
    ///   - stood: this router itself did not run at its time.
    ///   - late: by how much it did not.
    mutating func look(
        isThere: Bool, saysWell: Bool, belief: TimeAmount, stood: Bool, late: TimeAmount = .zero, now: Instant
    ) -> Look {
        lateness = max(late, lateness - TimeAmount.nanoseconds(lateness.nanoseconds / 8))
        if !isThere || stood {
            // It was down, or nothing can be said of it.
            if isOff { changes.removeLast() }
            forgetSilence()
        }
        if isThere, !isOff, unanswered >= Self.leastUnanswered, let askedFirst, now - askedFirst >= Self.silence,
            isGossiping || now - askedFirst >= belief
        {
            isOff = true
            note(change: now)
        }
        gray.older.recordProbe(saysWell)
        gray.newer.recordProbe(saysWell)
        if results.count >= GrayFailureDetector.least, now - results.since >= .seconds(1) {
            gray.older = gray.newer
            gray.newer.forgetRequests()
            (results.count, results.since) = (0, now)
        }
        var look = Look()
        look.hasResults = now - results.last <= Self.memory
        look.isLying = look.hasResults && gray.older.isGray
        look.hasTimes = long.count == SlowFailureDetector.recent && now - long.last <= Self.memory
        let isSlow = look.hasTimes && isLong && now >= slowFrom && !isSilent(now: now)
        slowSince = isSlow ? slowSince ?? now : nil
        look.isSlow = slowSince.map { lastLong - $0 >= Self.slowFor } ?? false
        if long.count == SlowFailureDetector.recent, now - long.last <= Self.present { look.slowness = slowness }
        return look
    }

    /// Takes what it is called, once it was held against the others.
    ///
    /// - Returns: whether that has changed.
    mutating func judge(_ look: Look, now: Instant) -> Bool {
        let before = name?.animal
        var found = found(look, now: now)
        if found != nil {
            namedLast = now
        } else if before == .liar || before == .slowpoke, now - namedLast < Self.hold {
            found = name
        }
        if found?.animal != before { name = found }
        return found?.animal != before
    }

    private func found(_ look: Look, now: Instant) -> (animal: CellAnimal, why: String)? {
        if isFlapping(now: now) {
            return (.flapper, "it fell silent or came back \(changes.count) times in \(seconds(now - changes[0]))")
        }
        if isGossiping, unanswered >= Self.mostUnanswered, let askedFirst, now - askedFirst >= Self.longestSilence {
            return (.zombie, "it gossips, and has answered none of \(unanswered) in \(seconds(now - askedFirst))")
        }
        if look.isLying { return (.liar, gray.older.explain().detail) }
        if look.isSlow {
            let (took, baseline) = (longest.took.milliseconds, longest.baseline.milliseconds)
            return (
                .slowpoke,
                "\(longOnes) of the last ten were long: \(Wording.time(milliseconds: took)) where "
                    + "99 of 100 took \(Wording.time(milliseconds: baseline)) at first"
            )
        }
        return nil
    }

    private func seconds(_ amount: TimeAmount) -> String { "\(Wording.fixed(amount.seconds, 1)) s" }
}
