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

    /// This pressure, after a look that had another: CPU and memory rise at once and fall by half at most, as what was shed
    /// would else all come back at once; the time of answers goes a third of the way, as it is that of calls which came before
    /// anything was shed.
    public func eased(from last: Pressure) -> Pressure {
        Pressure(
            cpu: max(cpu, Self.half(last.cpu)), memory: max(memory, Self.half(last.memory)),
            latency: latency > 0 ? last.latency + (latency - last.latency) / 3 : Self.half(last.latency))
    }

    /// What is left of next to nothing is nothing.
    private static func half(_ value: Double) -> Double { value > 0.05 ? value / 2 : 0 }

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
