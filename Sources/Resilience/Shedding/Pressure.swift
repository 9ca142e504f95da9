import MeshBase

/// How far past its comfort a process is, 0...1: the worst of CPU, memory and time to answer.
public struct Pressure: Sendable, Equatable {
    /// (share of a core - 0.8) / 0.2, while the loop is late.
    public let cpu: Double
    /// (share of memory - 0.85) / 0.15.
    public let memory: Double
    /// (p95 - target) / target.
    public let latency: Double

    /// No pressure at all.
    public static let none = Pressure(cpu: 0, memory: 0, latency: 0)

    private init(cpu: Double, memory: Double, latency: Double) {
        self.cpu = cpu
        self.memory = memory
        self.latency = latency
    }

    /// The pressure that signals amount to; a figure that is not a number is none.
    public init(_ signals: LoadSignals, policy: AdaptivePolicy) {
        let isLate = signals.loopLag > policy.loopLag
        cpu = isLate ? Self.past(policy.cpu, signals.cpu, whole: 1) : 0
        memory = Self.past(policy.memory, signals.memory ?? 0, whole: 1)
        latency =
            policy.p95.map { Self.past($0.seconds, (signals.p95 ?? .zero).seconds, whole: 2 * $0.seconds) } ?? 0
    }

    private static func past(_ start: Double, _ value: Double, whole: Double) -> Double {
        let past = (value - start) / (whole - start)
        return past > 0 ? min(past, 1) : 0
    }

    /// The worst of them.
    public var worst: Double { max(cpu, max(memory, latency)) }

    /// The name of the worst, as the label `signal` has it; nil without pressure.
    public var signal: StaticString? {
        guard worst > 0 else { return nil }
        return worst == cpu ? "cpu" : worst == memory ? "memory" : "p95"
    }

    /// The share of each class that is refused, in the order of `Priority.allCases`: the pressure is spent on low first,
    /// on normal once all of low is gone, on high once all of normal is, on critical never.
    public var shares: SIMD4<Double> {
        let spent = SIMD4<Double>(repeating: worst * 3) - SIMD4(3, 2, 1, 0)
        return spent.clamped(lowerBound: .zero, upperBound: SIMD4(0, 1, 1, 1))
    }
}
