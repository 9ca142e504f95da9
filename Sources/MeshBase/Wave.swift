/// A wave that grows: F(t) = A e^(beta t) sin(omega t + phi), t in seconds (F6).
package struct Wave: Sendable, Equatable {
    /// Above 0, in the unit of the series.
    package var a: Double
    /// Growth a second.
    package var beta: Double
    /// Radians a second, above 0.
    package var omega: Double
    /// Radians, within -pi...pi.
    package var phi: Double

    /// A wave of these figures.
    package init(a: Double, beta: Double, omega: Double, phi: Double) {
        self.a = a
        self.beta = beta
        self.omega = omega
        self.phi = phi
    }

    /// F(t).
    package func callAsFunction(_ t: Double) -> Double {
        a * exponential(beta * t) * Trigonometry.sine(omega * t + phi)
    }
}
