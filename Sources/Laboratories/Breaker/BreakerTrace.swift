import MeshBase

/// How a target goes bad and comes back, as the share of requests that fail at each instant (F4). Calm, trouble, the way
/// back, calm again.
package struct BreakerTrace: Sendable, Equatable {
    /// How it goes bad.
    package enum Shape: String, Sendable, CaseIterable, Codable {
        /// From the baseline to 90 % in 300 s.
        case ramp
        /// All requests fail for 60 s.
        case sudden
        /// Between none and all and back every 10 s, for 120 s.
        case sine
    }

    /// How it comes back.
    package enum Recovery: String, Sendable, CaseIterable, Codable {
        /// At once.
        case immediate
        /// Evenly over 60 s.
        case gradual
        /// Half bad for 5 s, well for 5 s, for a minute.
        case unstable
        /// Well for 15 s, then as bad as before for 45 s.
        case relapse = "false"
    }

    /// How the target goes bad.
    package let shape: Shape
    /// How it comes back.
    package let recovery: Recovery
    /// Share of failures while all is well.
    package let baseline: Double
    /// Seconds of calm before.
    package static let calm = 120.0
    /// What is watched once it is well for good.
    package static let watched = 900.0

    /// - Parameter baseline: 0...1.
    package init(_ shape: Shape, _ recovery: Recovery, baseline: Double) {
        self.shape = shape
        self.recovery = recovery
        self.baseline = baseline
    }

    private var trouble: Double {
        switch shape {
        case .ramp: 300
        case .sudden: 60
        case .sine: 120
        }
    }

    /// When the trouble ends and the way back begins, in seconds.
    package var troubleEnd: Double { Self.calm + trouble }
    /// From when on it is well for good.
    package var well: Double { troubleEnd + (recovery == .immediate ? 0 : 60) }
    /// The end of all.
    package var end: Double { well + Self.watched }

    /// The level on which the way back begins.
    private var level: Double {
        switch shape {
        case .ramp: 0.9
        case .sudden: 1
        case .sine: 0.5
        }
    }

    /// Share of requests that fail, 0...1.
    package func failureShare(at second: Double) -> Double {
        guard second >= Self.calm, second < well else { return baseline }
        guard second >= troubleEnd else { return max(inTrouble(second - Self.calm), baseline) }
        let since = second - troubleEnd
        switch recovery {
        case .immediate: return baseline
        case .gradual: return level + (baseline - level) * since / 60
        case .unstable: return Int(since / 5) % 2 == 0 ? max(0.5, baseline) : baseline
        case .relapse: return since < 15 ? baseline : level
        }
    }

    private func inTrouble(_ since: Double) -> Double {
        switch shape {
        case .ramp: baseline + (0.9 - baseline) * since / 300
        case .sudden: 1
        case .sine: 0.5 - 0.5 * Trigonometry.cosine(2 * Double.pi * since / 10)
        }
    }

    /// Below this share a breaker has no reason to open.
    package static let sound = 0.05
}
