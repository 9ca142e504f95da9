/// The quantile function of the standard normal distribution (P. J. Acklam's approximation), without libm except for
/// `squareRoot`, which IEEE 754 defines exactly; the logarithm of the tails is computed here for the same reason.
public enum InverseNormal {
    /// The z with P(Z < z) = p. `p` outside (0, 1) is clamped.
    public static func quantile(_ p: Double) -> Double {
        let p = min(max(p, 0x1p-60), 1 - 0x1p-53)
        let low = 0.02425
        if p < low {
            let q = (-2 * naturalLogarithm(p)).squareRoot()
            return tail(q)
        }
        if p > 1 - low {
            let q = (-2 * naturalLogarithm(1 - p)).squareRoot()
            return -tail(q)
        }
        let q = p - 0.5
        let r = q * q
        let numerator =
            ((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r
                + 1.383577518672690e+02) * r - 3.066479806614716e+01) * r + 2.506628277459239e+00
        let denominator =
            ((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r
                + 6.680131188771972e+01) * r - 1.328068155288572e+01) * r + 1
        return numerator * q / denominator
    }

    private static func tail(_ q: Double) -> Double {
        let numerator =
            ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e+00) * q
                - 2.549732539343734e+00) * q + 4.374664141464968e+00) * q + 2.938163982698783e+00
        let denominator =
            (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e+00) * q
                + 3.754408661907416e+00) * q + 1
        return numerator / denominator
    }
}

/// The natural logarithm by argument reduction and the series of atanh; the same bits on every machine.
/// `x` must be positive and finite.
public func naturalLogarithm(_ x: Double) -> Double {
    precondition(x > 0 && x.isFinite, "naturalLogarithm(\(x)): the argument must be positive and finite")
    var exponent = Double(x.exponent)
    var m = x.significand
    if m > 1.4142135623730951 {
        m /= 2
        exponent += 1
    }
    let t = (m - 1) / (m + 1)
    let t2 = t * t
    var sum = 0.0
    var k = 23.0
    while k >= 1 {
        sum = sum * t2 + 1 / k
        k -= 2
    }
    return 2 * t * sum + exponent * 0.6931471805599453
}

/// e to the power of x by argument reduction and a Taylor series; the same bits on every machine.
public func exponential(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x > 709 { return .infinity }
    if x < -740 { return 0 }
    let n = (x * 1.4426950408889634).rounded()
    let r = x - n * 0.6931471805599453
    var sum = 1.0
    var k = 17.0
    while k >= 1 {
        sum = 1 + sum * r / k
        k -= 1
    }
    return Double(sign: .plus, exponent: Int(n), significand: sum)
}
