/// The wave that is nearest to a series, by least squares: growth and frequency by search, amplitude and phase by solving
/// for them, as these two are linear.
package struct WaveFit: Sendable {
    /// The nearest one.
    package let wave: Wave
    /// Root of the mean squared distance, over that of the series: 0 is a perfect fit, 1 explains nothing.
    package let residual: Double

    /// - Parameters:
    ///   - series: at least 8 values, one each `every` seconds; not all zero.
    package init(_ series: [Double], every: Double) {
        let length = Double(series.count) * every
        let square = max(series.reduce(0) { $0 + $1 * $1 }, 1e-300)
        // From a quarter of a wave in the series to four values in a wave.
        var omegas = (low: Double.pi / 2 / length, high: Double.pi / 2 / every)
        // From falling to rising a millionfold over the series.
        var betas = (low: -14 / length, high: 14 / length)
        var best = (beta: 0.0, omega: omegas.low, solved: Solved(a: 0, phi: 0, error: Double.infinity))
        var (steps, rounds) = (160, 0)
        while rounds < 14 {
            let omegaStep = (omegas.high - omegas.low) / Double(steps)
            let betaStep = (betas.high - betas.low) / 24
            for i in 0...steps {
                let omega = omegas.low + Double(i) * omegaStep
                let turn = (Trigonometry.sine(omega * every), Trigonometry.cosine(omega * every))
                for j in 0...24 {
                    let beta = betas.low + Double(j) * betaStep
                    let solved = Self.solve(series, growth: exponential(beta * every), turn: turn)
                    if solved.error < best.solved.error { best = (beta, omega, solved) }
                }
            }
            omegas = (max(best.omega - 2 * omegaStep, 1e-9), best.omega + 2 * omegaStep)
            betas = (best.beta - 2 * betaStep, best.beta + 2 * betaStep)
            (steps, rounds) = (24, rounds + 1)
        }
        wave = Wave(a: best.solved.a, beta: best.beta, omega: best.omega, phi: best.solved.phi)
        residual = (max(best.solved.error, 0) / square).squareRoot()
    }

    private struct Solved {
        var a: Double
        var phi: Double
        var error: Double
    }

    /// p e^(beta t) sin(omega t) + q e^(beta t) cos(omega t), by the normal equations of two unknowns. Sine and cosine go on
    /// from value to value by a rotation.
    private static func solve(
        _ series: [Double], growth: Double, turn: (sine: Double, cosine: Double)
    ) -> Solved {
        let (turnSine, turnCosine) = turn
        var (sine, cosine, factor) = (0.0, 1.0, 1.0)
        var (ss, sc, cc, sy, cy, yy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for value in series {
            let (s, c) = (factor * sine, factor * cosine)
            ss += s * s
            sc += s * c
            cc += c * c
            sy += s * value
            cy += c * value
            yy += value * value
            (sine, cosine) = (sine * turnCosine + cosine * turnSine, cosine * turnCosine - sine * turnSine)
            factor *= growth
        }
        let determinant = ss * cc - sc * sc
        guard determinant > 1e-12 * ss * cc else { return Solved(a: 0, phi: 0, error: .infinity) }
        let p = (sy * cc - cy * sc) / determinant
        let q = (cy * ss - sy * sc) / determinant
        return Solved(a: (p * p + q * q).squareRoot(), phi: Trigonometry.angle(p, q), error: yy - p * sy - q * cy)
    }
}
