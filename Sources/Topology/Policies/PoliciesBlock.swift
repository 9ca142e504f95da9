/// What is written of policies in one place: a topology, a blueprint, a service or a call. Nil is what is left to a wider one.
public struct PoliciesBlock: Sendable, Codable, Equatable {
    /// The values to begin with.
    public var profile: PolicyProfile?
    /// Switched off here and in whatever is narrower; each once.
    public var off: [PolicySwitch]?
    /// In which order policies stand around a call; of a topology or a call.
    public var order: WrittenOrder?
    /// C1 and C2.
    public var timeouts: TimeoutSettings?
    /// C3.
    public var deadline: DeadlineSettings?
    /// C4 and C5.
    public var retry: RetrySettings?
    /// C6.
    public var hedge: HedgeSettings?
    /// C8 to C12.
    public var breaker: BreakerSettings?
    /// C14, C15, C31 and C34.
    public var bulkhead: BulkheadSettings?
    /// C35.
    public var throttle: ThrottleSettings?
    /// C36.
    public var ejection: EjectionSettings?
    /// C13.
    public var value: ValueSettings?
    /// C13.
    public var rate: RateSettings?
    /// C25.
    public var failure: FailureSettings?
    /// C18 and C30.
    public var shedding: SheddingSettings?
    /// C22.
    public var slo: ObjectivesSettings?
    /// B7.
    public var health: HealthSettings?

    /// Nothing is written.
    public init() {}

    /// The same with what presets stand for written out.
    public var expanded: PoliciesBlock {
        var block = self
        for entry in Self.entries { entry.expand(&block) }
        return block
    }

    /// Nothing is written.
    public var isEmpty: Bool { self == PoliciesBlock() }
}

/// A policy as a member of `PoliciesBlock`.
public struct PolicyEntry: Sendable {
    /// As in files.
    public let key: String
    /// Where it may be written.
    public let places: Set<WrittenPlace>
    /// Its keys, each behind its own and a dot: `retry.attempts`.
    public let fields: [SettingField<PoliciesBlock>]
    let take: @Sendable (inout PoliciesBlock, PoliciesBlock) -> Void
    let preset: @Sendable (PoliciesBlock) -> String?
    let expand: @Sendable (inout PoliciesBlock) -> Void
    let isWritten: @Sendable (PoliciesBlock) -> Bool
    private let begin: @Sendable (inout PoliciesBlock) -> Void

    init<Settings: PolicySettings>(
        _ key: String, _ path: WritableKeyPath<PoliciesBlock, Settings?> & Sendable, _ places: Set<WrittenPlace>
    ) {
        self.key = key
        self.places = places
        fields = Settings.fields.map { $0.lifted(key, path) }
        take = { wider, narrower in
            guard let settings = narrower[keyPath: path] else { return }
            wider[keyPath: path] = settings.over(wider[keyPath: path] ?? Settings())
        }
        preset = { $0[keyPath: path]?.presetName }
        expand = { $0[keyPath: path] = $0[keyPath: path]?.expanded }
        isWritten = { $0[keyPath: path] != nil }
        begin = { $0[keyPath: path] = $0[keyPath: path] ?? Settings() }
    }

    /// Says that there is such a policy, with nothing of it written yet.
    public func declare(in block: inout PoliciesBlock) { begin(&block) }

    /// Whether a block says anything about it, were it only that it is declared: `hedge: {}`.
    public func isWritten(in block: PoliciesBlock) -> Bool { isWritten(block) }
}

/// Where policies can be written, widest first.
public enum WrittenPlace: Int, Sendable, Codable, CaseIterable, Comparable {
    case topology, blueprint, service, call

    /// The wider is the lesser.
    public static func < (a: WrittenPlace, b: WrittenPlace) -> Bool { a.rawValue < b.rawValue }

    /// In words.
    public var name: String {
        switch self {
        case .topology: "topology"
        case .blueprint: "blueprint"
        case .service: "service"
        case .call: "call"
        }
    }
}

extension PoliciesBlock {
    /// Every policy, in the order in which they are shown. A service's hold for whoever calls it.
    public static let entries: [PolicyEntry] = [
        PolicyEntry("timeouts", \.timeouts, everywhere), PolicyEntry("deadline", \.deadline, everywhere),
        PolicyEntry("retry", \.retry, everywhere), PolicyEntry("hedge", \.hedge, everywhere),
        PolicyEntry("breaker", \.breaker, everywhere), PolicyEntry("bulkhead", \.bulkhead, everywhere),
        PolicyEntry("throttle", \.throttle, everywhere), PolicyEntry("ejection", \.ejection, services),
        PolicyEntry("value", \.value, services), PolicyEntry("rate", \.rate, services),
        PolicyEntry("failure", \.failure, everywhere), PolicyEntry("shedding", \.shedding, cells),
        PolicyEntry("slo", \.slo, cells), PolicyEntry("health", \.health, cells),
    ]

    private static let everywhere: Set<WrittenPlace> = [.topology, .blueprint, .service, .call]
    private static let services: Set<WrittenPlace> = [.topology, .blueprint, .service]
    private static let cells: Set<WrittenPlace> = [.topology, .blueprint]
}
