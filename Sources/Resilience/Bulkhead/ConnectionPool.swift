import MeshBase

/// A pool of connections of one use (C14): at most `most` are open, the one used last is used next, so that those that
/// nobody needs grow old and are closed, down to `least`. Pure: it keeps numbers, the holder has the connections.
///
///     switch pool.ask(ticket, priority: .normal, now: now) {
///     case .use(let number): send(on: number)
///     case .open(let number): connect(number)      // then use it, or lost(number) where that fails
///     case .wait(let until, let other): arm(until) // withdraw(ticket) when that fires; `other` is refused
///     case .refused: fail()
///     }
///     // After giveBack and lost:  while let hand = pool.next(now: now) { ... }
public struct ConnectionPool: Sendable {
    /// What became of one that asked.
    public enum Answer: Sendable, Equatable {
        /// This open connection is its own until it is given back.
        case use(UInt32)
        /// It opens this one, which is its own then.
        case open(UInt32)
        /// It waits no longer than `until`; `inPlaceOf` had waited and is turned away, displaced.
        case wait(until: Instant, inPlaceOf: UInt64?)
        case refused(BulkheadRefusal)
    }

    /// What one that waited has now.
    public struct Hand: Sendable, Equatable {
        /// Who is served.
        public let waiter: Waiter
        /// The connection that it gets.
        public let connection: UInt32
        /// It has to be opened first.
        public let isNew: Bool
    }

    private struct Idle: Sendable {
        var connection: UInt32
        var since: Instant
    }

    /// How many there may be, and how long is waited for one.
    public private(set) var policy: ConnectionPolicy
    /// As it began: what a smaller size took from `policy.least`, a larger one gives back.
    private let least: Int
    /// Open and not in use, the one used last at the end.
    private var idle: [Idle] = []
    private var closed: [UInt32] = []
    private var inUse: [Bool]
    private var line = WaitingLine()
    /// In use now, those that are being opened among them.
    public private(set) var busy = 0
    /// What was turned away since the start.
    public private(set) var refusals = BulkheadRefusals()

    /// None open.
    public init(_ policy: ConnectionPolicy) {
        self.policy = policy
        least = policy.least
        idle.reserveCapacity(policy.most)
        // Popped from the end: the lowest number first.
        closed = (0..<UInt32(policy.most)).reversed()
        inUse = Array(repeating: false, count: policy.most)
    }

    /// Open and not in use now.
    public var idleCount: Int { idle.count }
    /// Jobs that wait now.
    public var waiting: Int { line.count }

    /// Asks for a connection; as with `Bulkhead.ask`.
    ///
    /// - Parameter mayTake: false where there is none for it whatever this pool has, as where others share its connections.
    public mutating func ask(
        _ ticket: UInt64, priority: Priority, now: Instant, deadline: Instant = .distantFuture, mayTake: Bool = true
    ) -> Answer {
        if mayTake, !line.holds(before: priority), let (connection, isNew) = take() {
            return isNew ? .open(connection) : .use(connection)
        }
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

    private mutating func take() -> (UInt32, isNew: Bool)? {
        // After it was made smaller some that are in use are too many, and come back for nobody.
        guard busy < policy.most else { return nil }
        let taken: (UInt32, isNew: Bool)
        if let last = idle.popLast() {
            taken = (last.connection, false)
        } else if let free = closed.popLast() {
            taken = (free, true)
        } else {
            return nil
        }
        inUse[Int(taken.0)] = true
        busy += 1
        return taken
    }

    private mutating func end(_ connection: UInt32) {
        precondition(inUse[Int(connection)], "connection \(connection) came back that nobody had")
        inUse[Int(connection)] = false
        busy -= 1
    }

    /// The job is done and the connection as good as before.
    public mutating func giveBack(_ connection: UInt32, now: Instant) {
        end(connection)
        idle.append(Idle(connection: connection, since: now))
    }

    /// The connection broke, or could not be opened.
    public mutating func lost(_ connection: UInt32) {
        end(connection)
        closed.append(connection)
    }

    /// A connection broke that nobody used.
    public mutating func lostIdle(_ connection: UInt32) {
        guard let place = idle.firstIndex(where: { $0.connection == connection }) else { return }
        idle.remove(at: place)
        closed.append(connection)
    }

    /// Who has a connection now, of those that waited; nil once none is free or nobody waits.
    public mutating func next(now: Instant) -> Hand? {
        while !line.isEmpty, busy < policy.most, let waiter = line.popFirst() {
            guard waiter.until > now else {
                refusals[.wait] += 1
                continue
            }
            guard let (connection, isNew) = take() else { return nil }
            return Hand(waiter: waiter, connection: connection, isNew: isNew)
        }
        return nil
    }

    /// As with `Bulkhead.withdraw`.
    @discardableResult public mutating func withdraw(_ ticket: UInt64, now: Instant) -> Bool {
        guard let waiter = line.remove(ticket) else { return false }
        if waiter.until <= now { refusals[.wait] += 1 }
        return true
    }

    /// Another size, of a peak: connections that are in use stay until they are given back. Close what `surplus` gives, and ask
    /// `next` afterwards.
    ///
    /// - Parameter most: 1...10 000.
    public mutating func resize(to most: Int) {
        policy = ConnectionPolicy(
            most: most, least: least, wait: policy.wait, places: policy.places, keepAlive: policy.keepAlive)
        for number in inUse.count..<max(inUse.count, policy.most) {
            inUse.append(false)
            closed.insert(UInt32(number), at: 0)
        }
    }

    /// One to be opened ahead, as fewer are open than are kept so: `giveBack` once it is open, else `lost`.
    public mutating func openAhead() -> UInt32? {
        guard busy + idle.count < policy.least, let free = closed.popLast() else { return nil }
        inUse[Int(free)] = true
        busy += 1
        return free
    }

    /// One to be closed: idle for longer than it is kept, and more are open than have to be.
    public mutating func surplus(now: Instant) -> UInt32? {
        guard let oldest = idle.first,
            busy + idle.count > policy.most
                || busy + idle.count > policy.least && now - oldest.since > policy.keepAlive
        else { return nil }
        idle.removeFirst()
        closed.append(oldest.connection)
        return oldest.connection
    }

    /// Where it stands, for who is told why it refused.
    public var explanation: Explanation {
        Explanation(
            "\(busy) of \(policy.most) connections in use, \(idle.count) idle, \(waiting) wait",
            [
                .init("busy", Double(busy)), .init("limit", Double(policy.most)), .init("idle", Double(idle.count)),
                .init("waiting", Double(waiting)), .init("wait_ms", policy.wait.milliseconds),
            ])
    }
}
