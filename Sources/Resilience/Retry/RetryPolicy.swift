import MeshBase

/// What is tried again, and how often: keys under `retry`.
public struct RetryPolicy: Sendable, Equatable {
    /// Attempts of a call at most, the first among them, 1...16; 1: no retry. Hedges are counted beside.
    public let attempts: Int
    /// The kinds of failure that are tried again.
    public let on: FailureKinds
    /// How long is waited before.
    public let backoff: BackoffPolicy
    /// What bounds the retries of all calls together.
    public let budget: RetryBudgetPolicy

    /// Attempts out of range become the nearest in it.
    public init(
        attempts: Int, on: FailureKinds = .transient, backoff: BackoffPolicy, budget: RetryBudgetPolicy
    ) {
        self.attempts = min(max(attempts, 1), 16)
        self.on = on
        self.backoff = backoff
        self.budget = budget
    }

    /// Nothing is tried again.
    public static let off = RetryPolicy(attempts: 1, on: [], backoff: .local, budget: .none)
    /// Of an edge on one machine.
    public static let local = RetryPolicy(attempts: 2, backoff: .local, budget: .local)
    /// Of a router's service on one machine: each of three cells once, also after a failure of the target's own.
    public static let localRouter = RetryPolicy(
        attempts: 3, on: .transient.union(FailureKinds(.failed)), backoff: .local, budget: .localRouter)
    /// Of an edge, and of a router's service.
    public static let seed = RetryPolicy(attempts: 3, backoff: .seed, budget: .seed)

    /// A person waits: few and soon.
    public static let userFacing = preset(3, .milliseconds(500), .seconds(10))
    /// Nobody waits: up to 10 attempts are sensible here, 5 where nothing else is said.
    public static let background = preset(5, .seconds(1), .seconds(300))
    /// What all others stand on.
    public static let foundation = preset(3, .seconds(1), .seconds(30))
    /// Of no particular kind.
    public static let general = preset(5, .seconds(1), .seconds(60))
    /// Of the order `orchestra`.
    public static let orchestra = preset(3, .milliseconds(100), .seconds(30))

    private static func preset(_ attempts: Int, _ base: TimeAmount, _ cap: TimeAmount) -> RetryPolicy {
        RetryPolicy(
            attempts: attempts, backoff: BackoffPolicy(.decorrelated, base: base, cap: cap), budget: .seed)
    }

    /// By its name in `retry.preset`; nil for any other.
    public static func preset(named name: String) -> RetryPolicy? {
        switch name {
        case "user-facing": userFacing
        case "background": background
        case "foundation": foundation
        case "general": general
        case "orchestra": orchestra
        default: nil
        }
    }

    /// The names of all presets.
    public static let presets = ["user-facing", "background", "foundation", "general", "orchestra"]
}

/// What bounds the attempts beyond the first of all calls of a scope: key `retry.budget`.
public struct RetryBudgetPolicy: Sendable, Equatable {
    /// What is counted.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// Those of the last 10 s, against the first attempts of the same 10 s.
        case rate
        /// Those that are out now, against the calls that are out now.
        case concurrent
    }

    /// What is counted.
    public let kind: Kind
    /// So many for each call, 0...10.
    public let ratio: Double
    /// So many are always allowed: per second, or at once; 0...1 000 000.
    public let floor: Double
    /// Both in millionths: what decides counts in whole numbers.
    let ratioMillionths: Int64
    let floorMillionths: Int64

    /// Settings out of range become the nearest that are sound.
    public init(_ kind: Kind = .rate, ratio: Double, floor: Double) {
        self.kind = kind
        self.ratio = ratio > 0 ? min(ratio, 10) : 0
        self.floor = floor > 0 ? min(floor, 1_000_000) : 0
        ratioMillionths = Int64((self.ratio * 1e6).rounded())
        floorMillionths = Int64((self.floor * 1e6).rounded())
    }

    /// Never a second attempt.
    public static let none = RetryBudgetPolicy(ratio: 0, floor: 0)
    /// 20 % and 1/s, of an edge.
    public static let local = RetryBudgetPolicy(ratio: 0.2, floor: 1)
    /// 20 % and 10/s, of a router's service.
    public static let localRouter = RetryBudgetPolicy(ratio: 0.2, floor: 10)
    /// 20 % and 3/s.
    public static let seed = RetryBudgetPolicy(ratio: 0.2, floor: 3)

    /// What of the written settings cannot be meant, by key.
    public static func problems(ratio: Double?, floor: Double?) -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        if let ratio, !(0...10).contains(ratio) { problems.append(("budget.ratio", "not between 0 and 10")) }
        if let floor, !(0...1_000_000).contains(floor) {
            problems.append(("budget.floor", "not between 0 and 1000000"))
        }
        return problems
    }
}
