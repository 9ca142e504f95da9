/// How a drill ended. The gravest cause counts: the first case in this order.
public enum DrillOutcome: String, Sendable, Codable, CaseIterable {
    /// The drill itself failed: an action was refused or did not reach whom it was meant for.
    case error
    /// Ctrl-C; what was injected was taken back.
    case interrupted
    /// It was ended since too much went wrong; what was injected was taken back.
    case aborted
    /// Something that was to be looked at could not be.
    case probeError = "probe-error"
    /// The mesh was not well before anything was injected; nothing was.
    case baselineNotMet = "baseline-not-met"
    /// A claim was not kept.
    case deviated
    /// No claim was broken; whether all were decided says `conclusive`.
    case passed

    /// The graver of two.
    public static func graver(_ first: DrillOutcome, _ second: DrillOutcome) -> DrillOutcome {
        allCases.first { $0 == first || $0 == second } ?? first
    }

    /// What a command ends with: 0 passed, 1 failed, 3 nothing is known, 5 a claim was broken, 130 interrupted.
    public func exitCode(conclusive: Bool) -> Int32 {
        switch self {
        case .passed: conclusive ? 0 : 3
        case .deviated, .aborted: 5
        case .baselineNotMet: 3
        case .error, .probeError: 1
        case .interrupted: 130
        }
    }
}
