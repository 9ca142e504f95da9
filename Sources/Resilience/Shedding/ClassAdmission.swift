import MeshBase

/// The shedders of one place in their order: blind, by pressure, by load. Cheap and blunt comes first, so that what it
/// refuses costs nothing more; load comes last, as it alone knows what is in work at this moment.
///
/// A look is one load, one pressure and one draw. In a look no class is refused for which a lower one is admitted, and
/// critical is never refused: each shedder decides so, and all stand on the same draw.
///
///     switch admission.admit(.normal, inWork: requests.count, random: &random) {
///     case .admitted: begin()
///     case .early, .adaptive, .load: refuse(verdict.policy, after: admission.retryAfter(verdict))
///     }
public struct ClassAdmission: Sendable {
    /// Who decided.
    public enum Verdict: UInt8, Sendable, CaseIterable {
        case admitted
        /// Refused blindly.
        case early
        /// Refused by pressure.
        case adaptive
        /// Refused by load.
        case load

        /// What a problem names; nil where nothing was refused.
        public var policy: PolicyName? {
            switch self {
            case .admitted: nil
            case .early: .earlyShed
            case .adaptive, .load: .shedding
            }
        }
    }

    /// Refuses blindly, where it is on.
    public var early: EarlyShedder
    /// Refuses by pressure.
    public var adaptive: AdaptiveShedder
    /// Refuses by load.
    public var load: LoadShedder

    /// - Parameter capacity: what the place can hold, at least 1.
    public init(
        capacity: Int, thresholds: ShedThresholds = ShedThresholds(), adaptive: AdaptivePolicy = .local,
        early: EarlyPolicy = .local
    ) {
        self.early = EarlyShedder(capacity: capacity, policy: early)
        self.adaptive = AdaptiveShedder(policy: adaptive)
        load = LoadShedder(capacity: capacity, thresholds: thresholds)
    }

    /// Takes the signals of the last second; once a second.
    public mutating func look(_ signals: LoadSignals) {
        early.look(signals)
        adaptive.look(signals)
    }

    /// Whether a request of this class is taken up beside so much in hand; a refusal is counted. Draws only where a coin
    /// decides.
    @inlinable public mutating func admit(
        _ priority: Priority, inWork: Int, random: inout some RandomNumberGenerator
    ) -> Verdict {
        let share = early.share(inWork: inWork)
        guard share > 0 || adaptive.isActive else { return load.admit(priority, inWork: inWork) ? .admitted : .load }
        return decide(priority, inWork: inWork, draw: Double(random.next() >> 11) * 0x1p-53)
    }

    /// The same of a draw that was made.
    ///
    /// - Parameter draw: even in [0, 1).
    public mutating func decide(_ priority: Priority, inWork: Int, draw: Double) -> Verdict {
        let share = early.share(inWork: inWork)
        if !early.admit(priority, inWork: inWork, draw: draw) { return .early }
        // What the blind one left is even above its share: stretched, it serves as the draw of the next.
        let rest = share < 1 ? max(0, (draw - share) / (1 - share)) : 0
        if !adaptive.admit(priority, draw: rest) { return .adaptive }
        return load.admit(priority, inWork: inWork) ? .admitted : .load
    }

    /// What a refused client is told to wait.
    public func retryAfter(_ verdict: Verdict) -> TimeAmount {
        verdict == .adaptive ? adaptive.policy.retryAfter : LoadShedder.retryAfter
    }

    /// Why a class was refused.
    public func explain(_ verdict: Verdict, _ priority: Priority, inWork: Int) -> Explanation {
        switch verdict {
        case .admitted: Explanation("admitted beside \(inWork) in work", [.init("in_work", Double(inWork))])
        case .early: early.explain(inWork: inWork)
        case .adaptive: adaptive.explain(priority)
        case .load: load.explain(priority, inWork: inWork)
        }
    }
}
