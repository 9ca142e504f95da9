import MeshBase

/// How long a call, each of its attempts and each step of one may take: keys `timeout`, `attempt-timeout` and those
/// under `timeouts`.
public struct TimeoutPolicy: Sendable, Equatable {
    /// A whole call, with all its attempts and the waits between them: `timeout`.
    public var call: TimeAmount
    /// One attempt: `attempt-timeout`; nil: as long as the call.
    public var attempt: TimeAmount?
    /// Longer for later attempts.
    public var progressive: ProgressiveFactors
    /// Of a link: until there is one.
    public var connect: TimeAmount
    /// Until an answer of a program has come.
    public var read: TimeAmount
    /// Until a request to a program is written.
    public var write: TimeAmount
    /// Until a connection of a pool is free.
    public var acquire: TimeAmount
    /// Limits that follow what a target takes; nil: those above hold.
    public var adaptive: AdaptiveTimeoutPolicy?

    /// All of them.
    public init(
        call: TimeAmount, attempt: TimeAmount? = nil, progressive: ProgressiveFactors = .even, connect: TimeAmount,
        read: TimeAmount, write: TimeAmount, acquire: TimeAmount, adaptive: AdaptiveTimeoutPolicy? = nil
    ) {
        self.call = call
        self.attempt = attempt
        self.progressive = progressive
        self.connect = connect
        self.read = read
        self.write = write
        self.acquire = acquire
        self.adaptive = adaptive
    }

    private static func production(
        _ connect: Int64, _ read: Int64, _ write: Int64, _ acquire: Int64
    ) -> TimeoutPolicy {
        TimeoutPolicy(
            call: .seconds(3), progressive: .rising, connect: .seconds(connect), read: .seconds(read),
            write: .seconds(write), acquire: .seconds(acquire), adaptive: .seed)
    }

    /// All on one machine.
    public static let local = TimeoutPolicy(
        call: .seconds(1), connect: .milliseconds(500), read: .seconds(1), write: .seconds(1),
        acquire: .milliseconds(50), adaptive: .local)
    /// In general.
    public static let seed = production(10, 30, 15, 5)
    /// Where links are long.
    public static let highLatency = production(30, 120, 60, 15)
    /// Where they are short.
    public static let lowLatency = production(2, 5, 5, 1)
    /// With each step aligned to the next.
    public static let aligned = production(5, 30, 15, 2)

    /// What cannot be meant or contradicts itself, by key.
    public func problems() -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        let all = [
            ("timeout", call), ("timeouts.connect", connect), ("timeouts.read", read), ("timeouts.write", write),
            ("timeouts.acquire", acquire), ("attempt-timeout", attempt ?? call),
        ]
        for (key, time) in all where time <= .zero { problems.append((key, "not above zero")) }
        // A link that takes longer than the answer may take is one that nobody has waited for.
        if connect > read { problems.append(("timeouts.connect", "above timeouts.read")) }
        if let attempt, attempt > call { problems.append(("attempt-timeout", "above timeout")) }
        return problems
    }

    /// The same with no limit below a millisecond and no attempt above its call.
    public var sound: TimeoutPolicy {
        let least = TimeAmount.milliseconds(1)
        var sound = self
        sound.call = max(call, least)
        sound.attempt = attempt.map { min(max($0, least), sound.call) }
        sound.connect = max(connect, least)
        sound.read = max(read, least)
        sound.write = max(write, least)
        sound.acquire = max(acquire, .zero)
        return sound
    }

    /// Of one attempt where nothing is known of the target.
    public var attemptBase: TimeAmount { min(attempt ?? call, call) }
}

/// How much longer than the first each later attempt may take: key `timeouts.progressive`.
public struct ProgressiveFactors: Sendable, Equatable {
    private var thousandths = InlineArray<16, UInt16>(repeating: 1_000)

    /// Of the first so many attempts, at most 16, each 0.1...60; the last of them holds for all beyond, none is 1.
    public init(_ factors: [Double]) {
        var last: UInt16 = 1_000
        for index in 0..<16 {
            if index < factors.count, factors[index] > 0 {
                last = UInt16((min(max(factors[index], 0.1), 60) * 1_000).rounded())
            }
            thousandths[index] = last
        }
    }

    /// All alike.
    public static let even = ProgressiveFactors([1])
    /// 1, 1.5, 2: what failed for want of time is given more.
    public static let rising = ProgressiveFactors([1, 1.5, 2])

    /// What a limit is for one attempt.
    ///
    /// - Parameter attempt: from 0.
    @inlinable public func limit(_ base: TimeAmount, attempt: Int) -> TimeAmount {
        let factor = Int64(self[attempt])
        return factor == 1_000 ? base : base / 1_000 * factor
    }

    @usableFromInline subscript(_ attempt: Int) -> UInt16 { thousandths[min(max(attempt, 0), 15)] }

    public static func == (a: ProgressiveFactors, b: ProgressiveFactors) -> Bool {
        (0..<16).allSatisfy { a[$0] == b[$0] }
    }
}
