import MeshBase

/// What a ladder goes by; nil for what is not known, which asks for nothing.
public struct LadderReadings: Sendable, Equatable {
    /// Shares, 0...1.
    public var cpu: Double?
    /// Of the declared memory.
    public var memory: Double?
    /// How long the model and the database take.
    public var inference: TimeAmount?
    /// How long the database takes.
    public var db: TimeAmount?
    /// The share of looks that find something, 0...1.
    public var cacheHit: Double?

    /// What is left out is not known.
    public init(
        cpu: Double? = nil, memory: Double? = nil, inference: TimeAmount? = nil, db: TimeAmount? = nil,
        cacheHit: Double? = nil
    ) {
        self.cpu = cpu
        self.memory = memory
        self.inference = inference
        self.db = db
        self.cacheHit = cacheHit
    }

    /// Whether any of the limits of `when` is exceeded.
    func exceeds(_ when: LadderReadings) -> Bool {
        above(cpu, when.cpu) || above(memory, when.memory) || above(inference, when.inference) || above(db, when.db)
            || above(cacheHit, when.cacheHit)
    }

    private func above<Value: Comparable>(_ value: Value?, _ limit: Value?) -> Bool {
        guard let value, let limit else { return false }
        return value > limit
    }

    var isEmpty: Bool { self == LadderReadings() }
}

/// Ways to do one thing, from the best to the plainest. The plainest whose condition holds is the one in force, and no
/// better one than the level allows; where a way fails the next plainer one is tried.
public struct Ladder: Sendable, Equatable {
    /// One way.
    public struct Rung: Sendable, Equatable {
        /// Its name, as in `X-Degraded`.
        public var mode: String
        /// It is in force where one of these is exceeded; nothing here: always.
        public var when: LadderReadings
        /// It calls another service, and can fail with it.
        public var calls: Bool

        /// A rung that is always in force where no condition is given.
        public init(_ mode: String, when: LadderReadings = LadderReadings(), calls: Bool = false) {
            self.mode = mode
            self.when = when
            self.calls = calls
        }
    }

    /// The best first.
    public let rungs: [Rung]

    /// - Returns: nil without rungs.
    public init?(_ rungs: [Rung]) {
        guard !rungs.isEmpty else { return nil }
        self.rungs = rungs
    }

    /// The published one: static by CPU or memory before popular by inference, simple by the database, cached by hits.
    public static let recommendations = Ladder(unchecked: [
        Rung("full"),
        Rung("cached", when: LadderReadings(cacheHit: 0.8)),
        Rung("simple", when: LadderReadings(db: .milliseconds(100))),
        Rung("popular", when: LadderReadings(inference: .milliseconds(500))),
        Rung("static", when: LadderReadings(cpu: 0.9, memory: 0.85)),
    ])

    private init(unchecked rungs: [Rung]) { self.rungs = rungs }

    /// The rung in force.
    public func rung(for signals: LadderReadings, level: DegradationLevel = .normal) -> Int {
        let least = level.rung(of: rungs.count)
        // From the plainest on: its condition is the gravest. The first rung holds always.
        var rung = rungs.count - 1
        while rung > least {
            let when = rungs[rung].when
            if when.isEmpty || signals.exceeds(when) { return rung }
            rung -= 1
        }
        return least
    }

    /// The rung to try when this one failed; nil where there is none plainer.
    public func next(after rung: Int) -> Int? { rung >= 0 && rung + 1 < rungs.count ? rung + 1 : nil }

    /// `X of Y, mode: because`, as of the signals now.
    public func explanation(of rung: Int, for signals: LadderReadings, level: DegradationLevel) -> Explanation {
        let rung = min(max(rung, 0), rungs.count - 1)
        let why =
            rungs[rung].when.isEmpty
            ? "nothing asks for less"
            : signals.exceeds(rungs[rung].when)
                ? "its limit is exceeded"
                : "level \(level.name), or a better one failed"
        return Explanation(
            "rung \(rung + 1) of \(rungs.count), \(rungs[rung].mode): \(why)",
            [.init("rung", Double(rung)), .init("level", Double(level.rawValue))])
    }

    /// `ladder-order`: a rung below the first without a condition would always be in force, and no rung above it ever.
    /// `ladder-without-last`: the last must be able to answer when everything else has failed, so it calls nobody.
    public func problems() -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        for (index, rung) in rungs.enumerated().dropFirst() where rung.when.isEmpty {
            problems.append(
                ("ladder[\(index)].when", "\(rung.mode) has no condition, so nothing above it is ever in force"))
        }
        if !rungs[0].when.isEmpty {
            problems.append(
                ("ladder[0].when", "\(rungs[0].mode) is what is left when nothing is wrong: it takes no condition"))
        }
        if let last = rungs.last, last.calls {
            problems.append(("ladder", "the last rung, \(last.mode), calls another service: it must answer by itself"))
        }
        return problems
    }
}

/// The rung at which a service stands, looked at by a timer.
public struct LadderState: Sendable, Equatable {
    /// Its rungs.
    public let ladder: Ladder
    /// In force; 0 is the best.
    public private(set) var rung = 0

    /// At the best rung.
    public init(_ ladder: Ladder) { self.ladder = ladder }

    /// Looks anew.
    ///
    /// - Returns: whether the rung is another than before.
    @discardableResult
    public mutating func look(_ signals: LadderReadings, level: DegradationLevel = .normal) -> Bool {
        let before = rung
        rung = ladder.rung(for: signals, level: level)
        return rung != before
    }
}
