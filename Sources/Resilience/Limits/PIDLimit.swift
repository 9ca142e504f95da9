import MeshBase

/// A limit under a controller (PID) that holds the share in use at a target. With e = in use / size - target, the size
/// grows per second by size x (Kp e + Ki integral of e + Kd slope of e). As it moves the size and not the share itself, the
/// loop is of second order around the target: (1 + Kd s) x'' + Kp s x' + Ki s x = 0 for a small relative error x, with
/// s the target; the default gains damp it with 0.67.
struct PIDLimit: Sendable, Equatable {
    private(set) var size: Double
    private var integral = 0.0
    private var hasError = false
    /// In use over size less the target, at the last look.
    private(set) var error = 0.0

    init(size: Int) { self.size = Double(size) }

    var limit: Int { Int(size.rounded()) }

    /// - Parameters:
    ///   - meanInUse: places, on average since the last look.
    ///   - over: since the last look.
    mutating func look(meanInUse: Double, over passed: TimeAmount, _ policy: LimitPolicy) {
        // A look that came late has seen no more than one that came in time, and one step of minutes would be a leap.
        let seconds = min(max(passed, .milliseconds(1)), policy.every * 2).seconds
        let error = meanInUse / size - policy.target
        let slope = hasError ? (error - self.error) / seconds : 0
        let sum = integral + error * seconds
        let rate = policy.gains.proportional * error + policy.gains.integral * sum + policy.gains.derivative * slope
        let least = Double(policy.bounds.lowerBound)
        let most = Double(policy.bounds.upperBound)
        let wanted = size * (1 + rate * seconds)
        size = min(max(wanted, least), most)
        // At a bound the integral only grows back towards the inside: else it would hold the size there long after.
        if wanted == size || (wanted > most) != (error > 0) { integral = sum }
        self.error = error
        hasError = true
    }
}
