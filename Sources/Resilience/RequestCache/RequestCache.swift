/// How much of a request is remembered: key `cacheable` names for whom.
public struct RequestCachePolicy: Sendable, Equatable {
    /// Calls that are told apart within one request, 0...1 024; what comes beyond is made each time.
    public var entries: Int
    /// Calls of one request that wait for others at once, 0...1 024.
    public var waiters: Int

    /// Out of range: the nearest that is sound.
    public init(entries: Int = 64, waiters: Int = 64) {
        self.entries = min(max(entries, 0), 1_024)
        self.waiters = min(max(waiters, 0), 1_024)
    }

    /// The same in both profiles.
    public static let local = RequestCachePolicy()
    /// The same in both profiles.
    public static let seed = RequestCachePolicy()
}

/// Makes identical calls within one request once. A call finds the answer of an earlier one, or joins one that is under
/// way and shares its end, whatever it is: else a callee that fails would be called by each of them in turn. Kept are
/// answers that went well, so that a failure is no answer to who asks later.
///
///     switch cache.ask(key, call) {
///     case .hit(let answer): settle(call, answer)
///     case .joined: break                     // `ended` or `left` will tell
///     case .make: begin(call)                 // then `ended` or `left`, once
///     case .makeAlone: begin(call)            // nobody can join it, and its end is not told
///     }
///
/// - `Key`: callee, rest of the path and body: calls are identical if it is equal.
public struct RequestCache<Key: Hashable & Sendable, Answer: Sendable, Call: Sendable & Equatable>: Sendable {
    /// What becomes of a call.
    public enum Result {
        case hit(Answer)
        case joined
        case make
        case makeAlone
    }

    private enum Entry: Sendable {
        case underWay(leader: Call, waiting: [Call])
        case kept(Answer)
    }

    /// How much is remembered.
    public let policy: RequestCachePolicy
    /// Calls that found an answer or joined.
    public private(set) var hits: UInt64 = 0
    /// Calls that had to be made.
    public private(set) var misses: UInt64 = 0
    /// Of these, for want of room.
    public private(set) var full: UInt64 = 0
    private var entries: [Key: Entry] = [:]
    private var waiting = 0

    /// Empty; takes no memory before the first call.
    public init(policy: RequestCachePolicy = .local) { self.policy = policy }

    /// Calls that are remembered or under way.
    public var count: Int { entries.count }
    /// Of these, calls under way.
    public private(set) var underWay = 0

    /// Whether a call like this would join one.
    public func isUnderWay(_ key: Key) -> Bool {
        if case .underWay = entries[key] { true } else { false }
    }

    /// The answer of an earlier call, for one that may not have to begin; counted only where there is one.
    public mutating func find(_ key: Key) -> Answer? {
        guard case .kept(let answer) = entries[key] else { return nil }
        hits += 1
        return answer
    }

    /// Says what becomes of a call.
    public mutating func ask(_ key: Key, _ call: Call) -> Result {
        switch entries[key] {
        case .kept(let answer):
            hits += 1
            return .hit(answer)
        case .underWay(let leader, var others):
            guard waiting < policy.waiters else {
                misses += 1
                full += 1
                return .makeAlone
            }
            // Taken out first, so that the list of those who wait is not copied.
            entries[key] = nil
            others.append(call)
            entries[key] = .underWay(leader: leader, waiting: others)
            waiting += 1
            hits += 1
            return .joined
        case nil:
            misses += 1
            guard entries.count < policy.entries else {
                full += 1
                return .makeAlone
            }
            entries[key] = .underWay(leader: call, waiting: [])
            underWay += 1
            return .make
        }
    }

    /// A call that was to be made has ended.
    ///
    /// - Parameter keep: what it was answered, if it went well; nil is not kept.
    /// - Returns: the calls that joined it, in the order in which they came: they end as it did.
    public mutating func ended(_ key: Key, _ call: Call, keep answer: Answer?) -> [Call] {
        guard case .underWay(call, let others) = entries[key] else { return [] }
        entries[key] = answer.map { .kept($0) }
        underWay -= 1
        waiting -= others.count
        return others
    }

    /// A call is given up by who made it, whether it leads or waits.
    ///
    /// - Returns: one that had joined and has to be made now, in its place. What was begun for the one that left may be
    ///   handed over to it instead.
    public mutating func left(_ key: Key, _ call: Call) -> Call? {
        guard case .underWay(let leader, var others) = entries[key] else { return nil }
        entries[key] = nil
        guard leader == call else {
            if let index = others.firstIndex(of: call) {
                others.remove(at: index)
                waiting -= 1
            }
            entries[key] = .underWay(leader: leader, waiting: others)
            return nil
        }
        guard !others.isEmpty else {
            underWay -= 1
            return nil
        }
        let next = others.removeFirst()
        waiting -= 1
        entries[key] = .underWay(leader: next, waiting: others)
        return next
    }

    /// What the cache did for a request.
    public func explain() -> Explanation {
        Explanation(
            "\(hits) of \(hits + misses) calls found an answer or joined, \(full) found no room",
            [.init("hits", Double(hits)), .init("misses", Double(misses)), .init("full", Double(full))])
    }
}
