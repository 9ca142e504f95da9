import Foundation
import Testing

@testable import MeshBase

@Suite struct MathematicsTests {
    @Test func logarithmsAreAccurate() {
        var generator = Generator(seed: 5)
        for _ in 0..<20_000 {
            let x = Double(sign: .plus, exponent: Int(generator.below(600)) - 300, significand: 1 + generator.unit())
            let expected = Foundation.log(x)
            #expect(abs(naturalLogarithm(x) - expected) <= 4e-16 * max(1, abs(expected)), "x = \(x)")
        }
        #expect(naturalLogarithm(1) == 0)
        let smallest = Double.leastNonzeroMagnitude
        #expect(abs(naturalLogarithm(smallest) - Foundation.log(smallest)) < 1e-12)
    }

    @Test func exponentialsAreAccurate() {
        var generator = Generator(seed: 6)
        for _ in 0..<20_000 {
            let x = generator.unit() * 1400 - 700
            let expected = Foundation.exp(x)
            #expect(abs(exponential(x) - expected) <= 4e-13 * expected, "x = \(x)")
        }
        for _ in 0..<5_000 {
            let x = generator.unit() * 4 - 2
            #expect(abs(exponential(x) - Foundation.exp(x)) <= 1e-15 * Foundation.exp(x), "x = \(x)")
        }
        #expect(exponential(0) == 1)
        #expect(exponential(1000) == .infinity && exponential(.infinity) == .infinity)
        #expect(exponential(-1000) == 0 && exponential(-.infinity) == 0)
        #expect(exponential(.nan).isNaN)
    }

    /// Known quantiles, and the round trip through the distribution function.
    @Test func quantilesAreAccurate() {
        #expect(InverseNormal.quantile(0.5) == 0)
        #expect(abs(InverseNormal.quantile(0.99) - 2.326_347_874_040_841) < 1e-8)
        #expect(abs(InverseNormal.quantile(0.999) - 3.090_232_306_167_813) < 1e-8)
        #expect(abs(InverseNormal.quantile(0.975) - 1.959_963_984_540_054) < 1e-8)
        for step in 1..<2_000 {
            let p = Double(step) / 2_000
            let z = InverseNormal.quantile(p)
            #expect(abs(0.5 * erfc(-z / 2.0.squareRoot()) - p) < 2e-9, "p = \(p)")
            #expect(abs(z + InverseNormal.quantile(1 - p)) < 1e-8, "p = \(p)")
        }
        #expect(InverseNormal.quantile(0).isFinite && InverseNormal.quantile(1).isFinite)
        #expect(InverseNormal.quantile(-3) == InverseNormal.quantile(0))
    }
}
