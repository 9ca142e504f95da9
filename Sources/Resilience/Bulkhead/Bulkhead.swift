import MeshBase

/// A semaphore bulkhead (C14): at most `limit` calls are out at a target, so that a slow one holds no more of its caller
/// than that; a few may wait, the more important first. Pure: the holder has the calls and their timers.
///
///     switch bulkhead.ask(ticket, policy, priority: .normal, now: now, deadline: deadline) {
///     case .run: send()                                    // giveBack(priority:now:) when it ends
///     case .wait(let until, let other): arm(until)         // withdraw(ticket) when that fires; `other` is refused
///     case .refused: fail()
///     }
///     // After a place came back or the limit grew:  while let waiter = bulkhead.next(now: now) { send(waiter.ticket) }
///
/// Who waits is ended by its own timer: one whose time is over is passed over when a place becomes free, and
/// `withdraw` tells that it was.
public struct Bulkhead: Sendable {
    /// What became of one that asked.
    public enum Answer: Sendable, Equatable {
        /// It has a place.
        case run
        /// It waits no longer than `until`; `inPlaceOf` had waited and is turned away, displaced.
        case wait(until: Instant, inPlaceOf: UInt64?)
        case refused(BulkheadRefusal)
    }

    /// Places there are; more may be out for a while after it was lowered.
    public private(set) var limit: Int
    /// Who is out, by class and on average.
    public internal(set) var occupancy: Occupancy
    var line = WaitingLine()
    /// What was turned away since the start.
    public private(set) var refusals = BulkheadRefusals()

    /// Nobody out.
    public init(_ policy: BulkheadPolicy, now: Instant) {
        limit = policy.concurrent
        occupancy = Occupancy(now: now)
    }

    /// Calls out now.
    public var busy: Int { occupancy.count }
    /// Calls that wait now.
    public var waiting: Int { line.count }
    /// Calls out over places, 0 and more.
    public var utilisation: Double { Double(busy) / Double(limit) }

    /// Asks for a place.
    ///
    /// - Parameters:
    ///   - ticket: the holder's name for the call, unlike any that waits.
    ///   - deadline: after which a place is of no use.
    @inline(__always)
    public mutating func ask(
        _ ticket: UInt64, _ policy: BulkheadPolicy, priority: Priority, now: Instant,
        deadline: Instant = .distantFuture
    ) -> Answer {
        // Where the limit has just grown somebody may still wait, who came first.
        if hasRoom(for: priority) {
            occupancy.enter(priority, now: now)
            return .run
        }
        return askLine(ticket, policy, priority, now, deadline)
    }

    @inline(never)
    private mutating func askLine(
        _ ticket: UInt64, _ policy: BulkheadPolicy, _ priority: Priority, _ now: Instant, _ deadline: Instant
    ) -> Answer {
        let until = min(now + policy.wait, deadline)
        guard until > now, policy.places > 0 else { return refuse(.full) }
        var displaced: UInt64?
        if line.count >= policy.places {
            guard let other = line.popLast(below: priority) else { return refuse(.full) }
            refusals[.displaced] += 1
            displaced = other.ticket
        }
        line.append(Waiter(ticket: ticket, priority: priority, since: now, until: until))
        return .wait(until: until, inPlaceOf: displaced)
    }

    private mutating func refuse(_ why: BulkheadRefusal) -> Answer {
        refusals[why] += 1
        return .refused(why)
    }

    /// A call has ended, or was never made: its place is free. Ask `next` afterwards.
    ///
    /// - Parameter priority: that it asked with.
    public mutating func giveBack(priority: Priority, now: Instant) { occupancy.leave(priority, now: now) }

    /// Who has a place now, of those that waited; nil once none is free or nobody waits. Those whose time is over are
    /// passed over and counted.
    public mutating func next(now: Instant) -> Waiter? {
        while occupancy.count < limit, let waiter = line.popFirst() {
            guard waiter.until > now else {
                refusals[.wait] += 1
                continue
            }
            occupancy.enter(waiter.priority, now: now)
            return waiter
        }
        return nil
    }

    /// Takes one out of the line: its time is over, or nobody waits for it any more.
    ///
    /// - Returns: whether it still waited; false where it has a place, or was passed over.
    @discardableResult public mutating func withdraw(_ ticket: UInt64, now: Instant) -> Bool {
        guard let waiter = line.remove(ticket) else { return false }
        if waiter.until <= now { refusals[.wait] += 1 }
        return true
    }

    /// Whether one of this class would have a place now; asks for none.
    @inline(__always)
    public func hasRoom(for priority: Priority) -> Bool { occupancy.count < limit && !line.holds(before: priority) }

    /// Places in use on average since this was last asked.
    public mutating func meanInUse(now: Instant) -> Double { occupancy.look(now: now) }

    /// Moves the limit; calls that are out stay out. Ask `next` after it grew.
    ///
    /// - Parameter limit: less than 1 is 1.
    public mutating func resize(to limit: Int) { self.limit = max(limit, 1) }

    /// A critical call waits while lesser work holds what it waits for, see `InversionWatch`.
    public func hasInversion(now: Instant, after: TimeAmount = InversionWatch.after) -> Bool {
        InversionWatch.holds(
            waitsSince: line.first(of: .critical)?.since, low: occupancy[.low], of: limit, now: now, after: after)
    }
}

extension Bulkhead {
    /// Where it stands, for who is told why it refused.
    public func explanation(_ policy: BulkheadPolicy) -> Explanation {
        var detail = "\(busy) of \(limit) out"
        if policy.wait > .zero {
            detail += ", \(waiting) of \(policy.places) wait for at most \(ShortNumber.text(policy.wait.seconds)) s"
        } else {
            detail += ", nobody waits"
        }
        return Explanation(
            detail,
            [
                .init("busy", Double(busy)), .init("limit", Double(limit)), .init("waiting", Double(waiting)),
                .init("places", Double(policy.places)), .init("wait_ms", policy.wait.milliseconds),
            ])
    }
}
