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
        let square = series.reduce(0) { $0 + $1 * $1 }
        // From a quarter of a wave in the series to four values in a wave.
        var omegas = (low: Double.pi / 2 / length, high: Double.pi / 2 / every)
        // From falling to rising a millionfold over the series.
        var betas = (low: -14 / length, high: 14 / length)
        var best = (beta: 0.0, omega: omegas.low, solved: Solved(p: 0, q: 0, error: Double.infinity))
        var (steps, rounds) = (160, 0)
        while rounds < 14 {
            let omegaStep = (omegas.high - omegas.low) / Double(steps)
            let betaStep = (betas.high - betas.low) / 24
            let growths = (0...24).map { exponential((betas.low + Double($0) * betaStep) * every) }
            for i in 0...steps {
                let omega = omegas.low + Double(i) * omegaStep
                let turn = (Trigonometry.sine(omega * every), Trigonometry.cosine(omega * every))
                for first in stride(from: 0, through: 24, by: 4) {
                    let four = SIMD4(
                        growths[first], growths[min(first + 1, 24)], growths[min(first + 2, 24)],
                        growths[min(first + 3, 24)])
                    let sums = Sums(series, growths: four, turn: turn)
                    for lane in 0..<min(4, 25 - first) {
                        guard let solved = sums.solved(lane, square), solved.error < best.solved.error else { continue }
                        best = (betas.low + Double(first + lane) * betaStep, omega, solved)
                    }
                }
            }
            omegas = (max(best.omega - 2 * omegaStep, 1e-9), best.omega + 2 * omegaStep)
            betas = (best.beta - 2 * betaStep, best.beta + 2 * betaStep)
            (steps, rounds) = (24, rounds + 1)
        }
        let (p, q) = (best.solved.p, best.solved.q)
        wave = Wave(
            a: (p * p + q * q).squareRoot(), beta: best.beta, omega: best.omega,
            phi: best.solved.error.isFinite ? Trigonometry.angle(p, q) : 0)
        residual = (max(best.solved.error, 0) / max(square, 1e-300)).squareRoot()
    }

    private struct Solved {
        var p: Double
        var q: Double
        var error: Double
    }

    /// The normal equations of p e^(beta t) sin(omega t) + q e^(beta t) cos(omega t), for four betas at once. Sine and cosine go on
    /// from value to value by a rotation.
    private struct Sums {
        private var (ss, sc, cc) = (SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero)
        private var (sy, cy) = (SIMD4<Double>.zero, SIMD4<Double>.zero)

        init(_ series: [Double], growths: SIMD4<Double>, turn: (sine: Double, cosine: Double)) {
            var (sine, cosine, factor) = (0.0, 1.0, SIMD4<Double>(repeating: 1))
            for value in series {
                let (s, c) = (factor * sine, factor * cosine)
                ss += s * s
                sc += s * c
                cc += c * c
                sy += s * value
                cy += c * value
                (sine, cosine) = (sine * turn.cosine + cosine * turn.sine, cosine * turn.cosine - sine * turn.sine)
                factor *= growths
            }
        }

        /// Nil where two unknowns are too many.
        ///
        /// - Parameter square: the sum of the squares of the series.
        func solved(_ lane: Int, _ square: Double) -> Solved? {
            let (ss, sc, cc, sy, cy) = (ss[lane], sc[lane], cc[lane], sy[lane], cy[lane])
            let determinant = ss * cc - sc * sc
            guard determinant > 1e-12 * ss * cc else { return nil }
            let p = (sy * cc - cy * sc) / determinant
            let q = (cy * ss - sy * sc) / determinant
            return Solved(p: p, q: q, error: square - p * sy - q * cy)
        }
    }
}
