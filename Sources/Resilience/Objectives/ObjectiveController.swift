import MeshBase

/// Gives features up where objectives are missed, and takes them back when they are met: up at once, as far as the
/// severity asks, down one step after three met looks in a row.
///
///     controller.offered(now: now)                          // each request
///     controller.answered(ok: true, took: took, now: now)   // each answer
///     let look = controller.look(now: now)                  // each `every`
///     state.set(manual: manual, controller: controller.level, chosen: controller.qualities(of: table))
///
/// A window with too little to judge counts as met on the way down: a cell that nobody asks has no reason to stay
/// degraded, and one that refuses everything would never see that it is well.
public struct ObjectiveController: Sendable {
    /// What a look came to.
    public struct Look: Sendable, Equatable {
        /// How the window stands.
        public let verdict: ObjectiveVerdict
        /// The level before, where it is another now.
        public let changedFrom: DegradationLevel?
        /// Whether objectives have begun to be violated (true) or met (false) with this look; nil for no change.
        public let violation: Bool?
    }

    /// By how much pressure is taken back at a time; a quarter, as levels are.
    static let step = 0.25

    /// Objectives, and how they are judged.
    public let policy: ObjectivesPolicy
    private var window: ObjectiveWindow
    /// Asked for; at most critical. Emergency is for hands.
    public private(set) var level = DegradationLevel.normal
    /// The share of all resources to be saved, 0...1, where features are chosen one by one.
    public private(set) var pressure = 0.0
    /// Looks in a row that were met, since the last step.
    private var met = 0
    private var isViolated = false

    /// At level normal, with an empty window.
    public init(_ policy: ObjectivesPolicy) {
        self.policy = policy
        window = ObjectiveWindow(window: policy.window, every: policy.every, target: policy.p99)
    }

    /// A request came; also one that is then refused.
    public mutating func offered(now: Instant) { window.offered(now: now) }

    /// A request was answered.
    ///
    /// - Parameters:
    ///   - ok: as the client sees it; a refusal is not.
    ///   - took: from its coming to its answer.
    public mutating func answered(ok: Bool, took: TimeAmount, now: Instant) {
        window.answered(ok: ok, took: max(took, .zero), now: now)
    }

    /// Judges the window and moves the level.
    public mutating func look(now: Instant) -> Look {
        let verdict = ObjectiveVerdict(window, policy, now: now)
        let before = level
        if verdict.isMet {
            met += 1
            if met >= policy.metLooks {
                met = 0
                level = DegradationLevel(rawValue: level.rawValue - 1) ?? .normal
                pressure = max(pressure - Self.step, 0)
            }
        } else {
            met = 0
            level = max(level, verdict.level)
            pressure = max(pressure, min(verdict.severity, 1))
        }
        let wasViolated = isViolated
        // Too little to judge is no news.
        if !verdict.findings.isEmpty { isViolated = !verdict.isMet }
        return Look(
            verdict: verdict, changedFrom: level == before ? nil : before,
            violation: isViolated == wasViolated ? nil : isViolated)
    }

    /// The quality of each feature where they are chosen one by one; nil under `levels`, where the level rules them.
    public func qualities(of table: FeatureTable) -> [Double]? {
        guard policy.mode == .optimise else { return nil }
        return QualityChoice(table.features, pressure: pressure).qualities
    }
}
