import MeshBase

/// Which share is refused blindly, and from when.
public struct EarlyPolicy: Sendable, Equatable {
    /// Load (work in hand over what the place can hold) from which on the share is refused, 0...1.
    public var load: Double
    /// Refused from that load on, 0...1; key `shedding.early.share`.
    public var share: Double
    /// Refused instead while CPU or memory are above their bounds, 0...1 and at least `share`; key `shedding.early.hard`.
    public var hard: Double
    /// Share of a core above which it is hard.
    public var cpu: Double
    /// Share of the declared memory above which it is hard.
    public var memory: Double

    /// Out of range: the nearest that is sound.
    public init(load: Double = 0.7, share: Double = 0.1, hard: Double = 0.3, cpu: Double = 0.8, memory: Double = 0.85) {
        self.load = Self.ratio(load)
        self.share = Self.ratio(share)
        self.hard = max(Self.ratio(share), Self.ratio(hard))
        self.cpu = max(cpu, 0)
        self.memory = max(memory, 0)
    }

    private static func ratio(_ value: Double) -> Double { value.isNaN ? 0 : min(max(value, 0), 1) }

    /// Refuses nothing: a shed that does not look at classes is there to be compared with those that do.
    public static let local = EarlyPolicy(share: 0, hard: 0)
    /// 10 %, and 30 % where it is hard.
    public static let seed = EarlyPolicy()

    /// Whether it refuses anything at all.
    public var isOff: Bool { hard == 0 }

    /// Of one key with a written share, why it cannot be meant; nil where it can.
    public static func problem(share: Double) -> String? {
        (0...1).contains(share) ? nil : "not between 0 and 1"
    }
}

/// Refuses a random share under load, whoever asks: the blind control beside the shedders that know classes. Critical is
/// spared all the same.
public struct EarlyShedder: Sendable {
    /// Which share, and from when.
    public let policy: EarlyPolicy
    /// What a place can hold that is under load.
    @usableFromInline let bound: Int
    /// Whether CPU or memory were above their bounds at the last look.
    public private(set) var isHard = false
    /// What was refused since the start, by class; critical stays 0.
    public private(set) var shed = PriorityCounts()

    /// - Parameter capacity: what the place can hold, at least 1.
    public init(capacity: Int, policy: EarlyPolicy = .local) {
        precondition(capacity > 0)
        self.policy = policy
        let bound = (Double(capacity) * policy.load).rounded(.up)
        self.bound = policy.isOff || bound >= Double(Int.max) ? .max : Int(bound)
    }

    /// Takes the signals of the last second; once a second.
    public mutating func look(_ signals: LoadSignals) {
        isHard = signals.cpu > policy.cpu || (signals.memory ?? 0) > policy.memory
    }

    /// The share that is refused beside so much work in hand, 0...1.
    @inlinable public func share(inWork: Int) -> Double {
        isHard ? policy.hard : inWork >= bound ? policy.share : 0
    }

    /// Whether a request is taken up; a refusal is counted.
    ///
    /// - Parameter draw: of the request, even in [0, 1).
    @inlinable public mutating func admit(_ priority: Priority, inWork: Int, draw: Double) -> Bool {
        guard priority != .critical, draw < share(inWork: inWork) else { return true }
        refuse(priority)
        return false
    }

    @usableFromInline mutating func refuse(_ priority: Priority) { shed[priority] += 1 }

    /// Why a request is refused beside so much work in hand.
    public func explain(inWork: Int) -> Explanation {
        let share = share(inWork: inWork)
        return Explanation(
            "\(ShortNumber.text(share)) is refused blindly, "
                + (isHard ? "CPU or memory is short" : "\(inWork) in work"),
            [.init("share", share), .init("in_work", Double(inWork))])
    }
}
