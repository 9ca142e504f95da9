import Resilience

/// Answers to the customers of each arm while two degradation levels are compared (C33); they only rise.
struct ArmCounters: Sendable {
    private(set) var ok: [UInt64] = [0, 0]
    private(set) var failed: [UInt64] = [0, 0]

    mutating func count(_ arm: ComparisonArm, ok isOK: Bool) {
        if isOK { ok[arm.rawValue] &+= 1 } else { failed[arm.rawValue] &+= 1 }
    }
}

extension CellNode {
    /// The levels that are compared and how calls of services ended in each arm; nothing while none are.
    package var comparison: [(arm: ComparisonArm, level: DegradationLevel, ok: UInt64, failed: UInt64)] {
        guard graph.switches.comparison != nil else { return [] }
        return ComparisonArm.allCases.map { arm in
            let state = arm == .a ? graph.switches.level : graph.switches.second
            return (arm, state.level, arms.ok[arm.rawValue], arms.failed[arm.rawValue])
        }
    }
}
