import Membership

/// A variant of the protocol, to be compared with others under the same faults.
package enum SwimArm: String, CaseIterable, Sendable, Codable {
    /// SWIM with all parts of Lifeguard.
    case lifeguard
    /// SWIM with suspicion and none of them.
    case plain
    /// Lifeguard without the local health multiplier (and its nacks).
    case noHealth = "no-health"
    /// Lifeguard with a suspicion timeout that is always the minimum.
    case noDynamicSuspicion = "no-dynamic-suspicion"
    /// Lifeguard without telling suspects in the next ping.
    case noBuddy = "no-buddy"
    /// Lifeguard without the notice of one's own stalls.
    case noStallDetection = "no-stall-detection"

    /// Lifeguard without the probes of members in doubt beside the rounds.
    case noParallelProbes = "no-parallel-probes"
    /// Lifeguard without second opinions on suspicions under way.
    case noSecondOpinions = "no-second-opinions"
    /// Lifeguard that accuses unsteady members as any other.
    case noPatience = "no-patience"

    /// Those that differ from `lifeguard` by one part.
    package static let parts: [SwimArm] = [
        .noHealth, .noDynamicSuspicion, .noBuddy, .noStallDetection, .noParallelProbes, .noSecondOpinions, .noPatience,
    ]

    package func configuration(_ base: SWIMConfiguration) -> SWIMConfiguration {
        var swim = base
        switch self {
        case .lifeguard: break
        case .plain: return base.withoutLifeguard
        case .noHealth: swim.localHealthProbe = false
        case .noDynamicSuspicion: swim.dynamicSuspicion = false
        case .noBuddy: swim.buddy = false
        case .noStallDetection: swim.stallDetection = false
        case .noParallelProbes: swim.parallelProbes = false
        case .noSecondOpinions: swim.secondOpinions = false
        case .noPatience: swim.patience = false
        }
        return swim
    }
}
